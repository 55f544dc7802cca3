"""Pairs of a customer and a category by week: how deep the discounts on own products were, and what was bought."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from offerloop.arrays import Floats, Ints
from offerloop.response.shelf.lines import ShelfLines


@dataclass(frozen=True)
class ShelfPanel:
    """Matrices of shape (pairs, weeks); a pair bought an index product of the category in the weeks of its weights."""

    weeks: range
    customer_ids: NDArray[np.generic]
    """Sorted ids; `customer` indexes it."""
    categories: list[str]
    customer: Ints
    category: Ints
    n_products: Ints
    """Index products behind each pair's exposure."""
    own_depth: Floats
    """Design B: chain depth of the pair's own products, its own lines left out; NaN where nothing was sold."""
    category_depth: Floats
    """Design A: chain depth of the whole category, own lines left out; NaN likewise."""
    bought: Floats
    units: Floats
    list_minor: Floats
    discount_minor: Floats

    def columns(self, weeks: range) -> slice:
        """Where the given weeks stand in the matrices."""
        return slice(weeks.start - self.weeks.start, weeks.stop - self.weeks.start)

    @property
    def size(self) -> int:
        """The number of pairs of a customer and a category."""
        return len(self.customer)


@dataclass(frozen=True)
class _Codes:
    """Positions of customers, products, categories and weeks."""

    customers: Ints
    products: Ints
    product_category: Ints
    categories: list[str]
    weeks: range

    def pair(self, customer: Ints, category: Ints) -> Ints:
        return customer * len(self.categories) + category


def build_panel(lines: ShelfLines, weight_weeks: range, max_weekly_units: int) -> ShelfPanel:
    """The pairs active in `weight_weeks`, whose purchases there are the fixed weights of the exposure."""
    codes = _codes(lines)
    own = _positions(lines.own, codes)
    early = (own.week >= weight_weeks.start) & (own.week < weight_weeks.stop)
    keys, row = np.unique(own.pair[early], return_inverse=True)
    shape = (len(keys), len(codes.products))
    weights = sparse.csr_matrix((own.list_minor[early], (row, own.product[early])), shape=shape)
    sold = _Sold.build(lines, codes)
    customer, category = np.divmod(keys, len(codes.categories))
    by_category = sold.category_weights(codes)[category]
    return ShelfPanel(
        weeks=lines.weeks,
        customer_ids=codes.customers,
        categories=codes.categories,
        customer=customer,
        category=category,
        n_products=np.diff(weights.indptr),
        own_depth=_exposure(weights, sold, own, keys),
        category_depth=_exposure(by_category, sold, own, keys),
        **_outcomes(lines, codes, keys, max_weekly_units),
    )


@dataclass(frozen=True)
class _Own:
    """Own purchases of index products, as positions."""

    product: Ints
    week: Ints
    pair: Ints
    list_minor: Floats
    discount_minor: Floats
    first_week: int


def _codes(lines: ShelfLines) -> _Codes:
    by_product = lines.products.unique("product_id").sort("product_id")
    categories = np.array(lines.categories)
    return _Codes(
        customers=lines.cells["customer_id"].unique().sort().to_numpy(),
        products=by_product["product_id"].to_numpy(),
        product_category=np.searchsorted(categories, by_product["category"].to_numpy().astype(categories.dtype)),
        categories=lines.categories,
        weeks=lines.weeks,
    )


def _positions(own: pl.DataFrame, codes: _Codes) -> _Own:
    product = np.searchsorted(codes.products, own["product_id"].to_numpy())
    customer = np.searchsorted(codes.customers, own["customer_id"].to_numpy())
    return _Own(
        product=product,
        week=own["week"].to_numpy(),
        pair=codes.pair(customer, codes.product_category[product]),
        list_minor=own["list_minor"].to_numpy().astype(np.float64),
        discount_minor=own["discount_minor"].to_numpy().astype(np.float64),
        first_week=codes.weeks.start,
    )


