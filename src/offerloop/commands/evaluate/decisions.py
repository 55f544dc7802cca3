"""The decisions of some customers of a log: what they were shown, what was known before, and what they then bought."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl

from offerloop.arrays import Floats, Ints
from offerloop.engine import Frame, distinct
from offerloop.evaluation import LAGS, Log, Predictions, fnv1a
from offerloop.offers import NO_OFFER
from offerloop.response import (
    EXPOSURE_FEATURES,
    Margins,
    earlier_exposures,
    exposure_features,
    exposure_outcomes,
    finished_exposures,
    predict_out_of_fold,
    randomised_propensities,
    running_sums,
)

FOLDS = 5
"""Parts of the customers for predictions that have not seen the outcome."""
SHOWN = {"offer_id": nw.String, "shown_day": nw.Int64, "propensity": nw.Float64}
"""Columns of an exposure beside its customer."""
POLICY = "policy"
"""The column with the number of a policy that names customers, in its rows beside the exposures."""


def rows_on_engine(exposures: Frame, daily: Frame, policies: Sequence[Frame]) -> Frame:
    """Return exposures, the daily sums of what was bought, and rows of policies (customer_id, offer_id, probability).

    They stand below each other, so that a shard has all of its customers; rows of policies are of customers with
    exposures.
    """
    own, bought = {**SHOWN, POLICY: nw.Int64}, daily.collect_schema()
    names = [*bought, *own]

    def complete(frame: Frame) -> Frame:
        present, kinds = frame.collect_schema(), dict[str, Any]({**bought, **own})
        empty = [nw.lit(None, kind).alias(name) for name, kind in kinds.items() if name not in present]
        return frame.with_columns(*empty).select(names)

    shown = exposures.filter(~nw.col("customer_id").is_null())
    ids = distinct(shown, "customer_id")
    plans = [
        plan.join(ids, on="customer_id", how="semi")
        .select("customer_id", "offer_id", propensity=nw.col("probability"), **{POLICY: nw.lit(number, nw.Int64)})
        for number, plan in enumerate(policies)
    ]  # fmt: skip
    return nw.concat([complete(one) for one in (daily, shown, *plans)])


@dataclass(frozen=True)
class Decisions:
    """Exposures whose window is over, one row each, sorted by customer and day."""

    rows: pl.DataFrame
    """customer_id, offer_id ('none' for nothing), shown_day, until_day (the first after the window), propensity,
    value_minor, cost_minor and the features."""
    left_out: Mapping[str, int]
    """Exposures left out: `early`, `same_day`, `not_over`."""
    everything: pl.DataFrame
    """offer_id, shown_day, propensity of all exposures, those left out too."""
    earlier: Ints
    """(n, LAGS): rows of `everything` that each row's customer was shown before, the latest first; -1 for none."""
    first_features: Floats
    """(n, p): what the shop knew before the oldest of them, or before the row itself where there was none."""
    policies: pl.DataFrame
    """customer_id, policy, offer_id and probability of the policies that name customers."""

    def log(self, names: tuple[str, ...], days: pl.DataFrame | None, *, knows_cost: bool, is_part: bool = False) -> Log:
        """The log over offers; customers are numbered. `days` has the propensities of all offers, where known."""
        place = {name: position for position, name in enumerate(names)}
        rows = self.rows
        action = rows["offer_id"].replace_strict(place, return_dtype=pl.Int64).to_numpy()
        propensities = None if days is None else randomised_propensities(days, rows["shown_day"], names)
        own = None if propensities is None else propensities[np.arange(len(action)), action]  # not as it was rounded
        return Log(
            action=action,
            propensity=rows["propensity"].to_numpy() if own is None else own,
            value=rows["value_minor"].to_numpy(),
            names=names,
            cost=rows["cost_minor"].to_numpy() if knows_cost else None,
            propensities=propensities,
            customer=(rows["customer_id"].rank("dense").cast(pl.Int64) - 1).to_numpy(),
            is_part=is_part,
        )

    @property
    def features(self) -> Floats:
        """(n, p): what the shop knew before each exposure."""
        return self.rows.select(EXPOSURE_FEATURES).to_numpy()

    @cached_property
    def fold(self) -> Ints:
        """(n,): part of each row's customer, by the order of a hash of the id."""
        ids = sorted(self.rows["customer_id"].unique(), key=lambda one: (fnv1a(f"evaluate {one}"), one))
        folds = {one: place % FOLDS for place, one in enumerate(ids)}
        return self.rows["customer_id"].replace_strict(folds, return_dtype=pl.Int64).to_numpy()

    def predictions(self, log: Log) -> Predictions:
        """What models of other customers expect of each offer; 0 where there is no other, as in a tiny shard."""
        fold, outcomes = self.fold, log.outcomes[:, :2]
        tables = np.zeros((*log.shape, outcomes.shape[1]))
        if fold.any():
            tables = predict_out_of_fold(self.features, log.action, outcomes, len(log.names), fold)
        return Predictions(tables[..., 0], None if log.cost is None else tables[..., 1])

    def chosen(self, policy: int, names: tuple[str, ...]) -> Floats:
        """Probabilities (n, K) under a policy; a customer who is not named gets nothing."""
        chosen = np.zeros((self.rows.height, len(names)))
        place = {name: position for position, name in enumerate(names)}
        rows = self.rows.select("customer_id").with_row_index("_row")
        joined = rows.join(self.policies.filter(pl.col(POLICY) == policy), on="customer_id", how="inner")
        column = joined["offer_id"].replace_strict(place, return_dtype=pl.Int64).to_numpy()
        np.add.at(chosen, (joined["_row"].to_numpy(), column), joined["probability"].to_numpy())
        chosen[:, place[NO_OFFER]] += np.where(chosen.any(axis=1), 0.0, 1.0)
        return chosen


