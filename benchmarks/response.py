"""Do our estimators of effects sort customers better than those of others, and are their forecasts true?

Parts, which `--parts` picks by name:

- `hillstrom`: a real trial of e-mails. Estimators learn who visits from 30 random halves and sort the other halves.
  AUUC / ATE is the area below the uplift curve over its end, .5 for a random order; Qini / ATE has 0 there.
- `spend`: what our contest forecasts of its own decision about three arms, beside what the other half says of it.
- `monotone`: made-up trials of five depths of discount, 10 of each size: value as a share of the best policy's at equal
  true spend, errors of the effects, and how customers are sorted for the greatest depth (AUUC, Qini, AUCC).
- `large`: a million rows of it: seconds and memory.
- `market`: the simulated shop in all presets: true profit of plans, and errors of the effects.

Systems are the variants of the files in `peers/response`: meta-learners of causalml and econml, scikit-uplift, LightGBM
that never falls with the depth, each of our estimators, and the one that a contest of ours chooses, on the same rows
and columns. Those with LightGBM run with its own settings and with small trees, which suit effects that hardly show.
Beside the automatic choice stands the best peer *on the judged rows*, which favours the peer. scikit-uplift's models
are the S- and T-learner of causalml to the digit, so they are left out where offers are many; so are others where
learning takes long.

Each system runs in a process of its own on one thread. Seconds are CPU seconds of a fit and of the predictions, after a
rehearsal; memory is the peak of the process, with its libraries and the data of all splits. Differences are paired:
their interval is that of the mean over splits by its spread. Halves of the same customers overlap, so it says what
other halves of *these* customers would give, not what other customers would.

`make bench NAME=response` makes the environments (3 GB, in `.bench`), runs everything and prints the tables; what is
finished is kept in `.bench/response` and not run again. `scripts/bench response --json FILE` writes all figures too,
`--only offerloop_estimators,causalml_learners` picks systems by file, `--quick` takes little of everything.
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


FULL = Size(30, None, 20, (20_000, 100_000), 10, 1_000_000, 10_000, 3)
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
