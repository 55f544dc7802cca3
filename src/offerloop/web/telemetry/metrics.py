"""Counters and durations in Prometheus' text format, summed over all workers.

Each worker writes what it counted to a file of its own, once a second and when it stops; whoever is asked adds up.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

COUNTERS = Path("runs") / ".serve"
"""Folder of a shop in which its workers write what they counted."""
AWAY_SECONDS = 60.0
"""After so long without a word a worker on another machine is taken to be gone."""
FORGOTTEN_SECONDS = 86_400.0
"""After so long without a word what a worker on another machine counted is deleted: a container has another name each
time that it starts."""
_LOG = logging.getLogger(__name__)
BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0)
"""Upper ends of the classes of durations, seconds."""
HELP = {
    "offerloop_requests_total": "Requests by route, method and status.",
    "offerloop_request_seconds": "Time from request to answer by route.",
    "offerloop_decisions_total": "Decisions by whether an offer was given.",
    "offerloop_failures_total": "Decisions without an offer because something failed, by what failed.",
    "offerloop_events_total": "Events by whether they were stored.",
    "offerloop_records_waiting": "Decisions that are not on disk yet.",
    "offerloop_refused_total": "Requests that were refused for their number.",
}
Series = tuple[str, tuple[tuple[str, str | int], ...]]
"""Name and labels."""


@dataclass
class Metrics:
    """What one worker counted."""

    folder: Path
    """Where the workers of this service write theirs."""
    counters: defaultdict[Series, float] = field(default_factory=lambda: defaultdict(float))
    gauges: dict[Series, float] = field(default_factory=dict)
    durations: dict[Series, list[float]] = field(default_factory=dict)
    """Counts by class, and last the sum of seconds."""
    _writing: Lock = field(default_factory=Lock)
    _is_written: bool = True

    def count(self, name: str, by: int = 1, **labels: str | int) -> None:
        """Count one, or several at once."""
        self.counters[name, tuple(labels.items())] += by

    def gauge(self, name: str, value: float) -> None:
        """Set what is added up over the workers that are there."""
        self.gauges[name, ()] = value

    def took(self, name: str, seconds: float, **labels: str) -> None:
        """Count a duration."""
        series = (name, tuple(labels.items()))
        if series not in self.durations:
            self.durations[series] = [0.0] * (len(BOUNDS) + 2)
        self.durations[series][bisect_left(BOUNDS, seconds)] += 1
        self.durations[series][-1] += seconds

    def save(self) -> None:
        """Write what was counted for the other workers; a disk that takes nothing stops nothing else, and is logged
        once."""
        with self._writing:
            try:
                self._write()
            except OSError as error:
                if self._is_written:
                    _LOG.warning("counters cannot be written: %s", error.strerror)
                self._is_written = False
            else:
                self._is_written = True

    def _write(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        name = f"{socket.gethostname()}-{os.getpid()}"
        draft = self.folder / f".{name}.tmp"
        kept = (self.counters, self.gauges, self.durations)
        draft.write_text(json.dumps([_with_texts(one) for one in kept]))
        draft.replace(self.folder / f"{name}.json")

    def text(self) -> str:
        """Return the sum over all workers."""
        self.save()
        counters: defaultdict[tuple[str, str], float] = defaultdict(float)
        durations: dict[tuple[str, str], list[float]] = {}
        for path in sorted(self.folder.glob("*.json")):
            counted, timed = _read(path)
            for name, labels, value in counted:
                counters[name, labels] += value
            for name, labels, values in timed:
                before = durations.get((name, labels), [0.0] * len(values))
                durations[name, labels] = [one + other for one, other in zip(before, values, strict=True)]
        return "".join(f"{line}\n" for line in [*_counter_lines(counters), *_duration_lines(durations)])


def _read(path: Path) -> tuple[list[Any], list[Any]]:
    """Return what a worker counted and timed; nothing where another process just deleted its file."""
    try:
        counted, now, timed = json.loads(path.read_text())
        return counted + (now if _is_there(path) else []), timed
    except FileNotFoundError:
        return [], []


def _with_texts(kept: Mapping[Series, object]) -> list[tuple[str, str, object]]:
    """Return name, labels as they are written, and value of each series."""
    return [(name, _written(labels), value) for (name, labels), value in list(kept.items())]


def forget_counters(folder: Path) -> None:
    """Delete what workers counted that are gone; those of another service, or machine, go on.

    A file that cannot be deleted stays, and the service starts all the same.
    """
    for path in (*folder.glob("*.json"), *folder.glob(".*.tmp")):
        with suppress(OSError):
            is_gone = (
                path.suffix == ".json" and _is_local(path) and (_pid_of(path) == os.getpid() or not _is_there(path))
            )
            if is_gone or time.time() - path.stat().st_mtime > FORGOTTEN_SECONDS:
                path.unlink(missing_ok=True)


def _is_local(path: Path) -> bool:
    """Whether a worker on this machine wrote a file; older programs did not say where."""
    return path.stem.rpartition("-")[0] in (socket.gethostname(), "")


def _pid_of(path: Path) -> int:
    return int(path.stem.rpartition("-")[2])


def _is_there(path: Path) -> bool:
    """Whether the worker that wrote a file lives; what one that was killed had waiting is gone."""
    if not _is_local(path):
        return time.time() - path.stat().st_mtime < AWAY_SECONDS
    try:
        os.kill(_pid_of(path), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _written(labels: tuple[tuple[str, str | int], ...]) -> str:
    return ",".join(f'{name}="{_escaped(str(value))}"' for name, value in labels)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _counter_lines(counters: Mapping[tuple[str, str], float]) -> list[str]:
    lines: list[str] = []
    for name in sorted({name for name, _ in counters}):
        kind = "counter" if name.endswith("_total") else "gauge"
        lines += [f"# HELP {name} {HELP.get(name, name)}", f"# TYPE {name} {kind}"]
        lines += [f"{name}{{{its}}} {value:g}" for (one, its), value in sorted(counters.items()) if one == name]
    return lines


def _duration_lines(durations: Mapping[tuple[str, str], list[float]]) -> list[str]:
    lines: list[str] = []
    for name in sorted({name for name, _ in durations}):
        lines += [f"# HELP {name} {HELP.get(name, name)}", f"# TYPE {name} histogram"]
        for (metric, its), values in sorted(durations.items()):
            if metric != name:
                continue
            total, prefix = 0.0, f"{its}," if its else ""
            for bound, value in zip((*map(str, BOUNDS), "+Inf"), values, strict=False):
                total += value
                lines.append(f'{name}_bucket{{{prefix}le="{bound}"}} {total:g}')
            lines += [f"{name}_sum{{{its}}} {values[-1]:g}", f"{name}_count{{{its}}} {total:g}"]
    return lines
