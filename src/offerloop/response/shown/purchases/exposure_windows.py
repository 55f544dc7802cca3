"""What customers bought around each exposure: outcomes in a window from its day on, features from the days before."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import narwhals as nw
import numpy as np
import polars as pl

from offerloop.arrays import Floats, Ints
from offerloop.engine import Frame, collect
from offerloop.money import MICRO
from offerloop.response.margins import COSTS, Margins, with_costs
from offerloop.response.shown.purchases.covered_lines import covered_lines, with_product_columns
from offerloop.response.terms import CoveredGoods

QUARTER_DAYS, MONTH_DAYS = 91, 28
"""Days of the features' two windows."""
YEAR_DAYS = 364
"""Who did not order for longer counts as if it were that long ago."""
EXPOSURE_FEATURES = ("spend_91", "orders_91", "discount_share_91", "days_since_order", "spend_28")
"""Columns of `exposure_features`."""
_MONEY = ("revenue_minor", "list_value_minor", "discount_minor", "coupon_minor", "reimbursed_minor")
_SUMS = (*_MONEY, "profit_micro", "n_orders")
LINE_COLUMNS = ("customer_id", "order_id", "product_id", "order_day", "quantity", *_MONEY)
"""What is read of order lines."""
SCOPE_SUMS = ("list_value_minor", "n_orders")
"""What is summed up of the orders that a scope covers."""
OfferScope = tuple[CoveredGoods, float]
"""Goods, and what an order must hold of them at least to count, at shelf prices in minor units."""
SHELF_VALUE = "shelf_value_minor"


def customer_days(order_lines: Frame, products: Frame, margins: Margins, ids: Frame) -> pl.DataFrame:
    """Return running sums of money, orders and `profit_micro` of some customers, by customer_id and order_day.

    Sorted by customer and day. Profit is what is left before the cost of offers, in millionths of a minor unit.
    """
    return running_sums(collect(daily_sums(order_lines, products, ids)), margins)


def daily_sums(order_lines: Frame, products: Frame, ids: Frame) -> Frame:
    """Sums of money by customer_id, order_day and category of some customers, beside the day's `n_orders`."""
    lines = with_costs(order_lines.join(ids, on="customer_id", how="semi"), products)
    day = ["customer_id", "order_day"]
    sums = [nw.col(name).sum().cast(nw.Int64) for name in (*_MONEY, *COSTS)]
    orders = lines.group_by(*day).agg(nw.col("order_id").n_unique().cast(nw.Int64).alias("n_orders"))
    return lines.group_by(*day, "category").agg(*sums).join(orders, on=day, how="inner")


def running_sums(daily: pl.DataFrame, margins: Margins) -> pl.DataFrame:
    """What `customer_days` gives, from all of the `daily_sums` of whole customers."""
    totals = (
        margins.with_profit(daily)
        .group_by("customer_id", "order_day")
        .agg(pl.col(*_MONEY, "profit_micro").sum(), pl.col("n_orders").first())
    )
    of_days = totals.select("customer_id", "order_day", *_SUMS).sort("customer_id", "order_day")
    return of_days.with_columns(pl.col(_SUMS).cum_sum().over("customer_id"))


