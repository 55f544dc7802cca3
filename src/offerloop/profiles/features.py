"""Features from purchases, browsing and promotions, written once for every engine.

Only whole-number time, no division by an unguarded value: engines differ exactly there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import narwhals as nw

from offerloop.engine import Frame, distinct
from offerloop.message import Message

RECENT_DAYS = 91
"""A quarter; `trend` compares the last quarter with the one before."""


@dataclass(frozen=True)
class Feature:
    """One feature: what it is, in which unit, and what an empty cell becomes."""

    name: str
    meaning: Message
    missing: Message
    """Rule for customers for whom it is not defined."""


BROWSED_DAYS = 28
_ALWAYS = Message("never empty", context="empty cells of a feature")
_ZERO = Message("0", context="empty cells of a feature")
_NO_NAMES = Message("0 where order lines name none")
_NO_SPEND = Message("0 where nothing was spent")
_UNIDENTIFIED = Message("empty for everyone where purchases do not show that customers stop")
FEATURES = (
    Feature("recency_days", Message("days from the last purchase to the moment of the profile"), _ALWAYS),
    Feature("tenure_days", Message("days from the first purchase to the moment of the profile"), _ALWAYS),
    Feature("n_orders", Message("orders", context="feature"), _ALWAYS),
    Feature("n_days", Message("days with a purchase"), _ALWAYS),
    Feature("spend_minor", Message("what the shop received, minor units"), _ALWAYS),
    Feature(
        "interval_days",
        Message("mean days between days with a purchase"),
        Message("the median; 'one_day_only' marks them"),
    ),
    Feature("basket_minor", Message("spend per order, minor units"), _ALWAYS),
    Feature("basket_units", Message("units per order", context="feature"), _ALWAYS),
    Feature("basket_lines", Message("order lines per order"), _ALWAYS),
    Feature("n_products", Message("distinct products", context="feature"), _ALWAYS),
    Feature("n_categories", Message("distinct categories", context="feature"), _ALWAYS),
    Feature("n_stores", Message("distinct stores", context="feature"), _NO_NAMES),
    Feature("n_channels", Message("distinct channels, such as online and store"), _NO_NAMES),
    Feature("top_category", Message("category of highest spend, ties to the first by name"), _ALWAYS),
    Feature("top_category_share", Message("share of spend in the category of highest spend"), _NO_SPEND),
    Feature("top_brand", Message("brand of highest spend, ties to the first by name"), _ALWAYS),
    Feature(
        "top_brand_share",
        Message("share of spend on the brand of highest spend"),
        Message("0 where nothing was spent, or the brand is not known"),
    ),
    Feature("discount_share", Message("share of order lines bought below list price"), _ALWAYS),
    Feature("mean_depth", Message("shelf discount over value at list price"), Message("0 where nothing had a price")),
    Feature("coupon_share", Message("share of order lines with a coupon"), _ALWAYS),
    Feature("n_campaigns", Message("campaigns received", context="feature"), _ZERO),
    Feature("n_redemptions", Message("coupons redeemed", context="feature"), _ZERO),
    Feature("weekend_share", Message("share of orders on Saturday or Sunday"), _ALWAYS),
    Feature("recent_minor", Message("spend in the last {days} days, minor units", days=RECENT_DAYS), _ALWAYS),
    Feature("recent_orders", Message("orders in the last {days} days", days=RECENT_DAYS), _ALWAYS),
    Feature(
        "trend",
        Message("(last {days} days - {days} before) / their sum, of spend: -1 to 1", days=RECENT_DAYS),
        Message("0 where both are 0", context="empty cells of a feature"),
    ),
    Feature("recent_views", Message("views of products in the last {days} days", days=BROWSED_DAYS), _ZERO),
    Feature(
        "recent_carts",
        Message("times that a product was put into the cart or wished for in the last {days} days", days=BROWSED_DAYS),
        _ZERO,
    ),
    Feature("mean_rating", Message("mean rating given", context="feature"), Message("0 where nothing was rated")),
    Feature("n_exposures", Message("offers shown", context="feature"), _ZERO),
    Feature(
        "expected_orders_28",
        Message("shopping days expected in the next {days} days (BG/NBD)", days=28),
        _UNIDENTIFIED,
    ),
    Feature(
        "p_active",
        Message("probability of still being active (BG/NBD)"),
        Message(
            "empty for everyone where purchases do not show that customers stop; empty for who bought on one day only"
        ),
    ),
)


@dataclass(frozen=True)
class PastEvents:
    """What happened before the moment of the profiles, and nothing later."""

    lines: Frame
    products: Frame
    audiences: Frame
    """The audiences of campaigns received."""
    redemptions: Frame
    browsing: Frame
    exposures: Frame


def relational_features(past: PastEvents, as_of_day: int) -> Frame:
    """Every feature but the two of the purchase model, one row per customer of the order lines."""
    return with_other_events(purchase_features(past.lines, past.products, as_of_day), other_features(past, as_of_day))


def purchase_features(lines: Frame, products: Frame, as_of_day: int) -> Frame:
    """What purchases alone tell of each customer: sums, of which `with_other_events` makes features."""
    orders = _orders(lines)
    features = _of_lines(lines)
    for column, name in _COUNTED.items():
        if column in lines.collect_schema():
            features = features.join(_distinct(lines, column, name), on="customer_id", how="left")
    return (
        features.join(_of_orders(orders, as_of_day), on="customer_id", how="left")
        .join(_top(lines, products, "category", nw.len().alias("n_categories")), on="customer_id", how="left")
        .join(_top(lines, products, "brand"), on="customer_id", how="left")
    )


def other_features(past: PastEvents, as_of_day: int) -> list[Frame]:
    """What other events tell of each customer who has any."""
    return [
        _count(past.audiences, "n_campaigns"),
        _count(past.redemptions, "n_redemptions"),
        _of_browsing(past.browsing, as_of_day),
        _count(_real_offers(past.exposures), "n_exposures"),
    ]


def with_other_events(purchases: Frame, others: Sequence[Frame]) -> Frame:
    """Every feature but the two of the purchase model."""
    for other in others:
        purchases = purchases.join(other, on="customer_id", how="left")
    counts = nw.col("n_campaigns", "n_redemptions", *_BROWSED, "n_exposures").fill_null(0)
    return purchases.with_columns(counts).with_columns(*_ratios()).drop(*_PARTS)


def bought_since(lines: Frame, day: int) -> Frame:
    """Customers with an order line on the day or later."""
    return distinct(lines.filter(nw.col("order_day") >= day), "customer_id")


def moved_on(lines: Frame, before_day: int, as_of_day: int) -> Frame:
    """Tell by how much `BY_QUARTER` of each customer change between two moments, as orders leave the last quarter or
    the one before; of customers without an order in between.
    """
    day, passed = nw.col("order_day"), as_of_day - before_day
    first, second = (before_day - quarters * RECENT_DAYS for quarters in (1, 2))
    leaves = ((day >= first) & (day < first + passed)) | ((day >= second) & (day < second + passed))
    keys = ["customer_id", "order_id"]
    orders = _orders(lines.join(distinct(lines.filter(leaves), *keys), on=keys, how="semi"))
    then, now = _by_quarter(before_day), _by_quarter(as_of_day)
    changes = ((now[name] - then[name]).sum().cast(nw.Int64).alias(name) for name in BY_QUARTER)
    return orders.group_by("customer_id").agg(*changes)


BY_QUARTER = ("recent_minor", "before_minor", "recent_orders")
"""Sums over the orders of the last quarter or the one before."""
_PARTS = (
    "n_lines", "n_units", "depth_minor", "worth_minor", "before_minor", "weekend_orders", "n_below_list", "n_coupon",
    "top_category_minor", "top_brand_minor",
)  # fmt: skip
"""Sums that only ratios need."""


def _orders(lines: Frame) -> Frame:
    return lines.group_by("customer_id", "order_id").agg(
        nw.col("order_day").min(), nw.col("revenue_minor").sum().cast(nw.Int64).alias("order_minor")
    )


def _of_lines(lines: Frame) -> Frame:
    present = lines.collect_schema()
    return lines.group_by("customer_id").agg(
        nw.len().alias("n_lines"),
        *(
            (nw.len() - nw.len()).cast(nw.Int64).alias(name)
            for column, name in _COUNTED.items()
            if column not in present
        ),
        _total("quantity", "n_units"),
        _hits(nw.col("discount_minor") > 0, "n_below_list"),
        _hits(nw.col("coupon_minor") > 0, "n_coupon"),
        _total("discount_minor", "depth_minor"),
        _total("list_value_minor", "worth_minor"),
    )


_COUNTED = {"product_id": "n_products", "store_id": "n_stores", "channel": "n_channels"}
"""Columns of which each customer's distinct values are counted: 0 where order lines have no such column."""


