"""Readable tags: each has a rule over features, in words and as an expression."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from offerloop.message import Message

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


def _above_four_fifths(value: pl.Expr) -> pl.Expr:
    """Ties at the bound are not above it, so that no more than about a fifth can be."""
    return value > value.quantile(0.8)


TAGS = (
    Tag(
        "loyal",
        Message("loyal", context="tag of customers"),
        Message("more orders than four fifths of the customers, and still active with a probability of 90 % or more"),
        _above_four_fifths(pl.col("n_orders")) & (pl.col("p_active") >= 0.9),
        rests_on="p_active",
        is_a_fifth=True,
    ),
    Tag(
        "big basket",
        Message("big basket", context="tag of customers"),
        Message("more spend per order than four fifths of the customers"),
        _above_four_fifths(pl.col("basket_minor")),
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
        Message("first purchase within the last 91 days"),
        pl.col("tenure_days") <= 91,
    ),
    Tag(
        "deal seeker",
        Message("deal seeker", context="tag of customers"),
        Message("larger share of lines bought below list price than four fifths of the customers"),
        _above_four_fifths(pl.col("discount_share")),
        is_a_fifth=True,
    ),
    Tag(
        "pays full price",
        Message("fewest discounts", context="tag of customers"),
        Message(
            "the fifth of customers with the smallest share of order lines bought below list price, where "
            "anyone buys below it"
        ),
        (pl.col("discount_share") <= pl.col("discount_share").quantile(0.2)) & (pl.col("discount_share").max() > 0),
        is_a_fifth=True,
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
        _above_four_fifths(pl.col("n_products") / (pl.col("basket_lines") * pl.col("n_orders"))),
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
        Message("spend of the last quarter up by half or more on the quarter before"),
        pl.col("trend") >= 0.2,
    ),
    Tag(
        "shrinking",
        Message("shrinking", context="tag of customers"),
        Message("spend of the last quarter down by a third or more"),
        pl.col("trend") <= -0.2,
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


def with_tags(profiles: pl.DataFrame) -> pl.DataFrame:
    """Profiles with a list column `tags`, in the order of `TAGS`."""
    labels = [pl.when(tag.when).then(pl.lit(tag.name)) for tag in TAGS]
    return profiles.with_columns(pl.concat_list(labels).list.drop_nulls().alias("tags"))
