"""Readable tags: each has a rule over features, in words and as an expression."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from offerloop.message import Message
from offerloop.profiles.features import RECENT_DAYS

UNKNOWN = "unknown"
"""The category of products that have none in the data."""


@dataclass(frozen=True)
class Tag:
    """A label that a person reads, and when it holds."""

    name: str
    label: Message
    """The name, to be translated."""
    rule: Message
    when: pl.Expr
    rests_on: str | None = None
    """The feature without which nobody's tag is known; None where the features are never empty."""
    is_a_fifth: bool = False
    """Whether about a fifth of the customers or fewer carry it by definition."""


_DISTINCT = pl.col("n_products") / (pl.col("basket_lines") * pl.col("n_orders"))
_BOUGHT_BEFORE = pl.col("tenure_days") > 2 * RECENT_DAYS
"""Both quarters of a trend are whole quarters of a customer."""
TAG_BOUNDS = {
    "orders of the top fifth": pl.col("n_orders").quantile(0.8),
    "basket of the top fifth": pl.col("basket_minor").quantile(0.8),
    "discounts of the top fifth": pl.col("discount_share").quantile(0.8),
    "discounts of the lowest fifth": pl.col("discount_share").quantile(0.2),
    "most discounts": pl.col("discount_share").max(),
    "distinct products of the top fifth": _DISTINCT.quantile(0.8),
}
"""What tags compare a customer with, as an expression over all customers. Ties do not count
at an upper bound, so that about a fifth or fewer are above it; at a lower bound they do, and more than a fifth can be
there."""


TAGS = (
    Tag(
        "loyal",
        Message("loyal", context="tag of customers"),
        Message("more orders than four fifths of the customers, and still active with a probability of 90 % or more"),
        (pl.col("n_orders") > pl.col("orders of the top fifth")) & (pl.col("p_active") >= 0.9),
        rests_on="p_active",
        is_a_fifth=True,
    ),
    Tag(
        "big basket",
        Message("big basket", context="tag of customers"),
        Message("more spend per order than four fifths of the customers"),
        pl.col("basket_minor") > pl.col("basket of the top fifth"),
        is_a_fifth=True,
    ),
    Tag(
        "lapsing",
        Message("lapsing", context="tag of customers"),
        Message("probability of still being active below 50 %"),
        pl.col("p_active") < 0.5,
        "p_active",
    ),
    Tag(
        "newcomer",
        Message("newcomer", context="tag of customers"),
        Message("first purchase within the last {days} days", days=RECENT_DAYS),
        pl.col("tenure_days") <= RECENT_DAYS,
    ),
    Tag(
        "deal seeker",
        Message("deal seeker", context="tag of customers"),
        Message("larger share of lines bought below list price than four fifths of the customers"),
        pl.col("discount_share") > pl.col("discounts of the top fifth"),
        is_a_fifth=True,
    ),
    Tag(
        "pays full price",
        Message("fewest discounts", context="tag of customers"),
        Message(
            "share of order lines bought below list price among the lowest fifth, ties included, where anyone buys "
            "below list price"
        ),
        (pl.col("discount_share") <= pl.col("discounts of the lowest fifth")) & (pl.col("most discounts") > 0),
    ),
    Tag(
        "coupon user",
        Message("coupon user", context="tag of customers"),
        Message("has redeemed three coupons or more"),
        pl.col("n_redemptions") >= 3,
    ),
    Tag(
        "explorer",
        Message("explorer", context="tag of customers"),
        Message("more distinct products per order line than four fifths of the customers"),
        _DISTINCT.gt(pl.col("distinct products of the top fifth")),
        is_a_fifth=True,
    ),
    Tag(
        "weekend shopper",
        Message("weekend shopper", context="tag of customers"),
        Message("60 % of orders or more on Saturday or Sunday"),
        pl.col("weekend_share") >= 0.6,
    ),
    Tag(
        "growing",
        Message("growing", context="tag of customers"),
        Message("spend of the last quarter up by half or more on the quarter before; first purchase before that one"),
        (pl.col("trend") >= 0.2) & _BOUGHT_BEFORE,
    ),
    Tag(
        "shrinking",
        Message("shrinking", context="tag of customers"),
        Message("spend of the last quarter down by a third or more; first purchase before the quarter before"),
        (pl.col("trend") <= -0.2) & _BOUGHT_BEFORE,
    ),
    Tag(
        "one-category",
        Message("one-category", context="tag of customers"),
        Message("40 % of spend or more in one category that the data name"),
        (pl.col("top_category_share") >= 0.4) & (pl.col("top_category") != UNKNOWN),
    ),
    Tag(
        "bulk buyer",
        Message("bulk buyer", context="tag of customers"),
        Message("flagged by cleaning: units far beyond what customers buy"),
        pl.col("bulk_buyer"),
    ),
)
TAG_LABELS = {tag.name: tag.label for tag in TAGS}
"""What tags are called, to be translated."""


def tag_bounds(profiles: pl.DataFrame) -> dict[str, float | None]:
    """Return the values of `TAG_BOUNDS`."""
    return profiles.select(bound.cast(pl.Float64).alias(name) for name, bound in TAG_BOUNDS.items()).row(0, named=True)


def with_tags(profiles: pl.DataFrame, bounds: Mapping[str, float | None]) -> pl.DataFrame:
    """Profiles with a list column `tags`, in the order of `TAGS`; `bounds` are those of `tag_bounds`."""
    labels = [pl.when(tag.when).then(pl.lit(tag.name)) for tag in TAGS]
    compared = profiles.with_columns(pl.lit(value, pl.Float64).alias(name) for name, value in bounds.items())
    return compared.with_columns(pl.concat_list(labels).list.drop_nulls().alias("tags")).drop(*bounds)