def _distinct(lines: Frame, column: str, name: str) -> Frame:
    """Distinct values of a column; an empty cell is none.

    Pairs are made first: where an engine counts distinct values itself, it may hold all of them in memory.
    """
    pairs = distinct(lines, "customer_id", column)
    return pairs.group_by("customer_id").agg(_hits(~nw.col(column).is_null(), name))


def _of_orders(orders: Frame, as_of_day: int) -> Frame:
    day = nw.col("order_day")
    weekday = (day + 3) - ((day + 3) // 7) * 7
    return orders.group_by("customer_id").agg(
        (as_of_day - day.max()).alias("recency_days"),
        (as_of_day - day.min()).alias("tenure_days"),
        nw.len().alias("n_orders"),
        day.n_unique().alias("n_days"),
        _total("order_minor", "spend_minor"),
        *(part.sum().cast(nw.Int64).alias(name) for name, part in _by_quarter(as_of_day).items()),
        _hits(weekday >= 5, "weekend_orders"),
    )


def _by_quarter(as_of_day: int) -> dict[str, nw.Expr]:
    """What an order adds to each of `BY_QUARTER`."""
    day, money = nw.col("order_day"), nw.col("order_minor")
    recent = day >= as_of_day - RECENT_DAYS
    before = ~recent & (day >= as_of_day - 2 * RECENT_DAYS)
    parts = (nw.when(recent).then(money).otherwise(0), nw.when(before).then(money).otherwise(0), recent.cast(nw.Int64))
    return dict(zip(BY_QUARTER, parts, strict=True))


def _top(lines: Frame, products: Frame, column: str, *counts: nw.Expr) -> Frame:
    """The value of `column` with the highest spend of each customer, ties to the first by name; `counts` over all.

    Names are numbered in their order, as an engine groups by numbers in less time than by texts.
    """
    names = distinct(products, column).with_columns(nw.col(column).rank("dense").alias(_NAME))
    numbered = products.join(names, on=column, how="left").select("product_id", _NAME)
    spend = lines.join(numbered, on="product_id", how="left").group_by("customer_id", _NAME)
    most, part = nw.col("most_minor"), nw.col("part_minor")
    summed = spend.agg(_total("revenue_minor", "part_minor"))
    compared = summed.with_columns(part.max().over("customer_id").alias("most_minor"))
    best = compared.group_by("customer_id").agg(
        nw.when(part == most).then(nw.col(_NAME)).min().alias(_NAME), most.max().alias(f"top_{column}_minor"), *counts
    )
    return best.join(names.rename({column: f"top_{column}"}), on=_NAME, how="left").drop(_NAME)


_NAME = "name_number"
_BROWSED = ("recent_views", "recent_carts", "mean_rating")


def _of_browsing(browsing: Frame, as_of_day: int) -> Frame:
    recent = nw.col("event_day") >= as_of_day - BROWSED_DAYS
    rated = nw.col("kind") == "rating"
    value = nw.col("value").cast(nw.Float64) if "value" in browsing.collect_schema() else nw.lit(None, nw.Float64)
    return browsing.group_by("customer_id").agg(
        _hits(recent & (nw.col("kind") == "view"), "recent_views"),
        _hits(recent & nw.col("kind").is_in(("cart", "wish")), "recent_carts"),
        nw.when(rated).then(value).mean().alias("mean_rating"),
    )


def _real_offers(exposures: Frame) -> Frame:
    """Exposures without those that deliberately showed nothing."""
    offer = nw.col("offer_id").cast(nw.String)
    return exposures.filter(~offer.is_null() & ~offer.is_in(("", "none")))


def _count(frame: Frame, name: str) -> Frame:
    return frame.group_by("customer_id").agg(nw.len().alias(name))


def _ratios() -> list[nw.Expr]:
    gap = nw.col("tenure_days") - nw.col("recency_days")
    recent, before = (_not_below_zero(nw.col(name)) for name in ("recent_minor", "before_minor"))
    spend, has_brand = nw.col("spend_minor"), nw.col("top_brand") != "unknown"
    return [
        _ratio(gap, nw.col("n_days") - 1, "interval_days", None),
        _ratio(spend, nw.col("n_orders"), "basket_minor"),
        _ratio(nw.col("n_units"), nw.col("n_orders"), "basket_units"),
        _ratio(nw.col("n_lines"), nw.col("n_orders"), "basket_lines"),
        _ratio(_at_most(nw.col("top_category_minor"), spend), spend, "top_category_share"),
        _ratio(
            nw.when(has_brand).then(_at_most(nw.col("top_brand_minor"), spend)).otherwise(0), spend, "top_brand_share"
        ),
        _ratio(nw.col("n_below_list"), nw.col("n_lines"), "discount_share"),
        _ratio(nw.col("depth_minor"), nw.col("worth_minor"), "mean_depth"),
        _ratio(nw.col("n_coupon"), nw.col("n_lines"), "coupon_share"),
        _ratio(nw.col("weekend_orders"), nw.col("n_orders"), "weekend_share"),
        _ratio(recent - before, recent + before, "trend"),
    ]


def _ratio(over: nw.Expr, under: nw.Expr, name: str, otherwise: float | None = 0.0) -> nw.Expr:
    divisible = nw.when(under > 0).then(under).otherwise(1).cast(nw.Float64)
    return (
        nw.when(under > 0).then(over.cast(nw.Float64) / divisible).otherwise(nw.lit(otherwise, nw.Float64)).alias(name)
    )


def _not_below_zero(amount: nw.Expr) -> nw.Expr:
    """Return an amount, and 0 where coupons were worth more than what they were used for."""
    return nw.when(amount > 0).then(amount).otherwise(0)


def _at_most(amount: nw.Expr, most: nw.Expr) -> nw.Expr:
    """Return an amount, and `most` where coupons were worth more than what else was bought."""
    return nw.when(amount > most).then(most).otherwise(amount)


def _total(column: str, name: str) -> nw.Expr:
    return nw.col(column).sum().cast(nw.Int64).alias(name)


def _hits(condition: nw.Expr, name: str) -> nw.Expr:
    return condition.cast(nw.Int64).sum().cast(nw.Int64).alias(name)
