"""What a period's order lines and ratings say beside value and cost: dividends and divisors of the guardrails, and how
the shop ran.

    margin       value left before offers / sales        ratings    stars / ratings
    returns      lines given back / lines bought         cheap      value at list price of lines bought below it / all
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from offerloop.loop.shop import Floats, Pulse

MARGIN, RETURNS, RATINGS, CHEAP, OPT_OUTS = "margin", "returns", "ratings", "cheap", "opt_outs"
LINES = (
    "customer_id", "order_id", "product_id", "quantity", "list_value_minor", "discount_minor", "coupon_minor",
)  # fmt: skip
"""Columns that are read; a return has a negative quantity."""
Watched = Mapping[str, tuple[Floats, Floats]]


def watched(lines: pl.DataFrame, ratings: pl.DataFrame, ids: pl.Series, value_minor: Floats) -> Watched:
    """By metric its dividend and divisor for each of the customers `ids`; `ratings` have customer_id and value."""
    bought = pl.col("quantity") > 0
    kept = pl.when(bought)
    plain = pl.col("list_value_minor") - pl.col("discount_minor")
    sums = lines.group_by("customer_id").agg(
        sales=(plain - pl.col("coupon_minor")).sum(),
        lines=bought.sum(),
        returned=(~bought).sum(),
        listed=kept.then(pl.col("list_value_minor")).sum(),
        cheap=kept.then(pl.when(pl.col("discount_minor") > 0).then(pl.col("list_value_minor"))).sum(),
    )
    stars = ratings.group_by("customer_id").agg(stars=pl.col("value").sum(), ratings=pl.len())
    everybody = pl.DataFrame({"customer_id": ids}).with_row_index("_row")
    found = everybody.join(sums, on="customer_id", how="left").join(stars, on="customer_id", how="left")
    found = found.sort("_row").drop("customer_id").fill_null(0).cast(pl.Float64)
    column = {name: found[name].to_numpy() for name in found.columns}
    return {
        MARGIN: (value_minor, column["sales"]),
        RETURNS: (column["returned"], column["lines"]),
        RATINGS: (column["stars"], column["ratings"]),
        CHEAP: (column["cheap"], column["listed"]),
    }


def pulse_of(lines: pl.DataFrame, numbers: pl.DataFrame) -> Pulse:
    """Of all customers' lines; `numbers` has product_id and the `number` of each."""
    bought = lines.filter(pl.col("quantity") > 0)
    sums = bought.group_by("product_id").agg(
        pl.col("quantity").sum(), pl.col("list_value_minor").sum(), pl.col("discount_minor").sum()
    )
    each = sums.join(numbers, on="product_id", how="inner").sort("number")
    cut = each["discount_minor"].to_numpy() / np.maximum(each["list_value_minor"].to_numpy(), 1)
    units = each["quantity"].to_numpy().astype(np.float64)
    return Pulse(each["number"].to_numpy().astype(np.int64), units, cut, bought["order_id"].n_unique())
