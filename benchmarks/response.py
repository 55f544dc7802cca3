"""Do our estimators of effects sort customers better than those of others, and are their forecasts true?

Draft.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

from record import Claim, Record, Result, load, machine
from response_hillstrom import hillstrom
from response_systems import FILES, systems

VERSIONS = ("offerloop", "numpy", "scipy", "polars", "lightgbm")
PARTS = ("hillstrom",)


@dataclass(frozen=True)
class Size:
    """Of the data, and how often things are repeated."""

    halves: int
    rows: int | None


FULL = Size(30, None)
SMALL = Size(3, 6_000)


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", type=lambda text: text.split(","), default=list(FILES))
    parser.add_argument("--parts", type=lambda text: text.split(","), default=list(PARTS))
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    size, before, compared = SMALL if arguments.quick else FULL, load(), systems(arguments.only)
    results, claims = list[Result](), list[Claim]()
    parts = {"hillstrom": lambda: hillstrom(compared, size.halves, size.rows)}
    for name in arguments.parts:
        found, claimed = parts[name]()
        results, claims = results + found, claims + claimed
    if arguments.json:
        Record(machine(before, VERSIONS), results, claims).write(arguments.json)


if __name__ == "__main__":
    main()