@dataclass(frozen=True)
class DecisionReader:
    """Reads the decisions of whole customers from their `rows_on_engine`."""

    window_days: int
    first_day: int
    """The day of the shop's first order."""
    as_of_day: int
    margins: Margins

    def finished(self, table: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, dict[str, int]]:
        """All exposures, those whose window is over with `until_day`, and how many were left out for which reason."""
        shown = table.filter(pl.col("shown_day").is_not_null()).select("customer_id", *SHOWN)
        exposures = shown.sort("customer_id", "shown_day", "offer_id", "propensity")
        rows, left_out = finished_exposures(exposures, self.first_day, self.as_of_day, self.window_days)
        del left_out["no_customer"]
        return exposures, rows, left_out

    def __call__(self, table: pl.DataFrame) -> Decisions:
        """Read decisions with their outcomes and features."""
        exposures, rows, left_out = self.finished(table)
        bought = table.filter(pl.col("order_day").is_not_null()).drop(*SHOWN, POLICY)
        days, earlier = running_sums(bought, self.margins), earlier_exposures(exposures, rows, self.window_days, LAGS)
        first = rows.select("customer_id", shown_day=_first_days(rows, exposures, earlier))
        return Decisions(
            rows=rows.hstack(exposure_outcomes(days, rows)).hstack(exposure_features(days, rows)),
            left_out=left_out,
            everything=exposures.select(*SHOWN),
            earlier=earlier,
            first_features=exposure_features(days, first).to_numpy(),
            policies=policy_rows(table),
        )


def policy_rows(table: pl.DataFrame) -> pl.DataFrame:
    """customer_id, policy, offer_id and probability of the policies that name customers."""
    rows = table.filter(pl.col(POLICY).is_not_null())
    return rows.select("customer_id", POLICY, "offer_id", probability="propensity")


def _first_days(rows: pl.DataFrame, exposures: pl.DataFrame, earlier: Ints) -> pl.Series:
    """The day of the oldest of each row's earlier exposures, or its own."""
    own = rows["shown_day"].to_numpy()
    if not len(own):
        return rows["shown_day"]
    shown = exposures["shown_day"].to_numpy()[np.maximum(earlier, 0)]
    first = np.where(earlier >= 0, shown, own[:, None]).min(axis=1)
    return pl.Series(np.minimum(first, own), dtype=rows.schema["shown_day"])
