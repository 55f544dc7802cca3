"""How fast, how near the best and how strictly within limits are our plans, beside those of general solvers?

Parts, which `--parts` picks by name:

- `one`: one budget.
- `many`: 25 limits: a budget, ten offers, a budget and a least number of customers in each of seven segments.
- `large`: 100 million customers in Parquet, one budget, ours alone: all reads included (`allocation_on_disk`).
- `spark`: 10 million of these by two standalone workers of Spark on this machine, where PySpark is installed.

Each has 10,000 to 10 million made-up customers with ten offers each (`allocation_data`). Peers: HiGHS (interior points
without crossover, simplex, and MIP with a gap of 1e-4), PDLP and CP-SAT of OR-Tools, and Clarabel through cvxpy. They
run up to 100,000 customers; simplex, MIP and CP-SAT, which do not end within the limit there, up to 10,000. HiGHS goes
without its presolve where that is the faster way. Relaxations are rounded: each customer's largest share, then the
worst choices within what is exceeded are dropped.

Everybody has two processors and two threads, and a process of its own. Arrays are in memory before the clock starts. A
rehearsal on 500 customers comes first. Seconds are medians of up to 5 repetitions; ranges are from the least to the
most. Building the model in a solver's own form is told apart from solving. A ratio has only the peer's solving and all
of ours, building and solving, which favours the peer; so does that rounding is not counted. A peer whose time ran out
(`finished` 0) would have taken longer than the ratio says. Memory is the peak beyond the inputs, with the model.
The gap is to the LP bound: the least value of the dual function at the prices of any system, evaluated in one way for
all. `overspend` is of the limit that is exceeded most, in whole units. Beside it all stands one read of the same bytes.

`make bench NAME=allocation` makes the environments (in `.bench`), runs everything and prints the tables.
`scripts/bench allocation --json FILE` writes all figures too, `--limit 60` gives each run so many seconds, `--only
offerloop_solver,highs` picks systems by file, `--quick` takes 10,000 customers and 20 seconds.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from allocation_claims import claims
from allocation_data import MANY, ONE
from allocation_on_disk import on_cluster, on_disk
from allocation_systems import FILES, LARGEST, LARGEST_PEER, System, run, systems
from peers.allocation import ENVIRONMENTS
from peers.allocation.given import THREADS
from record import Claim, Found, Record, Result, load, machine, tell
from scale_peers import are_there

VERSIONS = ("offerloop", "numpy", "scipy")
SIZES, QUICK_SIZES = (10_000, 100_000, 1_000_000, 10_000_000), (10_000,)
LARGE, QUICK_LARGE = 100_000_000, 1_000_000
CLUSTER, QUICK_CLUSTER = 10_000_000, 1_000_000
LIMIT, QUICK_LIMIT = 120.0, 20.0


def sizes(problem: str, numbers: Sequence[int], compared: Sequence[System], seconds: float) -> Found:
    """One problem at each size."""
    results, found = list[Result](), list[Claim]()
    for customers in numbers:
        case = run(problem, customers, compared, seconds)
        claimed = claims(case)
        tell([], claimed)
        results, found = results + case.results(), found + claimed
    return results, found


def parts(numbers: Sequence[int], compared: Sequence[System], seconds: float) -> dict[str, Callable[[], Found]]:
    """By name; each prints its tables."""
    spark = {"spark": lambda: on_cluster(CLUSTER if numbers == SIZES else QUICK_CLUSTER)}
    return {
        ONE: lambda: sizes(ONE, numbers, compared, seconds),
        MANY: lambda: sizes(MANY, numbers, compared, seconds),
        "large": lambda: on_disk(LARGE if numbers == SIZES else QUICK_LARGE),
    } | (spark if are_there() else {})


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", type=lambda text: text.split(","), default=list(FILES))
    parser.add_argument("--parts", type=lambda text: text.split(","))
    parser.add_argument("--limit", type=float)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    numbers, seconds = (QUICK_SIZES, QUICK_LIMIT) if arguments.quick else (SIZES, LIMIT)
    seconds, before = arguments.limit or seconds, load()
    known = parts(numbers, systems(arguments.only), seconds)
    results, found = list[Result](), list[Claim]()
    for name in arguments.parts or known:
        figures, claimed = known[name]()
        results, found = results + figures, found + claimed
    if arguments.json:
        peers = [one for needs in ENVIRONMENTS.values() for one in needs.split()]
        told = {
            "threads": THREADS,
            "limit_s": seconds,
            "peers": sorted(set(peers)),
            "peers_up_to": {"others": LARGEST_PEER} | LARGEST,
        }
        Record(machine(before, VERSIONS) | told, results, found).write(arguments.json)


if __name__ == "__main__":
    main()
