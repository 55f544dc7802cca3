"""Offers of foreign shops: depths of one discount on everything, or several kinds: percentages, categories, 满减."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

FUNDED = 0.50
"""Share of discounts that suppliers pay."""
OFF = (0.10, 0.20)
REACHED = 0.6
"""Quantile of baskets' worth that a threshold lies at."""


@dataclass(frozen=True)
class Planted:
    """One offer."""

    name: str
    depth: float
    """Share off, or amount off over the threshold: what growth hangs on."""
    cover: int = 0
    """Number of what it counts on, which other offers may count on too."""
    share: float = 0.0
    off: float = 0.0
    """Minor units."""
    threshold: int = 0
    """Minor units."""
    category: str | None = None

    @property
    def grows_only(self) -> bool:
        """Whether it takes no purchases away: lines of a category are only added."""
        return self.category is not None

    def covered(self, lines: pl.DataFrame, pool: pl.DataFrame) -> pl.DataFrame:
        """Customer, basket and worth of what it covers of a pool, sorted by customer."""
        if self.category is None:
            return pool.filter(pl.col("worth") >= self.threshold).select("customer", "basket", "worth")
        mine = lines.filter(pl.col("category") == self.category)
        sums = mine.group_by("customer", "basket").agg(pl.col("worth").sum())
        return sums.sort("customer", "basket")


def ladder(depths: Sequence[float]) -> tuple[Planted, ...]:
    """Depths of one discount off everything."""
    return tuple(Planted(f"off-{round(100 * depth)}", depth, share=depth) for depth in depths)


def kinds(lines: pl.DataFrame, pool: pl.DataFrame) -> tuple[Planted, ...]:
    """Two depths each of a discount on everything, on the two categories that most is spent in, and of 满减."""
    worth = lines.group_by("category").agg(pl.col("worth").sum()).sort("worth", "category", descending=[True, False])
    scopes: list[str | None] = [None, *worth["category"].head(2).to_list()]
    found = [
        Planted(f"{name}-{round(100 * depth)}", depth, cover, share=depth, category=category)
        for cover, (name, category) in enumerate(zip(("all", "first", "second"), scopes, strict=True))
        for depth in OFF
    ]
    least = int(pool["worth"].quantile(REACHED) or 0) // 100 * 100
    full = (Planted(f"full-{round(100 * depth)}", depth, 3, off=depth * least, threshold=least) for depth in OFF)
    return (*found, *full)


def taken_off(offers: Sequence[Planted]) -> pl.Expr:
    """Minor units off each order line (order_id, category, worth, offer)."""
    worth, basket = pl.col("worth"), pl.col("worth").sum().over("order_id")
    found = pl.lit(0.0)
    for place, one in enumerate(offers):
        inside = pl.lit(value=True) if one.category is None else pl.col("category") == one.category
        amount = pl.when(inside).then(one.share * worth + one.off * worth / basket).otherwise(0.0)
        reached = (pl.col("offer") == place) & (basket >= one.threshold)
        found = pl.when(reached).then(amount).otherwise(found)
    return found.round().cast(pl.Int64)


def listed(offers: Sequence[Planted]) -> pl.DataFrame:
    """The file of offers."""
    rows = [
        {
            "offer_id": one.name,
            "kind": "spend_and_save" if one.threshold else "coupon",
            "percent": round(100 * one.share) if one.share else None,
            "on": one.category,
            "spend": one.threshold / 100 if one.threshold else None,
            "save": round(one.off) / 100 if one.threshold else None,
            "funded_share": FUNDED,
        }
        for one in offers
    ]
    found = pl.DataFrame(rows)
    return found.select(one for one in found if one.null_count() < len(one))
