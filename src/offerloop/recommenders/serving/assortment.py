"""What may be recommended: sold products and new ones, under the shop's rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from offerloop.config import fits_pattern
from offerloop.recommenders.base import LAST_RESORT, Scores, hide_bought
from offerloop.recommenders.context import UNKNOWN
from offerloop.recommenders.histories import Codes, Csr, Histories, Ids, positions
from offerloop.recommenders.interactions import Interactions
from offerloop.recommenders.models.item_knn import ItemKNN
from offerloop.recommenders.serving.cold import NewProducts
from offerloop.recommenders.serving.reasons import reasons, texts
from offerloop.recommenders.serving.selection import Cap, Filters

_REASON_NEIGHBOURS = 20
_ROUNDING = 1e-12
"""So much may be lost where margins are computed."""


@dataclass(frozen=True)
class BusinessRules:
    """What a shop does not want recommended."""

    exclude_products: Sequence[str] = ()
    """Patterns (* and ?) of product ids."""
    exclude_categories: Sequence[str] = ()
    """Patterns (* and ?) of categories."""
    min_margin: float | None = None
    """Least margin as a share of list price."""
    default_margin: float = 0.0
    """That of products whose unit cost or list price is not known."""
    max_per_category: int | None = None
    """At most so many products of one category for one customer and task."""


@dataclass(frozen=True)
class Assortment:
    """Everything that may be recommended, in one order: sold products, then new ones.

    A product whose stock is known to be gone is not in it; one without enough buyers is in it when it is in stock.
    """

    products: Ids
    allowed: NDArray[np.bool_]
    """Whether each product may be shown to anybody."""
    cap: Cap | None
    _n_sold: int
    _new: NewProducts
    _similarity: Csr
    _rare: tuple[Ids, Codes]
    """Customers, ascending, who bought a product that counts as new all the same, and its position."""

    @classmethod
    def of(cls, interactions: Interactions, rules: BusinessRules = BusinessRules()) -> Self:
        """Build it as of the interactions, by their context's product list."""
        context = interactions.context
        new = NewProducts.of(interactions, _in_stock(context.products))
        products = np.concatenate([interactions.products, new.products])
        table = context.described(products)
        similarity = ItemKNN(neighbours=_REASON_NEIGHBOURS).fit(interactions).similarity
        n_sold = interactions.n_products
        allowed, cap = _allowed(table, rules), _cap(table, rules)
        return cls(products, allowed, cap, n_sold, new, similarity, _rare(interactions.rare, n_sold, new))

    def for_customers(self, rare: tuple[Ids, Ids]) -> Assortment:
        """The same for other customers, with their purchases of what the interactions do not know; customers ascend."""
        return replace(self, _rare=_rare(rare, self._n_sold, self._new))

    @property
    def is_plain(self) -> bool:
        """Whether it is what was sold, with no cap on a group's products."""
        return self.cap is None and not len(self._new.products)

    @property
    def filters(self) -> Filters:
        """The filters, by positions in `products`."""
        return Filters(allowed=self.allowed, cap=self.cap)

    def scores(self, sold: Scores) -> Scores:
        """Affinities of everything in the assortment, from those of the sold products."""
        return np.hstack([sold, self._new.scores(sold)]) if len(self._new.products) else sold

    def hide_bought(self, scores: Scores, histories: Histories) -> None:
        """Set the affinities of everything that a customer has bought to minus infinity, in place."""
        hide_bought(scores, histories)
        who, position = self._rare
        first, last = (np.searchsorted(who, histories.customers, side) for side in ("left", "right"))
        for row in np.flatnonzero(last > first):
            scores[row, position[first[row] : last[row]]] = -np.inf

    def sources(self, column: Codes, name: str, *, is_unknown: NDArray[np.bool_]) -> pl.Series:
        """Which recommender each affinity is from: the last resort's for a customer of whom nothing is known.

        A new product borrows it by content.
        """
        names = pl.Series([name, "content", LAST_RESORT], dtype=pl.String)
        return names.gather(pl.Series(np.where(is_unknown, 2, column >= self._n_sold)))

    def reasons(self, histories: Histories, row: Codes, column: Codes) -> Codes:
        """Why each product (a position in the assortment) is shown to a customer (a row): numbers of `reasons`."""
        return reasons(histories, row, np.where(column >= self._n_sold, 0, column), self._similarity)

    def texts(self, column: Codes, reason: Codes) -> pl.Series:
        """The reasons as codes of text."""
        like, new = np.full(len(column), -1), np.flatnonzero(column >= self._n_sold)
        like[new] = self._new.nearest[column[new] - self._n_sold]
        return texts(reason, pl.Series(self.products), like)


def _rare(rare: tuple[Ids, Ids], n_sold: int, new: NewProducts) -> tuple[Ids, Codes]:
    who, bought = rare
    if not len(bought) or not len(new.products):
        return who[:0], np.empty(0, dtype=np.int64)
    at = positions(new.products, bought)
    return who[at >= 0], n_sold + at[at >= 0]


def _in_stock(listed: pl.DataFrame | None) -> pl.Series:
    """product_id of what is known to be there."""
    if listed is None:
        return pl.Series([], dtype=pl.Int64)
    has_stock = "stock" in listed.columns
    return listed.filter(pl.col("stock") > 0 if has_stock else pl.lit(value=False))["product_id"]


def _allowed(table: pl.DataFrame, rules: BusinessRules) -> NDArray[np.bool_]:
    """Return whether each product may be shown to anybody."""
    allowed = np.ones(table.height, dtype=np.bool_)
    if "stock" in table.columns:
        allowed &= (table["stock"].fill_null(1) > 0).to_numpy()
    for column, patterns in (("product_id", rules.exclude_products), ("category", rules.exclude_categories)):
        if patterns and column in table.columns:
            values = table[column].cast(pl.String).fill_null(UNKNOWN).to_list()
            allowed &= ~np.array([any(fits_pattern(value, one) for one in patterns) for value in values])
    if rules.min_margin is not None:
        allowed &= (_margin(table).fill_null(rules.default_margin) >= rules.min_margin - _ROUNDING).to_numpy()
    return allowed


def _margin(table: pl.DataFrame) -> pl.Series:
    """Return the margin as a share of list price; null where it is not known."""
    if not {"unit_cost_minor", "list_price_minor"} <= set(table.columns):
        return pl.Series([None] * table.height, dtype=pl.Float64)
    price = pl.when(pl.col("list_price_minor") > 0).then(pl.col("list_price_minor"))
    return table.select(margin=1 - pl.col("unit_cost_minor") / price)["margin"]


def _cap(table: pl.DataFrame, rules: BusinessRules) -> Cap | None:
    if rules.max_per_category is None or "category" not in table.columns:
        return None
    groups = table["category"].fill_null(UNKNOWN).rank("dense").cast(pl.Int64).to_numpy() - 1
    return Cap(groups, rules.max_per_category)
