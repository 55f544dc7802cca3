"""Do our estimators of effects sort customers better than those of others, and are their forecasts true?

Draft.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from record import Claim, Found, Record, Result, load, machine
from response_hillstrom import hillstrom
from response_market import markets
from response_monotone import large, trials
from response_spend import spend
from response_systems import FILES, System, systems

VERSIONS = ("offerloop", "numpy", "scipy", "polars", "lightgbm")
LARGE_TOO = ("monotone LightGBM", "causalml X-learner")
"""Peers that learn from the large trial."""
MARKETS_TOO = tuple(f"causalml {letter}-learner, small trees" for letter in "XTS")
"""Peers that learn from the markets, where offers are many."""


@dataclass(frozen=True)
class Size:
    """Of the data, and how often things are repeated."""

    halves: int
    rows: int | None
    spend_halves: int
    monotone: tuple[int, ...]
    seeds: int
    large: int
    customers: int
    market_halves: int


FULL = Size(30, None, 20, (20_000, 100_000), 10, 1_000_000, 10_000, 10)
SMALL = Size(3, 6_000, 3, (5_000,), 2, 20_000, 1_000, 2)


def parts(size: Size, compared: list[System]) -> dict[str, Callable[[], Found]]:
    """By name; each prints its tables."""
    undosed = [one for one in compared if one.file != "monotone_lightgbm"]
    dosed = [one for one in compared if one.file != "sklift_models"]
    big = [one for one in dosed if one.is_ours or one.name in LARGE_TOO]
    shops = [one for one in undosed if one.is_ours or one.name in MARKETS_TOO]
    return {
        "hillstrom": lambda: hillstrom(undosed, size.halves, size.rows),
        "spend": lambda: spend(size.spend_halves, size.rows),
        "monotone": lambda: trials(dosed, size.monotone, size.seeds),
        "large": lambda: large(big, size.large),
        "market": lambda: markets(shops, size.customers, size.market_halves),
    }


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", type=lambda text: text.split(","), default=list(FILES))
    parser.add_argument("--parts", type=lambda text: text.split(","))
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    size, before = SMALL if arguments.quick else FULL, load()
    known = parts(size, systems(arguments.only))
    results, claims = list[Result](), list[Claim]()
    for name in arguments.parts or known:
        found, claimed = known[name]()
        results, claims = results + found, claims + claimed
    if arguments.json:
        Record(machine(before, VERSIONS), results, claims).write(arguments.json)


if __name__ == "__main__":
    main()