def exposure_outcomes(days: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Return value_minor, cost_minor and coupon_minor of each row, from its shown_day to before its until_day.

    Value is profit before the cost of offers, cost the own part of coupons.
    """
    sums = sums_between(days, rows, pl.col("shown_day"), pl.col("until_day"))
    cost = pl.col("coupon_minor") - pl.col("reimbursed_minor")
    return sums.select(
        value_minor=pl.col("profit_micro") / MICRO,
        cost_minor=cost.cast(pl.Float64),
        coupon_minor=pl.col("coupon_minor").cast(pl.Float64),
    )


def list_value(days: pl.DataFrame, rows: pl.DataFrame) -> Floats:
    """(n,): what each row's customer bought from its shown_day to before its until_day, at list prices."""
    bought = sums_between(days, rows, pl.col("shown_day"), pl.col("until_day"), ("list_value_minor",))
    return bought.to_series().to_numpy().astype(np.float64)


def exposure_features(days: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Return `EXPOSURE_FEATURES` of each row (customer_id, shown_day), from the days before the exposure alone.

    Money is in minor units; who did not order in the year has 364 days since the last order.
    """
    shown = pl.col("shown_day")
    until, quarter, month = last_days(days, rows, shown, shown - QUARTER_DAYS, shown - MONTH_DAYS)
    of_quarter = _difference(days, until, quarter, ("revenue_minor", "n_orders", "discount_minor", "list_value_minor"))
    last = days["order_day"].gather(pl.Series(until).replace(-1, None))
    listed = pl.col("list_value_minor")
    return pl.DataFrame(
        {
            "spend_91": of_quarter["revenue_minor"],
            "orders_91": of_quarter["n_orders"],
            "discount_share_91": of_quarter.select(
                pl.when(listed > 0).then(pl.col("discount_minor") / listed).otherwise(0.0)
            ).to_series(),
            "days_since_order": (rows["shown_day"] - last).fill_null(YEAR_DAYS).clip(upper_bound=YEAR_DAYS),
            "spend_28": _difference(days, until, month, ("revenue_minor",))["revenue_minor"],
        }
    ).cast(pl.Float64)


def newness(days: pl.DataFrame, rows: pl.DataFrame, first_day: int) -> Floats:
    """(n,): how new the customer of each row is, from 1 on the day of the first order to 0 a quarter later.

    Who had ordered within a month of the first day of the data may have done so before, and counts as no new customer,
    as does who had not ordered yet.
    """
    first_orders = days.group_by("customer_id").agg(pl.col("order_day").min())
    first = rows.select("customer_id").join(first_orders, on="customer_id", how="left", maintain_order="left")
    age = (rows["shown_day"] - first["order_day"]).cast(pl.Float64)
    is_known = (age > 0) & (first["order_day"] >= first_day + MONTH_DAYS)
    part = (1 - age / QUARTER_DAYS).clip(0.0, 1.0)
    return np.where(is_known.fill_null(False).to_numpy(), part.fill_null(0.0).to_numpy(), 0.0)


def orders_of_goods(
    order_lines: Frame, products: Frame, ids: Frame, goods: Collection[CoveredGoods], *, coupons_apart: bool
) -> dict[CoveredGoods, pl.DataFrame]:
    """Return what each order of some customers holds of each goods, at list and at shelf prices.

    By customer_id and order_day. Shelf prices are list value less discounts, where these hold no coupons.
    """
    shelf = nw.col("list_value_minor") - (nw.col("discount_minor") if coupons_apart else 0)
    lines = order_lines.join(ids, on="customer_id", how="semi").with_columns(shelf.alias(SHELF_VALUE))
    lines = with_product_columns(lines, products, goods)
    of_category = {one: one.categories[0] for one in goods if len(one.categories) == 1}
    orders = {one: _orders(covered_lines(lines, one)) for one in goods if one not in of_category}
    for beside in dict.fromkeys(replace(one, categories=()) for one in of_category):
        alike = {one: name for one, name in of_category.items() if replace(one, categories=()) == beside}
        orders |= _by_category(covered_lines(lines, beside), alike)
    return orders


def scope_days(
    orders: Mapping[CoveredGoods, pl.DataFrame], scopes: Collection[OfferScope]
) -> dict[OfferScope, pl.DataFrame]:
    """Return running SCOPE_SUMS of each scope by customer_id and order_day, sorted by both; `orders` are those of
    `orders_of_goods`, and thresholds are measured at shelf prices."""
    return {(goods, least): _running(orders[goods], least) for goods, least in scopes}


def _by_category(lines: Frame, categories: Mapping[CoveredGoods, str]) -> dict[CoveredGoods, pl.DataFrame]:
    """Return the `_orders` of goods that differ in their category alone, from one pass over the lines."""
    orders = _orders(lines.filter(nw.col("category").is_in(sorted(categories.values()))), "category")
    return {goods: orders.filter(pl.col("category") == name) for goods, name in categories.items()}


def _orders(lines: Frame, *apart: str) -> pl.DataFrame:
    """Return the value of each order at list and at shelf prices, by customer_id, order_day and further columns."""
    key, values = ("customer_id", "order_day", *apart), ("list_value_minor", SHELF_VALUE)
    sums = [nw.col(name).sum().cast(nw.Int64) for name in values]
    return collect(lines.group_by(*key, "order_id").agg(*sums).select(*key, *values))


def _running(orders: pl.DataFrame, least: float) -> pl.DataFrame:
    counted = orders.filter(pl.col(SHELF_VALUE) >= least)
    days = counted.group_by("customer_id", "order_day").agg(
        pl.col("list_value_minor").sum(), n_orders=pl.len().cast(pl.Int64)
    )
    return days.sort("customer_id", "order_day").with_columns(pl.col(SCOPE_SUMS).cum_sum().over("customer_id"))


def scope_sums(days: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Return SCOPE_SUMS of each row (customer_id, shown_day) over the quarter before, from the days of one scope."""
    shown = pl.col("shown_day")
    return sums_between(days, rows, shown - QUARTER_DAYS, shown, SCOPE_SUMS).cast(pl.Float64)


def sums_between(
    days: pl.DataFrame, rows: pl.DataFrame, first: pl.Expr, until: pl.Expr, columns: Sequence[str] = _SUMS
) -> pl.DataFrame:
    """Sums of each row's customer over the days from `first` to before `until`."""
    later, earlier = last_days(days, rows, until, first)
    return _difference(days, later, earlier, columns)


def _difference(days: pl.DataFrame, later: Ints, earlier: Ints, columns: Sequence[str]) -> pl.DataFrame:
    """Return running sums at some places of `days` less those at others; 0 stands at place -1."""
    sums = {name: np.append(days[name].to_numpy(), 0) for name in columns}
    return pl.DataFrame({name: column[later] - column[earlier] for name, column in sums.items()})


def last_days(days: pl.DataFrame, rows: pl.DataFrame, *bounds: pl.Expr) -> list[Ints]:
    """(n,) for each bound: the place of the last of its customer's `days` before it, or -1.

    `days` are sorted by customer_id and order_day.
    """
    if days.is_empty():
        return [np.full(rows.height, -1, dtype=np.int64) for _ in bounds]
    number, day = days["customer_id"].rle_id().cast(pl.Int64).to_numpy(), days["order_day"].to_numpy().astype(np.int64)
    numbers = days.select("customer_id")[np.flatnonzero(np.diff(number, prepend=-1))].with_row_index("_number")
    joined = rows.select("customer_id").join(numbers, on="customer_id", how="left", maintain_order="left")
    whose = joined["_number"].cast(pl.Int64).fill_null(-1).to_numpy()
    first, width = day.min(), day.max() - day.min() + 2
    key, places = number * width + day - first, list[Ints]()
    for bound in bounds:
        until = rows.select(bound.cast(pl.Int64)).to_series().to_numpy()
        place = np.searchsorted(key, whose * width + np.clip(until - first, 0, width - 1)) - 1
        places.append(np.where((place >= 0) & (number[place] == whose), place, -1))
    return places
