"""Which categories a customer spends on: what may tell who responds, beside how much somebody buys."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from offerloop.arrays import Floats
from offerloop.response.shown.exposure_windows import QUARTER_DAYS, sums_between

MOST_CATEGORIES = 20
"""Categories that have a share of their own."""


@dataclass(frozen=True, eq=False)
class CategoryShares:
    """Shares of the largest categories, and of all others together, in what a customer bought in a quarter."""

    days: pl.DataFrame
    """Running sums of the value at list price by customer_id and order_day, a column for each share."""
    week: Floats
    """(shares,): what the mean customer buys in a week, over all days."""

    @classmethod
    def of(cls, daily: pl.DataFrame) -> CategoryShares:
        """Build it from the `daily_sums` of whole customers."""
        worth = daily.group_by("category").agg(pl.col("list_value_minor").sum()).sort("list_value_minor", "category")
        largest = worth["category"].drop_nulls().tail(MOST_CATEGORIES).to_list()
        names = {one: f"_{number}" for number, one in enumerate(largest)}
        named = daily.with_columns(pl.col("category").replace_strict(names, default="_rest").alias("_column"))
        days = named.pivot(
            "_column", index=["customer_id", "order_day"], values="list_value_minor", aggregate_function="sum"
        )
        days = days.fill_null(0).sort("order_day", "customer_id")
        columns = days.columns[2:]
        weeks = 0.0 if days.is_empty() else (days["order_day"][-1] - days["order_day"][0] + 1) / 7
        mean = days.select(columns).sum().to_numpy().ravel() / max(days["customer_id"].n_unique() * weeks, 1.0)
        return cls(days.with_columns(pl.col(columns).cum_sum().over("customer_id")), np.maximum(mean, 0.0))

    def before(self, rows: pl.DataFrame) -> Floats | None:
        """(n, shares) of the quarter before each row (customer_id, shown_day), as if a mean week were added to it; None
        where there is one category."""
        columns = self.days.columns[2:]
        if len(columns) < 2:
            return None
        shown = pl.col("shown_day")
        spent = sums_between(self.days, rows, shown - QUARTER_DAYS, shown, columns).to_numpy().astype(np.float64)
        spent = np.maximum(spent, 0.0) + self.week + 1e-9
        return np.asarray(spent / spent.sum(axis=1, keepdims=True), dtype=np.float64)
