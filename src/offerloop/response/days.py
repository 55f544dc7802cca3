"""What customers bought around each exposure: outcomes in a window from its day on, features from the days before."""

from __future__ import annotations

import narwhals as nw
import polars as pl

from offerloop.engine import collect
from offerloop.engine.base import Frame
from offerloop.events.prepare import Events
from offerloop.response.margins import Margins

QUARTER, MONTH = 91, 28
"""Days of the features' two windows."""
FEATURES = ("spend_91", "orders_91", "discount_share_91", "days_since_order", "spend_28")
MICRO = 1_000_000
_MONEY = ("revenue_minor", "list_value_minor", "discount_minor", "coupon_minor", "reimbursed_minor")
_SUMS = (*_MONEY, "margin_micro", "n_orders")


def customer_days(events: Events, margins: Margins, ids: Frame) -> pl.DataFrame:
    """customer_id, order_day, and sums of money, orders and `margin_micro` up to that day, of some customers.

    Sorted by day. The margin is that of each category, before the cost of offers, in millionths of a minor unit.
    """
    named = events.products.select("product_id", "category")
    lines = events.order_lines.join(ids, on="customer_id", how="semi").join(named, on="product_id", how="left")
    day = ("customer_id", "order_day")
    sums = [nw.col(name).sum().cast(nw.Int64) for name in _MONEY]
    parts = collect(lines.group_by(*day, "category").agg(*sums))
    orders = collect(lines.group_by(*day).agg(nw.col("order_id").n_unique().cast(nw.Int64).alias("n_orders")))
    shares = [(name, round(MICRO * margins.of(name))) for name in parts["category"].unique()]
    known = pl.DataFrame(shares, {"category": pl.String, "_share": pl.Int64}, orient="row")
    left = (pl.col("list_value_minor") * pl.col("_share")).alias("margin_micro")
    valued = parts.join(known, on="category", how="left", nulls_equal=True).with_columns(left)
    totals = valued.group_by(day).agg(pl.col(*_MONEY, "margin_micro").sum())
    of_days = totals.join(orders, on=day, how="inner").sort("order_day", "customer_id")
    return of_days.with_columns(pl.col(_SUMS).cum_sum().over("customer_id"))


def outcomes(days: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """value_minor and cost_minor of each row (customer_id, shown_day, until_day), from its day to before the other.

    Value is margin before the cost of offers, cost the own part of coupons.
    """
    found = _sums(days, rows, pl.col("shown_day"), pl.col("until_day"))
    cost = pl.col("coupon_minor") - pl.col("reimbursed_minor")
    return found.select(value_minor=pl.col("margin_micro") / MICRO, cost_minor=cost.cast(pl.Float64))


def features(days: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """`FEATURES` of each row (customer_id, shown_day), from the days before the exposure alone.

    Money is in minor units; who did not order in the quarter has 91 days since the last order.
    """
    shown = pl.col("shown_day")
    quarter = _sums(days, rows, shown - QUARTER, shown)
    month = _sums(days, rows, shown - MONTH, shown)
    last = _until(days, rows, shown)["order_day"]
    listed = pl.col("list_value_minor")
    return pl.DataFrame(
        {
            "spend_91": quarter["revenue_minor"],
            "orders_91": quarter["n_orders"],
            "discount_share_91": quarter.select(
                pl.when(listed > 0).then(pl.col("discount_minor") / listed).otherwise(0.0)
            ).to_series(),
            "days_since_order": (rows["shown_day"] - last).fill_null(QUARTER).clip(upper_bound=QUARTER),
            "spend_28": month["revenue_minor"],
        }
    ).cast(pl.Float64)


def _sums(days: pl.DataFrame, rows: pl.DataFrame, first: pl.Expr, until: pl.Expr) -> pl.DataFrame:
    """Sums of each row's customer over the days from `first` to before `until`."""
    later, earlier = (_until(days, rows, one).select(_SUMS).fill_null(0) for one in (until, first))
    return later - earlier


def _until(days: pl.DataFrame, rows: pl.DataFrame, bound: pl.Expr) -> pl.DataFrame:
    """Sums over all days before a bound, and the last order's day; empty where there was none."""
    asked = rows.select("customer_id", (bound - 1).cast(pl.Int64).alias("_day")).with_row_index("_row").sort("_day")
    found = asked.join_asof(
        days, left_on="_day", right_on="order_day", by="customer_id", strategy="backward", check_sortedness=False,
        coalesce=False,
    )  # fmt: skip
    return found.sort("_row")
