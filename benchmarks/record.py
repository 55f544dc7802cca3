"""What a benchmark found, in the form that benchmarks share: a machine, results and claims, written as JSON."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Result:
    """One figure of one system; all systems of a case are measured in the same run."""

    system: str
    case: str
    metric: str
    value: float
    unit: str


@dataclass(frozen=True)
class Claim:
    """A figure that somebody may rely on, with a range where one is known; `met` is None where there is no target."""

    claim: str
    value: float
    low: float | None = None
    high: float | None = None
    target: float | None = None
    met: bool | None = None

    @classmethod
    def at_most(cls, claim: str, value: float, target: float) -> Claim:
        """Met by values up to the target, without a range; NaN does not meet it."""
        return cls(claim, value, target=target, met=value <= target)

    @classmethod
    def at_least(cls, claim: str, value: float, target: float, low: float, high: float) -> Claim:
        """Met by values from the target on, wherever the range ends."""
        return cls(claim, value, low, high, target, value >= target)


Found = tuple[list[Result], list[Claim]]
"""What one part of a benchmark found."""


@dataclass(frozen=True)
class Record:
    """Everything from one run."""

    machine: dict[str, Any]
    results: Sequence[Result]
    claims: Sequence[Claim]

    def write(self, path: Path) -> None:
        """As JSON; ValueError for a figure that is not finite."""
        path.write_text(json.dumps(asdict(self), indent=2, allow_nan=False) + "\n", encoding="utf-8")


def tell(results: list[Result], claims: list[Claim]) -> None:
    """Tables of cases with the same columns, then the claims."""
    rows: dict[str, dict[tuple[str, str], float]] = {}
    for one in results:
        rows.setdefault(one.case, {})[one.system, f"{one.metric} ({one.unit})"] = one.value
    width = max(map(len, rows), default=0)
    for columns, cases in groupby(rows, key=lambda case: tuple(rows[case])):
        wide = max(len(name) for column in columns for name in column) + 2
        for line in zip(*columns, strict=True):
            print(" " * width + "".join(f"{name:>{wide}}" for name in line))
        for case in cases:
            print(f"{case:<{width}}" + "".join(f"{value:>{wide}.4g}" for value in rows[case].values()))
    for claim in claims:
        span = "" if claim.low is None else f" [{claim.low:.4g}, {claim.high:.4g}]"
        verdict = "" if claim.met is None else f" (target {claim.target:g}: {'met' if claim.met else 'NOT met'})"
        print(f"* {claim.claim}: {claim.value:.4g}{span}{verdict}")
    print(flush=True)


def table(case: str, results: Sequence[Result]) -> None:
    """A line for each system."""
    rows: dict[str, dict[str, float]] = {}
    for one in results:
        rows.setdefault(one.system, {})[f"{one.metric} ({one.unit})" if one.unit else one.metric] = one.value
    width = max(map(len, rows)) + 2
    columns = list(dict.fromkeys(name for values in rows.values() for name in values))
    print(f"{case}\n" + " " * width + "".join(f"{name:>{_wide(name)}}" for name in columns))
    for system, values in rows.items():
        print(f"{system:<{width}}" + "".join(_cell(values.get(name), _wide(name)) for name in columns))


def _wide(name: str) -> int:
    return max(len(name), 9) + 2


def _cell(value: float | None, width: int) -> str:
    return f"{'-' if value is None else format(value, '.4g'):>{width}}"


def load() -> list[float]:
    """Mean number of processes that ran or waited to, over 1, 5 and 15 minutes; take it before the measurements."""
    return list(os.getloadavg())


def machine(load_before: list[float], packages: Sequence[str]) -> dict[str, Any]:
    """Where the figures were measured; call it after the last one. `packages` are named as on PyPI."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3, 1),
        "load_before": load_before,
        "load_after": load(),
        "versions": {"python": platform.python_version()} | {name: version(name) for name in packages},
    }


def _processor() -> str:
    """The model as Linux names it; elsewhere what Python knows."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or platform.machine()
