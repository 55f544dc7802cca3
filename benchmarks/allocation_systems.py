"""Runs solvers, each in a process and an environment of its own, and tells what they found."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np

from allocation_data import OFFERS, PROBLEMS, folder
from environments import BENCH, TooLongError, call, python
from peers.allocation import ENVIRONMENTS
from peers.allocation.given import THREADS
from record import Result, table

OURS, READ = "offerloop_solver", "one_read"
FILES = (OURS, READ, "highs", "pdlp", "cp_sat", "cvxpy_clarabel")
LARGEST = dict.fromkeys(("simplex", "mip", "mip_presolved", "cp_sat"), 10_000)
"""Customers up to whom a variant runs: what takes minutes for so many cannot do more within the time limit."""
LARGEST_PEER = 100_000
"""Other peers: beyond, their models take too much memory, or longer to build than the time limit."""
PATIENCE, GRACE_S = 3.0, 60.0
"""Times the time limit, and seconds for everything else, after which a process is ended: some seldom look at clocks."""


@dataclass(frozen=True)
class System:
    """A variant of a file in `peers/allocation`."""

    file: str
    variant: str
    name: str
    environment: str

    @property
    def is_peer(self) -> bool:
        """Whether it is somebody else's solver."""
        return self.file not in (OURS, READ)

    def takes(self, customers: int) -> bool:
        """Whether so many are not too many for it."""
        return not self.is_peer or customers <= LARGEST.get(self.variant, LARGEST_PEER)


@dataclass(frozen=True, eq=False)
class Solved:
    """What one system found in one case."""

    system: System
    facts: dict[str, Any]
    """As `peers.allocation.run` writes them; of who had to be ended only that it solved longer than the time limit."""

    def seconds(self, what: str) -> list[float]:
        """Of each repetition: `build`, `solve`, `solve_cpu`, or `whole`."""
        if what == "whole":
            return [a + b for a, b in zip(self.seconds("build"), self.seconds("solve"), strict=True)]
        return list(self.facts[f"{what}_s"])

    def middle(self, what: str) -> float:
        """The median of them."""
        return float(np.median(self.seconds(what)))

    @property
    def profit(self) -> float | None:
        """Of the plan, where there is one."""
        return self.facts.get("profit")

    @property
    def overspend(self) -> int:
        """Units by which the limit that is exceeded most is exceeded; 0 where all are held."""
        return max(0, *(used - most for used, most in zip(self.facts["used"], self.facts["at_most"], strict=True)))


@dataclass(frozen=True, eq=False)
class Case:
    """All systems on one problem."""

    problem: str
    customers: int
    solved: Sequence[Solved]

    @property
    def name(self) -> str:
        """As tables call it."""
        return f"{PROBLEMS[self.problem]}, {self.customers:,} x {OFFERS}"

    def of(self, file: str, variant: str | None = None) -> Solved | None:
        """One system, where it answered."""
        found = (one for one in self.solved if one.system.file == file and variant in (None, one.system.variant))
        return next(found, None)

    @property
    def bound(self) -> float | None:
        """The least value of the dual function at the prices that any system found: that of the linear relaxation."""
        return min((one.facts["dual"] for one in self.solved if "dual" in one.facts), default=None)

    def gap(self, solved: Solved) -> float:
        """Share of the bound that a plan misses."""
        assert self.bound is not None
        assert solved.profit is not None
        return (self.bound - solved.profit) / self.bound

    def results(self) -> list[Result]:
        """All figures."""
        return [figure for one in self.solved for figure in self._figures(one)]

    def _figures(self, solved: Solved) -> list[Result]:
        kinds = {"build": "build", "solve": "solve", "solve, CPU": "solve_cpu"}
        told = [(metric, solved.middle(kind), "s") for metric, kind in kinds.items() if f"{kind}_s" in solved.facts]
        told.append(("least solve", min(solved.seconds("solve")), "s"))
        if "peak_gb" in solved.facts:
            told.append(("beyond inputs", solved.facts["peak_gb"], "GB"))
        proved = solved.facts.get("dual", solved.facts.get("bound"))
        if self.bound is not None and proved is not None:
            told.append(("own bound over LP", proved / self.bound - 1, ""))
        if self.bound is not None and solved.profit is not None:
            told += [("gap to LP", self.gap(solved), ""), ("profit", solved.profit, "")]
            told.append(("overspend", float(solved.overspend), "units"))
            told.append(("budget used", solved.facts["used"][0] / solved.facts["at_most"][0], "share"))
        told.append(("finished", float(solved.facts["finished"]), ""))
        return [Result(solved.system.name, self.name, *one) for one in told]


def systems(files: Iterable[str] = FILES) -> list[System]:
    """All variants of some files."""
    found = []
    for file in files:
        module = import_module(f"peers.allocation.{file}")
        found += [System(file, variant, name, module.ENVIRONMENT) for variant, name in module.NAMES.items()]
    return found


def run(problem: str, customers: int, compared: Sequence[System], seconds: float) -> Case:
    """One case; its table is printed, and who did not run or failed."""
    given = folder(customers)
    small = [one for one in compared if one.takes(customers)]
    solved = [one for one in (_solve(system, str(given), problem, seconds) for system in small) if one]
    case = Case(problem, customers, solved)
    table(case.name, case.results())
    left = [one.name for one in compared if one not in small]
    if left:
        print(f"not run: too large for {'; '.join(left)}")
    print(flush=True)
    return case


def _solve(system: System, given: str, problem: str, seconds: float) -> Solved | None:
    place = BENCH / "allocation" / "found"
    place.mkdir(parents=True, exist_ok=True)
    found, log = (place / f"{system.variant}.{kind}" for kind in ("json", "txt"))
    interpreter = python(f"allocation-{system.environment}", ENVIRONMENTS[system.environment])
    which = [system.file, system.variant, given, problem, str(seconds), str(found)]
    found.unlink(missing_ok=True)
    try:
        most = PATIENCE * seconds + GRACE_S if system.is_peer else None
        call([str(interpreter), "-m", "peers.allocation.run", *which], log, threads=THREADS, seconds=most)
    except TooLongError:
        print(f"{system.name} was ended without an answer after {most:.0f} s", flush=True)
        return Solved(system, {"finished": False, "solve_s": [seconds]})
    except SystemExit as failure:
        print(f"{system.name} failed: {str(failure).strip().splitlines()[-1]}", flush=True)
        return None
    return Solved(system, json.loads(found.read_text(encoding="utf-8")))