@dataclass(frozen=True)
class _Sold:
    """Value at list price and shelf discount of each index product and week, over all customers."""

    list_minor: Floats
    discount_minor: Floats

    @classmethod
    def build(cls, lines: ShelfLines, codes: _Codes) -> _Sold:
        shape = (len(codes.products), len(codes.weeks))
        product = np.searchsorted(codes.products, lines.products["product_id"].to_numpy())
        week = lines.products["week"].to_numpy() - codes.weeks.start
        sums = []
        for column in ("list_minor", "discount_minor"):
            matrix = np.zeros(shape)
            matrix[product, week] = lines.products[column].to_numpy()
            sums.append(matrix)
        return cls(*sums)

    @property
    def available(self) -> Floats:
        return (self.list_minor > 0).astype(np.float64)

    @property
    def depth(self) -> Floats:
        return np.divide(
            self.discount_minor,
            self.list_minor,
            out=np.zeros_like(self.list_minor),
            where=self.list_minor > 0,
        )

    def category_weights(self, codes: _Codes) -> sparse.csr_matrix:
        """Each product's value at list price over all weeks, one row per category."""
        positions = (codes.product_category, np.arange(len(codes.products)))
        return sparse.csr_matrix(
            (self.list_minor.sum(axis=1), positions), shape=(len(codes.categories), len(codes.products))
        )


def _exposure(weights: sparse.csr_matrix, sold: _Sold, own: _Own, keys: Ints) -> Floats:
    """Weighted mean depth by pair and week over products with a price, the pair's own lines taken out of each.

    Leaving own lines in would let a purchase on offer cause its own exposure (it inflates the slope fourfold).
    """
    depth = sold.depth
    total, weight = weights @ depth, weights @ sold.available
    row, rows = _rows(keys, own.pair)
    product, week = own.product[rows], own.week[rows] - own.first_week
    share = np.asarray(weights[row, product]).ravel()
    others_list = sold.list_minor[product, week] - own.list_minor[rows]
    others_discount = sold.discount_minor[product, week] - own.discount_minor[rows]
    priced = others_list > 0
    without_own = np.divide(others_discount, others_list, out=np.zeros_like(others_list), where=priced)
    np.add.at(total, (row, week), share * (without_own - depth[product, week]))
    np.add.at(weight, (row, week), -share * ~priced)
    has_weight = weight > 1e-6
    return np.divide(total, weight, out=np.full_like(total, np.nan), where=has_weight)


def _rows(keys: Ints, pair: Ints) -> tuple[Ints, NDArray[np.bool_]]:
    """Positions among the sorted keys (which may be none) of those pairs (n,) that are among them, and which are."""
    row = np.searchsorted(keys, pair)
    is_known = row < len(keys)
    is_known[is_known] = keys[row[is_known]] == pair[is_known]
    return row[is_known], is_known


def _outcomes(lines: ShelfLines, codes: _Codes, keys: Ints, max_units: int) -> dict[str, Floats]:
    cells = lines.cells
    categories = np.array(codes.categories)
    category = np.searchsorted(categories, cells["category"].to_numpy().astype(categories.dtype))
    pair = codes.pair(np.searchsorted(codes.customers, cells["customer_id"].to_numpy()), category)
    row, rows = _rows(keys, pair)
    week = cells["week"].to_numpy()[rows] - codes.weeks.start

    def matrix(values: NDArray[np.generic]) -> Floats:
        filled = np.zeros((len(keys), len(codes.weeks)))
        filled[row, week] = values[rows]
        return filled

    return {
        "bought": matrix(np.ones(len(pair))),
        "units": np.minimum(matrix(cells["units"].to_numpy()), max_units),
        "list_minor": matrix(cells["list_minor"].to_numpy()),
        "discount_minor": matrix(cells["discount_minor"].to_numpy()),
    }
