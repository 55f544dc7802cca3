"""Margin as a share of list price: from unit costs where the shop gives them, else as configured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import narwhals as nw
import polars as pl

from offerloop.engine import Frame, collect
from offerloop.tables import MARGINS

KNOWN_SHARE = 0.5
"""Unit costs must cover at least this share of a category's value at list price."""


@dataclass(frozen=True)
class Margins:
    """Margins as shares of list price, before the cost of offers."""

    usual: float
    """The configured margin, after usual shelf discounts."""
    by_category: Mapping[str | None, float] = field(default_factory=dict)
    """Margins from unit costs; None is the whole shop."""

    def table(self) -> pl.DataFrame:
        """The table MARGINS: everything, and the categories of which unit costs tell more."""
        rows: list[tuple[str | None, float, str]] = [
            (None, self.of(None), "unit costs" if None in self.by_category else "configured")
        ]
        rows += [(name, left, "unit costs") for name, left in self.by_category.items() if name is not None]
        return MARGINS.check(pl.DataFrame(rows, MARGINS.schema, orient="row").sort("category"))

    def of(self, category: str | None) -> float:
        """Return the margin of a category, or of everything; where too few costs are known, that of the whole shop."""
        return self.by_category.get(category, self.by_category.get(None, self.usual))


def known_margins(lines: Frame, products: Frame, usual: float) -> Margins:
    """Return margins: shelf value less unit costs, over value at list price, of the lines whose unit cost is known.

    Shelf value is revenue and what the shop itself gave as coupons: after usual shelf discounts, as the configured
    margin is, and before the cost of offers, which is counted apart.
    """
    if "unit_cost_minor" not in products.collect_schema():
        return Margins(usual)
    costs = products.select("product_id", "category", "unit_cost_minor")
    joined = lines.join(costs, on="product_id", how="left")
    has_cost = ~nw.col("unit_cost_minor").is_null()
    worth = nw.col("list_value_minor")
    own_coupons = nw.col("coupon_minor") - nw.col("reimbursed_minor")
    left = nw.col("revenue_minor") + own_coupons - nw.col("unit_cost_minor") * nw.col("quantity")
    sums = [
        worth.sum().cast(nw.Float64).alias("all"),
        nw.when(has_cost).then(worth).otherwise(0).sum().cast(nw.Float64).alias("seen"),
        nw.when(has_cost).then(left).otherwise(0).sum().cast(nw.Float64).alias("left"),
    ]
    rows: list[tuple[str | None, float, float, float]] = collect(joined.group_by("category").agg(*sums)).rows()
    rows += [(None, *row) for row in collect(joined.select(*sums)).rows()]
    return Margins(
        usual,
        {
            name: left / with_cost
            for name, worth, with_cost, left in rows
            if with_cost > 0 and with_cost >= KNOWN_SHARE * worth
        },
    )
