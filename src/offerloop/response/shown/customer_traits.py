"""What may tell who responds, beside how much somebody buys: which categories that is spent on, and attributes.

Both say nothing of how much is bought, so they are not among the features that this is expected from.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from offerloop.arrays import Floats
from offerloop.engine import Frame, collect
from offerloop.response.encoding import MOST_CATEGORIES, ColumnEncoding
from offerloop.response.shown.exposure_windows import QUARTER_DAYS, sums_between

WEEKS = QUARTER_DAYS / 7


@dataclass(frozen=True, eq=False)
class KnownTraits:
    """What is known of any customer on any day."""

    by_category: pl.DataFrame
    """Running sums of the value at list price by customer_id and order_day, a column for each large category."""
    attributes: pl.DataFrame
    """Those of each customer_id."""
    encoding: ColumnEncoding

    @classmethod
    def of(cls, daily: pl.DataFrame, customers: Frame) -> KnownTraits:
        """Build them from the `daily_sums` of some customers and their attributes."""
        attributes = collect(customers, "customer_id")
        encoding = ColumnEncoding.of(attributes, [name for name in attributes.columns if name != "customer_id"])
        return cls(_by_category(daily), attributes, encoding)

    def groups(self, rows: pl.DataFrame) -> tuple[Floats, ...]:
        """Return both for rows (customer_id, shown_day), (n, q) each; those that tell nobody apart are left out."""
        return tuple(one for one in (self._shares(rows), self._attributes(rows)) if one.shape[1])

    def _shares(self, rows: pl.DataFrame) -> Floats:
        """(n, categories): of the quarter before, to which everybody's are added a mean week's purchases of all."""
        columns = self.by_category.columns[2:]
        if len(columns) < 2:
            return np.zeros((rows.height, 0))
        shown = pl.col("shown_day")
        spent = sums_between(self.by_category, rows, shown - QUARTER_DAYS, shown, columns).to_numpy().astype(np.float64)
        spent = np.maximum(spent, 0.0)
        spent += spent.mean(axis=0) / WEEKS + 1e-9
        return np.asarray(spent / spent.sum(axis=1, keepdims=True), dtype=np.float64)

    def _attributes(self, rows: pl.DataFrame) -> Floats:
        if not self.encoding.columns:
            return np.zeros((rows.height, 0))
        return self.encoding.matrix(
            rows.select("customer_id").join(self.attributes, on="customer_id", how="left", maintain_order="left")
        )


def _by_category(daily: pl.DataFrame) -> pl.DataFrame:
    """The largest categories; all others together are one."""
    worth = daily.group_by("category").agg(pl.col("list_value_minor").sum()).sort("list_value_minor", "category")
    largest = worth["category"].drop_nulls().tail(MOST_CATEGORIES).to_list()
    names = {one: f"_{number}" for number, one in enumerate(largest)}
    named = daily.with_columns(pl.col("category").replace_strict(names, default="_rest").alias("_column"))
    wide = named.pivot(
        "_column", index=["customer_id", "order_day"], values="list_value_minor", aggregate_function="sum"
    )
    sums = wide.fill_null(0).sort("order_day", "customer_id")
    columns = sums.columns[2:]
    return sums.with_columns(pl.col(columns).cum_sum().over("customer_id"))
