"""Which categories a customer spends on: what may tell who responds, beside how much somebody buys."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from offerloop.arrays import Floats
from offerloop.response.shown.purchases.exposure_windows import QUARTER_DAYS, sums_between

MOST_CATEGORIES = 20
"""Categories that have a share of their own."""


@dataclass(frozen=True, eq=False)
class ShareScale:
    """Which categories have a share of their own, and what is usual of each."""

    names: dict[str, str]
    """The column of each category; all others have `_rest`."""
    columns: tuple[str, ...]
    week: Floats
    """(shares,): what the mean customer buys in a week, over all days."""


@dataclass(frozen=True, eq=False)
class CategoryShares:
    """Shares of the largest categories, and of all others together, in what a customer bought in a quarter."""

    days: pl.DataFrame
    """Running sums of the value at list price by customer_id and order_day, a column for each share."""
    scale: ShareScale

    @classmethod
    def of(cls, daily: pl.DataFrame, scale: ShareScale | None = None) -> CategoryShares:
        """Build it from the `daily_sums` of whole customers, who also tell the scale where none is given."""
        names = _largest(daily) if scale is None else scale.names
        days = _by_share(daily, names)
        scale = scale or _scale_of(days, names)
        missing = [pl.lit(0, pl.Int64).alias(name) for name in scale.columns if name not in days.columns]
        days = days.with_columns(missing).select("customer_id", "order_day", *scale.columns)
        return cls(days.with_columns(pl.col(scale.columns).cum_sum().over("customer_id")), scale)

    def before(self, rows: pl.DataFrame) -> Floats | None:
        """(n, shares) of the quarter before each row (customer_id, shown_day), as if a mean week were added to it; None
        where there is one category."""
        columns = self.scale.columns
        if len(columns) < 2:
            return None
        shown = pl.col("shown_day")
        spent = sums_between(self.days, rows, shown - QUARTER_DAYS, shown, columns).to_numpy().astype(np.float64)
        spent = np.maximum(spent, 0.0) + self.scale.week + 1e-9
        return np.asarray(spent / spent.sum(axis=1, keepdims=True), dtype=np.float64)


def _largest(daily: pl.DataFrame) -> dict[str, str]:
    worth = daily.group_by("category").agg(pl.col("list_value_minor").sum()).sort("list_value_minor", "category")
    largest = worth["category"].drop_nulls().tail(MOST_CATEGORIES).to_list()
    return {one: f"_{number}" for number, one in enumerate(largest)}


def _by_share(daily: pl.DataFrame, names: dict[str, str]) -> pl.DataFrame:
    named = daily.with_columns(pl.col("category").replace_strict(names, default="_rest").alias("_column"))
    days = named.pivot(
        "_column", index=["customer_id", "order_day"], values="list_value_minor", aggregate_function="sum"
    )
    return days.fill_null(0).sort("customer_id", "order_day")


def _scale_of(days: pl.DataFrame, names: dict[str, str]) -> ShareScale:
    columns = tuple(sorted(days.columns[2:]))  # a pivot has them as they first occur
    first, last = days.select(first=pl.col("order_day").min(), last=pl.col("order_day").max()).row(0)
    weeks = 0.0 if days.is_empty() else (last - first + 1) / 7
    mean = days.select(columns).sum().to_numpy().ravel() / max(days["customer_id"].n_unique() * weeks, 1.0)
    return ShareScale(names, columns, np.maximum(mean, 0.0))
