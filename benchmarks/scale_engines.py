"""One shop on each engine: `offerloop run` on one and on two processors, on Spark of this process, and on a cluster.

The cluster is a master with two workers of one core each on this machine. Seconds are those of the stages of the
manifest; processor time and memory are of all processes together, as they are seen twice a second: Java, this program
and Spark's workers. Memory that several share is divided among them (the proportional set size).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from record import Result
from spark_cluster import cluster, environment, submit

EVERY = 0.5
"""Seconds between two looks at the processes."""
DRIVER, EXECUTOR, WORKER = "4g", "1g", "1500m"
"""Memory of Spark's Java processes; Python's comes on top of it."""
ENGINES = ("DuckDB, 1 processor", "DuckDB, 2 processors", "Spark, local[2]", "Spark, 2 standalone workers")


@dataclass
class ProcessTree:
    """What some processes and all their descendants take."""

    roots: list[int]
    cpu: dict[int, float] = field(default_factory=dict)
    """Processor seconds of each process when it was last seen."""
    peak: float = 0.0
    """GB of all of them."""

    def look(self) -> None:
        """See what they take now."""
        parents, seconds = {}, {}
        for place in Path("/proc").iterdir():
            if place.name.isdigit():
                fields = _fields(place)
                if fields:
                    parents[int(place.name)] = int(fields[1])
                    seconds[int(place.name)] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        own = [one for one in parents if self._is_below(one, parents)]
        self.cpu.update((one, seconds[one]) for one in own)
        self.peak = max(self.peak, sum(map(_memory, own)))

    def _is_below(self, process: int, parents: Mapping[int, int]) -> bool:
        while process in parents:
            if process in self.roots:
                return True
            process = parents[process]
        return False


def _fields(place: Path) -> list[str]:
    """The fields of a process behind its name; none where it has ended."""
    try:
        return (place / "stat").read_text(encoding="utf-8").rpartition(") ")[2].split()
    except OSError:
        return []


def _memory(process: int) -> float:
    try:
        rows = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0.0
    return sum(float(one.split()[1]) * 1024 / 1e9 for one in rows if one.startswith("Pss:"))


@contextmanager
def watched(roots: Sequence[int]) -> Iterator[ProcessTree]:
    """Look at processes until the context ends."""
    tree, ended = ProcessTree(list(roots)), threading.Event()

    def look() -> None:
        while not ended.wait(EVERY):
            tree.look()

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield tree
    finally:
        ended.set()
        thread.join()


def on_each_engine(config: Path, place: Path, case: str) -> list[Result]:
    """Run the command on one shop with each engine, print a table of its stages, and return the figures."""
    own, runs = place / "engines" / config.name, {}
    own.parent.mkdir()
    shutil.copyfile(config, own)
    for name in ENGINES:
        runs[name] = _run(name, own, place)
        print(f"  {name}: {runs[name]['seconds']:.1f} s, {runs[name]['cpu']:.1f} CPU s, {runs[name]['peak']:.2f} GB")
    print(_table(runs))
    results = []
    for name, found in runs.items():
        units = (("wall time", found["seconds"], "s"), ("CPU", found["cpu"], "s"), ("peak", found["peak"], "GB"))
        results += [Result(name, case, *one) for one in units]
        results += [Result(name, f"{case}: {stage}", "wall time", one, "s") for stage, one in found["stages"].items()]
    return results


def _run(name: str, config: Path, place: Path) -> dict[str, Any]:
    """Seconds of the command and its stages, with nothing kept from before."""
    shutil.rmtree(config.parent / "runs", ignore_errors=True)
    program = [str(Path(sys.executable).with_name("offerloop")), "run", str(config)]
    if name == ENGINES[3]:
        return _on_cluster(config, place)
    if name == ENGINES[2]:
        return _timed([*program, "--engine", "spark"], config, {**os.environ, "MASTER": "local[2]"})
    return _timed(program, config, dict(os.environ), processors=1 if name == ENGINES[0] else 2)


def _on_cluster(config: Path, place: Path) -> dict[str, Any]:
    job, work, folder = place / "job.py", place / "work", place / "cluster"
    job.write_text("from offerloop.cli import main; main()\n", encoding="utf-8")
    for one in (work, folder):
        one.mkdir(exist_ok=True)
    with cluster(folder, memory=WORKER) as (address, workers):
        command = submit(address, job, "run", str(config), "--engine", "spark", driver=DRIVER, executor=EXECUTOR)
        variables = {**environment(), "OFFERLOOP_WORK": str(work)}
        return _timed(command, config, variables, beside=[one.pid for one in workers])


def _timed(
    command: list[str], config: Path, variables: dict[str, str], *, processors: int | None = None,
    beside: Sequence[int] = (),
) -> dict[str, Any]:  # fmt: skip
    begin, log = time.perf_counter(), config.with_name("engine.log")
    some = sorted(os.sched_getaffinity(0))[:processors]
    held = None if processors is None else partial(os.sched_setaffinity, 0, some)
    with log.open("w", encoding="utf-8") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said, env=variables, preexec_fn=held)
        with watched([process.pid, *beside]) as tree:
            status = process.wait()
    if status:
        raise SystemExit(f"{' '.join(command)} ended with {status}:\n{log.read_text(encoding='utf-8')[-2_000:]}")
    (run,) = (one for one in (config.parent / "runs").iterdir() if not one.name.startswith("."))
    manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    stages = {one["stage"]: float(one["seconds"]) for one in manifest["stages"]}
    return {
        "seconds": time.perf_counter() - begin, "cpu": sum(tree.cpu.values()), "peak": tree.peak, "stages": stages,
        "load": os.getloadavg()[2],
    }  # fmt: skip


def _table(runs: Mapping[str, Mapping[str, Any]]) -> str:
    """Seconds of each stage as a table in Markdown, with sums, processor time and memory below."""
    lines = [f"| stage, seconds | {' | '.join(runs)} |", "|---" + "|--:" * len(runs) + "|"]
    stages = next(iter(runs.values()))["stages"]
    for stage in stages:
        cells = (f"{one['stages'].get(stage, 0.0):.1f}" for one in runs.values())
        lines.append(f"| {stage} | {' | '.join(cells)} |")
    sums = (("whole command", "seconds", 0), ("CPU seconds", "cpu", 0), ("peak, GB", "peak", 1), ("load", "load", 0))
    for label, key, digits in sums:
        cells = (f"{one[key]:.{digits}f}" for one in runs.values())
        lines.append(f"| **{label}** | {' | '.join(cells)} |")
    return "\n".join(lines)
