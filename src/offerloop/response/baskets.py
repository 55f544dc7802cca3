"""What each customer usually puts in a basket: the measure by which the shop's own assumptions become money."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import narwhals as nw
import polars as pl

from offerloop.config import Response
from offerloop.engine import Frame, collect
from offerloop.offers import Offer
from offerloop.response.shelf.lines import best_selling_categories
from offerloop.response.shown.purchases.covered_lines import (
    columns_of_tables,
    covered_goods,
    covered_lines,
    with_product_columns,
)
from offerloop.response.terms import EVERYTHING, CoveredGoods


@dataclass(frozen=True)
class BaselineBaskets:
    """Value at list price of one order, minor units."""

    categories: list[str]
    """The categories of highest sales that may get an offer, sorted by name."""
    mean_orders: Frame
    """The rows of `whole`, not computed."""
    mean_by_category: Frame
    """The rows of `by_category`, not computed: they are needed only where an offer's effect is assumed."""
    lines: Frame
    """The order lines."""
    products: Frame
    coupons_apart: bool = False
    """Whether the order lines tell what offers took off from what was reduced on the shelf."""
    _by_goods: dict[CoveredGoods, pl.DataFrame] = field(default_factory=dict)
    """What `of` has computed, by what the offers cover."""

    @cached_property
    def whole(self) -> pl.DataFrame:
        """customer_id, basket_minor: mean over the customer's orders, everything in them."""
        return collect(self.mean_orders, "customer_id")

    @cached_property
    def by_category(self) -> pl.DataFrame:
        """customer_id, category, basket_minor: mean over orders with something of the category."""
        return collect(self.mean_by_category, "customer_id", "category")

    def no_customers(self) -> pl.Series:
        """An empty column customer_id, of the shop's type of ids."""
        return collect(self.mean_orders.select("customer_id").head(0))["customer_id"]

    def of(self, offer: Offer) -> pl.DataFrame:
        """customer_id, basket_minor: what an offer covers, as far as the tables tell, in orders with some of it.

        Where one value is assumed for everyone, categories and exceptions count alone: the goods may be new.
        """
        goods = covered_goods(
            offer.covers, columns_of_tables(self.lines, self.products, coupons_apart=self.coupons_apart)
        )
        if offer.assumed is not None and offer.assumed.value_minor is not None:
            goods = CoveredGoods(categories=goods.categories, but=goods.but)
        if goods not in self._by_goods:
            self._by_goods[goods] = self._of_goods(goods)
        return self._by_goods[goods]

    def _of_goods(self, goods: CoveredGoods) -> pl.DataFrame:
        if goods == EVERYTHING:
            return self.whole
        if goods == CoveredGoods(categories=goods.categories[:1]) and set(goods.categories) <= set(self.categories):
            return self.by_category.filter(pl.col("category").is_in(goods.categories)).drop("category")
        covered = covered_lines(with_product_columns(self.lines, self.products, [goods]), goods)
        return collect(_mean(_orders(covered, "customer_id", "order_id"), "customer_id"), "customer_id")


def baseline_baskets(
    lines: Frame,
    products: Frame,
    settings: Response,
    categories: list[str] | None = None,
    *,
    coupons_apart: bool = False,
) -> BaselineBaskets:
    """Return the usual baskets of customers, from all clean order lines; `categories` are known for a part of them."""
    if categories is None:
        categories = best_selling_categories(_with_category(lines, products), settings)
    inside = _with_category(lines, products).filter(nw.col("category").is_in(categories))
    by_order = ["customer_id", "order_id"]
    return BaselineBaskets(
        categories=categories,
        mean_orders=_mean(_orders(lines, *by_order), "customer_id"),
        mean_by_category=_mean(_orders(inside, *by_order, "category"), "customer_id", "category"),
        lines=lines,
        products=products,
        coupons_apart=coupons_apart,
    )


def _with_category(lines: Frame, products: Frame) -> Frame:
    return lines.join(products.select("product_id", "category"), on="product_id", how="left")


def _orders(lines: Frame, *by: str) -> Frame:
    return lines.group_by(*by).agg(nw.col("list_value_minor").sum().cast(nw.Float64).alias("order_minor"))


def _mean(orders: Frame, *by: str) -> Frame:
    return orders.group_by(*by).agg(nw.col("order_minor").mean().alias("basket_minor"))
