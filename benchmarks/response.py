"""Do our estimators of effects sort customers better than those of others, and are their forecasts true?

Parts, which `--parts` picks by name:

- `hillstrom`: a real trial of e-mails. Estimators learn who visits from 30 random halves and sort the other halves.
  AUUC / ATE is the area below the uplift curve over its end, .5 for a random order; Qini / ATE has 0 there.
- `spend`: what our model selection forecasts of its own decision about three arms, beside what the other half says.
- `monotone`: made-up trials of five depths of discount, 10 of each size: value as a share of the best policy's at equal
  true spend, errors of the effects, and how customers are sorted for the greatest depth (AUUC, Qini, AUCC).
- `large`: a million rows of it: seconds and memory.
- `market`: the simulated shop in all presets: true profit of plans, errors of
  the effects, and how customers are sorted by profit (AUUC, Qini) and by value per cost (AUCC).

Systems are the variants of the files in `peers/response`: meta-learners of causalml and econml, scikit-uplift, LightGBM
that never falls with the depth, each of our estimators, and the one that our model selection chooses, on the same rows
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
from response_judged import AUTO, X
from response_market import markets
from response_monotone import PLAIN, large, trials
from response_spend import spend
from response_systems import FILES, System, systems

VERSIONS = ("offerloop", "numpy", "scipy", "polars", "lightgbm")
SMALL_TREES = tuple(f"causalml {letter}-learner, small trees" for letter in "XTS")
PEERS = {
    "monotone": (PLAIN, X, *SMALL_TREES[:2], "econml LinearDRLearner"),
    "large": (PLAIN, X),
    "market": SMALL_TREES,
}
"""Beside ours, where learning or scoring takes long; all others learn from e-mails only."""


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


FULL = Size(30, None, 20, (20_000, 100_000), 10, 1_000_000, 3_000, 6)
SMALL = Size(3, 6_000, 3, (5_000,), 2, 20_000, 1_000, 2)


def parts(size: Size, compared: list[System]) -> dict[str, Callable[[], Found]]:
    """By name; each prints its tables."""
    without_depth = [one for one in compared if one.name != PLAIN]
    some = {part: [one for one in compared if one.is_ours or one.name in names] for part, names in PEERS.items()}
    single = [one for one in some["large"] if one.name != AUTO]
    return {
        "hillstrom": lambda: hillstrom(without_depth, size.halves, size.rows),
        "spend": lambda: spend(size.spend_halves, size.rows),
        "monotone": lambda: trials(some["monotone"], some["large"], size.monotone, size.seeds),
        "large": lambda: large(single, size.large),
        "market": lambda: markets(some["market"], size.customers, size.market_halves),
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
