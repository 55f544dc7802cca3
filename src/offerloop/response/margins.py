"""What is left of purchases before the cost of offers.

An order line leaves what was paid before the offers that were given, after usual shelf discounts, less its unit cost.
Goods of unknown unit cost are taken to cost the same share of list price, with which all of them together leave the
configured margin: who buys them on sale leaves less.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import narwhals as nw
import polars as pl

from offerloop.engine import Frame, collect
from offerloop.money import MICRO
from offerloop.tables import MARGINS

KNOWN_SHARE = 0.5
"""Unit costs must cover at least this share of a category's value at list price."""
UNIT_COST = "unit_cost_minor"
COSTS = ("cost_minor", "uncosted_minor")
"""Columns that `with_costs` adds."""


@dataclass(frozen=True)
class Margins:
    """Margins as shares of list price, before the cost of offers."""

    usual: float
    """The configured margin, after usual shelf discounts."""
    by_category: Mapping[str | None, float] = field(default_factory=dict)
    """Margins from unit costs; None is the whole shop."""
    at_shelf: float | None = None
    """What goods of unknown unit cost bring after usual shelf discounts, as a share of list price; None where order
    lines do not tell what was off at the shelf from what offers took off, so that a category's goods leave its margin.
    """

    def table(self) -> pl.DataFrame:
        """The table MARGINS: everything, and the categories of which unit costs tell more."""
        basis = "unit costs" if None in self.by_category else "configured"
        rows: list[tuple[str | None, float, str, float | None]] = [(None, self.of(None), basis, self.at_shelf)]
        rows += [(name, left, "unit costs", None) for name, left in self.by_category.items() if name is not None]
        return MARGINS.check(pl.DataFrame(rows, MARGINS.schema, orient="row").sort("category"))

    @classmethod
    def of_table(cls, table: pl.DataFrame, *, tells_shelf: bool) -> Margins:
        """Return the margins of a table MARGINS; `tells_shelf` as in `known_margins`."""
        everything = table.filter(pl.col("category").is_null())
        categories = table.filter(pl.col("category").is_not_null()).select("category", "margin").rows()
        return cls(everything["margin"][0], dict(categories), everything["at_shelf"][0] if tells_shelf else None)

    def of(self, category: str | None) -> float:
        """Return the margin of a category, or of everything; where too few costs are known, that of the whole shop."""
        return self.by_category.get(category, self.by_category.get(None, self.usual))

    def with_profit(self, daily: pl.DataFrame) -> pl.DataFrame:
        """Return sums of order lines by `category` with `profit_micro`: what is left, in millionths of a minor unit.

        They have sums of money, and those that `with_costs` adds.
        """
        at_shelf = self.at_shelf
        left = {name: self.of(name) for name in daily["category"].unique()}
        shares = left if at_shelf is None else {name: at_shelf - one for name, one in left.items()}
        micro = [(name, round(MICRO * one)) for name, one in shares.items()]
        of_category = pl.DataFrame(micro, {"category": pl.String, "_share": pl.Int64}, orient="row")
        share, worth = pl.col("_share"), pl.col("list_value_minor")
        shelf = pl.col("revenue_minor") + pl.col("coupon_minor") - pl.col("reimbursed_minor")
        costs = MICRO * pl.col("cost_minor") + share * pl.col("uncosted_minor")
        profit = share * worth if at_shelf is None else MICRO * shelf - costs
        joined = daily.join(of_category, on="category", how="left", nulls_equal=True)
        return joined.with_columns(profit.alias("profit_micro")).drop("_share")


def with_costs(lines: Frame, products: Frame) -> Frame:
    """Return order lines with `category`, `cost_minor` at unit costs, and `uncosted_minor`: the list value of goods
    whose unit cost is not known."""
    worth, nothing = nw.col("list_value_minor"), nw.lit(0).cast(nw.Int64)
    if UNIT_COST not in products.collect_schema():
        joined = lines.join(products.select("product_id", "category"), on="product_id", how="left")
        return joined.with_columns(cost_minor=nothing, uncosted_minor=worth)
    joined = lines.join(products.select("product_id", "category", UNIT_COST), on="product_id", how="left")
    is_known, cost = ~nw.col(UNIT_COST).is_null(), nw.col(UNIT_COST) * nw.col("quantity")
    return joined.with_columns(
        cost_minor=nw.when(is_known).then(cost).otherwise(nothing),
        uncosted_minor=nw.when(is_known).then(nothing).otherwise(worth),
    )


def known_margins(lines: Frame, products: Frame, usual: float, *, tells_shelf: bool) -> Margins:
    """Return margins: shelf value less unit costs, over value at list price, of the lines whose unit cost is known.

    Shelf value is revenue and what the shop itself gave as coupons: after usual shelf discounts, as the configured
    margin is, and before the cost of offers, which is counted apart. `tells_shelf`: whether order lines tell it of
    each line, as these coupons are known.
    """
    if not tells_shelf and UNIT_COST not in products.collect_schema():
        return Margins(usual)
    worth, uncosted, cost = (nw.col(name) for name in ("list_value_minor", "uncosted_minor", "cost_minor"))
    shelf = nw.col("revenue_minor") + nw.col("coupon_minor") - nw.col("reimbursed_minor")
    amounts = {
        "all": worth,
        "costed": worth - uncosted,
        "left": nw.when(uncosted == 0).then(shelf - cost).otherwise(0),
        "others": nw.when(uncosted == 0).then(0).otherwise(shelf),
    }
    sums = [one.sum().cast(nw.Float64).alias(name) for name, one in amounts.items()]
    of_categories = collect(with_costs(lines, products).group_by("category").agg(*sums))
    of_all, costed, _, others = total = of_categories.select(pl.col(amounts).sum()).row(0)
    by_category = {
        name: left / with_cost
        for name, all_, with_cost, left, _ in [*of_categories.rows(), (None, *total)]
        if with_cost > 0 and with_cost >= KNOWN_SHARE * all_
    }
    at_shelf = others / (of_all - costed) if of_all > costed else 1.0
    return Margins(usual, by_category, at_shelf if tells_shelf else None)
