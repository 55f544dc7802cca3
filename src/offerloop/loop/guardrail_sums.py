"""Dividends and divisors of the guardrails, by customer, from a period's order lines and ratings.

margin       margin before offers / sales            ratings    stars / ratings
returns      lines given back / lines bought         cheap      value at list price of lines bought below it / all
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from offerloop.arrays import Floats

MARGIN, RETURNS, RATINGS, CHEAP, OPT_OUTS = "margin", "returns", "ratings", "cheap", "opt_outs"
LINES = (
    "customer_id", "order_id", "product_id", "quantity", "list_value_minor", "discount_minor", "coupon_minor",
)  # fmt: skip
"""Columns of purchases that are read."""
MetricSums = Mapping[str, tuple[Floats, Floats]]


def metric_sums(
    bought: pl.DataFrame, returned: pl.DataFrame, ratings: pl.DataFrame, ids: pl.Series, value_minor: Floats
) -> MetricSums:
    """Return the dividend and divisor of each metric for each of the customers `ids`.

    `bought` has LINES, `returned` a customer_id for each line that was given back, `ratings` customer_id and value,
    and `value_minor` (customers,) is the margin of their purchases.
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
        MARGIN: (value_minor, column["sales"]),
        RETURNS: (column["returned"], column["lines"]),
        RATINGS: (column["stars"], column["ratings"]),
        CHEAP: (column["cheap"], column["listed"]),
    }
