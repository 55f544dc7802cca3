"""Readable tags: each has a rule over features, in words and as an expression."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class Tag:
    """A label that a person reads, and when it holds."""

    name: str
    chinese: str
    rule: str
    when: pl.Expr


def _high(feature: str, quantile: float) -> pl.Expr:
    return pl.col(feature) >= pl.col(feature).quantile(quantile)


TAGS = (
    Tag(
        "loyal",
        "忠诚",
        "orders in the top fifth and active with a chance of 90 % or more",
        _high("n_orders", 0.8) & (pl.col("p_active") >= 0.9),
    ),
    Tag("big basket", "大单", "spend per order in the top fifth", _high("basket_minor", 0.8)),
    Tag("lapsing", "流失风险", "chance of being still active below 50 %", pl.col("p_active") < 0.5),
    Tag("newcomer", "新客", "first purchase within the last 91 days", pl.col("tenure_days") <= 91),
    Tag(
        "deal seeker",
        "价格敏感",
        "share of lines bought below list price in the top fifth, and above zero",
        _high("discount_share", 0.8) & (pl.col("discount_share") > 0),
    ),
    Tag(
        "pays full price",
        "价格不敏感",
        "share of lines bought below list price in the bottom fifth, where anyone buys below it",
        (pl.col("discount_share") <= pl.col("discount_share").quantile(0.2)) & (pl.col("discount_share").max() > 0),
    ),
    Tag("coupon user", "爱用券", "has redeemed three coupons or more", pl.col("n_redemptions") >= 3),
    Tag(
        "explorer",
        "爱尝新",
        "distinct products per order line in the top fifth",
        (pl.col("n_products") / (pl.col("basket_lines") * pl.col("n_orders")))
        >= (pl.col("n_products") / (pl.col("basket_lines") * pl.col("n_orders"))).quantile(0.8),
    ),
    Tag(
        "weekend shopper",
        "周末型",
        "60 % of orders or more on Saturday or Sunday",
        pl.col("weekend_share") >= 0.6,
    ),
    Tag(
        "growing",
        "增长",
        "spend of the last quarter up by half or more on the quarter before",
        pl.col("trend") >= 0.2,
    ),
    Tag("shrinking", "下滑", "spend of the last quarter down by a third or more", pl.col("trend") <= -0.2),
    Tag("one-category", "专一", "40 % of spend or more in one category", pl.col("top_category_share") >= 0.4),
    Tag("bulk buyer", "大宗买家", "flagged by cleaning: units far beyond what customers buy", pl.col("bulk_buyer")),
)


def with_tags(profiles: pl.DataFrame) -> pl.DataFrame:
    """Profiles with a list column `tags`, in the order of `TAGS`."""
    labels = [pl.when(tag.when).then(pl.lit(tag.name)) for tag in TAGS]
    return profiles.with_columns(pl.concat_list(labels).list.drop_nulls().alias("tags"))
