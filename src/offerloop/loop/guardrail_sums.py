"""What a period's order lines and ratings say beside value and cost: dividends and divisors of the guardrails, and how
the shop ran.

    margin       what is left of all / sales             ratings    stars / ratings
    returns      lines given back / lines bought         cheap      value at list price of lines bought below it / all
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from offerloop.arrays import Floats
from offerloop.loop.drift import PeriodSales

MARGIN, RETURNS, RATINGS, CHEAP, OPT_OUTS = "margin", "returns", "ratings", "cheap", "opt_outs"
LINES = (
    "customer_id", "order_id", "product_id", "quantity", "list_value_minor", "discount_minor", "coupon_minor",
)  # fmt: skip
"""Columns of purchases that are read."""
MetricSums = Mapping[str, tuple[Floats, Floats]]


def metric_sums(
    bought: pl.DataFrame, returned: pl.DataFrame, ratings: pl.DataFrame, ids: pl.Series, profit_minor: Floats
) -> MetricSums:
    """Return the dividend and divisor of each metric for each of the customers `ids`.

    `bought` has LINES, `returned` a customer_id for each line that was given back, `ratings` customer_id and value.
    """
    listed, discount = pl.col("list_value_minor"), pl.col("discount_minor")
    sums = bought.group_by("customer_id").agg(
        sales=(listed - discount - pl.col("coupon_minor")).sum(),
        lines=pl.len(),
        listed=listed.sum(),
        cheap=listed.filter(discount > 0).sum(),
    )
    back = returned.group_by("customer_id").agg(returned=pl.len())
    stars = ratings.group_by("customer_id").agg(stars=pl.col("value").sum(), ratings=pl.len())
    rows = pl.DataFrame({"customer_id": ids}).with_row_index("_row")
    for table in (sums, back, stars):
        rows = rows.join(table, on="customer_id", how="left")
    rows = rows.sort("_row").drop("customer_id").fill_null(0).cast(pl.Float64)
    column = {name: rows[name].to_numpy() for name in rows.columns}
    return {
        MARGIN: (profit_minor, column["sales"]),
        RETURNS: (column["returned"], column["lines"]),
        RATINGS: (column["stars"], column["ratings"]),
        CHEAP: (column["cheap"], column["listed"]),
    }


def period_sales_of(bought: pl.DataFrame, numbers: pl.DataFrame) -> PeriodSales:
    """Sum the purchases of all customers; `numbers` has product_id and the `number` of each."""
    sums = bought.group_by("product_id").agg(
        pl.col("quantity").sum(), pl.col("list_value_minor").sum(), pl.col("discount_minor").sum()
    )
    each = sums.join(numbers, on="product_id", how="inner").sort("number")
    cut = each["discount_minor"].to_numpy() / np.maximum(each["list_value_minor"].to_numpy(), 1)
    units = each["quantity"].to_numpy().astype(np.float64)
    return PeriodSales(each["number"].to_numpy().astype(np.int64), units, cut, bought["order_id"].n_unique())
