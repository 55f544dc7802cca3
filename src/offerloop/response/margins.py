"""Margins of purchases, before the cost of offers.

The margin of an order line is what was paid before the offers that were given, after shelf discounts, less its unit
cost. An unknown unit cost is imputed as the share of list price that goods of its category cost, if most unit costs of
it are known. All other goods have one such share, by which together they have the configured margin.
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
    cost_shares: Mapping[str | None, float] = field(default_factory=dict)
    """Imputed cost of goods of unknown unit cost, as a share of list price, by category; None is every other category.
    Empty where order lines do not distinguish shelf discounts from those of offers, so that all goods of a category
    have its margin."""

    @property
    def are_of_lines(self) -> bool:
        """Whether the margin of a line depends on what was paid for it."""
        return bool(self.cost_shares)

    def table(self) -> pl.DataFrame:
        """The table MARGINS: everything, and the categories of which unit costs tell more."""
        names, shares = dict.fromkeys((None, *self.by_category)), self.cost_shares
        rows = [
            (name, self.of(name), "unit costs" if name in self.by_category else "configured", shares.get(name))
            for name in names
        ]
        return MARGINS.check(pl.DataFrame(rows, MARGINS.schema, orient="row").sort("category"))

    @classmethod
    def of_table(cls, table: pl.DataFrame, *, tells_shelf: bool) -> Margins:
        """Return the margins of a table MARGINS; `tells_shelf` as in `known_margins`."""
        everything = table.filter(pl.col("category").is_null())
        categories = table.filter(pl.col("category").is_not_null()).select("category", "margin").rows()
        shares = table.drop_nulls("cost_share").select("category", "cost_share").rows() if tells_shelf else ()
        return cls(everything["margin"][0], dict(categories), dict(shares))

    def of(self, category: str | None) -> float:
        """Return the margin of a category, or of everything; where too few costs are known, that of the whole shop."""
        return self.by_category.get(category, self.by_category.get(None, self.usual))

    def with_profit(self, daily: pl.DataFrame) -> pl.DataFrame:
        """Return sums of order lines by `category` with `profit_micro`: their margin, in millionths of a minor unit.

        They have sums of money, and those that `with_costs` adds.
        """
        share_of = self._cost_share if self.are_of_lines else self.of
        micro = [(name, round(MICRO * share_of(name))) for name in daily["category"].unique()]
        of_category = pl.DataFrame(micro, {"category": pl.String, "_share": pl.Int64}, orient="row")
        share, worth = pl.col("_share"), pl.col("list_value_minor")
        shelf = pl.col("revenue_minor") + pl.col("coupon_minor") - pl.col("reimbursed_minor")
        costs = MICRO * pl.col("cost_minor") + share * pl.col("uncosted_minor")
        profit = MICRO * shelf - costs if self.are_of_lines else share * worth
        joined = daily.join(of_category, on="category", how="left", nulls_equal=True)
        return joined.with_columns(profit.alias("profit_micro")).drop("_share")

    def _cost_share(self, category: str | None) -> float:
        return self.cost_shares.get(category, self.cost_shares[None])


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
    of_categories = _sums_of_categories(lines, products)
    is_costed = (pl.col("costed") > 0) & (pl.col("costed") >= KNOWN_SHARE * pl.col("all"))
    categories = of_categories.filter(is_costed, pl.col("category").is_not_null())
    whole = of_categories.select(pl.lit(None, pl.String).alias("category"), pl.exclude("category").sum())
    margin = ((pl.col("shelf") - pl.col("cost")) / pl.col("costed")).alias("margin")
    by_category = dict(pl.concat([categories, whole.filter(is_costed)]).select("category", margin).rows())
    if not tells_shelf:
        return Margins(usual, by_category)
    shares = dict(categories.select("category", pl.col("cost") / pl.col("costed")).rows())
    others = of_categories.join(categories, on="category", how="anti")
    return Margins(usual, by_category, {**shares, None: _at_shelf(others) - usual})


def _sums_of_categories(lines: Frame, products: Frame) -> pl.DataFrame:
    """List value of all goods of a category and of those of known unit cost (costed), what these cost and bring at
    shelf prices, and what all others bring."""
    worth, uncosted, cost = (nw.col(name) for name in ("list_value_minor", "uncosted_minor", "cost_minor"))
    shelf = nw.col("revenue_minor") + nw.col("coupon_minor") - nw.col("reimbursed_minor")
    amounts = {
        "all": worth,
        "costed": worth - uncosted,
        "cost": cost,
        "shelf": nw.when(uncosted == 0).then(shelf).otherwise(0),
        "others": nw.when(uncosted == 0).then(0).otherwise(shelf),
    }
    sums = [one.sum().cast(nw.Float64).alias(name) for name, one in amounts.items()]
    return collect(with_costs(lines, products).group_by("category").agg(*sums))


def _at_shelf(sums: pl.DataFrame) -> float:
    """Return what goods of unknown unit cost bring after usual shelf discounts, as a share of list price."""
    worth = float((sums["all"] - sums["costed"]).sum())
    return float(sums["others"].sum()) / worth if worth > 0 else 1.0
