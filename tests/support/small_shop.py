"""A shop that is small enough to run in two seconds: 60 customers, twenty weeks, two categories, assumed offers."""

from datetime import date, timedelta

import numpy as np
import polars as pl

CONFIG = """
[shop]
name = "Small shop"
currency = "EUR"

[sources.order_lines]
path = "lines.csv"
columns = { order_id = "order", customer_id = "who", product_id = "what", quantity = "n", at = "when", paid = "paid" }

[sources.products]
path = "products.csv"
columns = { product_id = "what", category = "kind" }

[recommend]
candidates = ["popularity", "repeat"]
top_k = 5

[experiment]
holdout = 0.2

[[campaigns]]
id = "first"
title = "First offers"
budget = "100.00"
explore_budget = "20.00"

[[campaigns.offers]]
kind = "coupon"
on = "kind 0"
percent = 10
max_discount = "2.00"
assumed = { p_redeem = 0.1, incremental = 0.6 }

[[campaigns.offers]]
kind = "spend_and_save"
spend = "20.00"
save = "2.00"
assumed = { p_redeem = 0.1, incremental = 0.6 }
"""


def write_small_shop(folder, customers=60, weeks=20):
    """Files and configuration; gives the path of the latter."""
    rng = np.random.default_rng(0)
    rows = [
        (
            f"{one}-{week}",
            f"c{one:03}",
            int(product),
            (date(2024, 1, 1) + timedelta(days=7 * week + one % 7)).isoformat(),
        )
        for one in range(customers)
        for week in range(weeks)
        if rng.random() < 0.4
        for product in rng.choice(10, size=2, replace=False)
    ]
    lines = pl.DataFrame(rows, schema=["order", "who", "what", "when"], orient="row").with_columns(n=1)
    lines.with_columns(paid=pl.format("{}.50", pl.col("what") + 2)).write_csv(folder / "lines.csv")
    pl.DataFrame({"what": range(10)}).with_columns(kind=pl.format("kind {}", pl.col("what") % 2)).write_csv(
        folder / "products.csv"
    )
    path = folder / "offerloop.toml"
    path.write_text(CONFIG)
    return path
