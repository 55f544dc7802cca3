"""Which products are similar to one, are bought instead of it, or go with it, each on its own evidence.

This module needs numpy and polars only, so that relations that were kept answer quickly; `learn_relations` makes them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal, get_args

import numpy as np
import polars as pl
from numpy.typing import NDArray

from offerloop.message import Message

Relation = Literal["similar", "substitutes", "complements"]
RELATIONS: tuple[Relation, ...] = get_args(Relation)
Floats = NDArray[np.float32]
Counts = NDArray[np.float64]
Mask = NDArray[np.bool_]
ERROR_RATE = 0.05
"""Probability that a list holds any product by chance alone, at most."""
ALIKE = 1 / 3
"""Cosine from which two texts are alike, such as those of green tea and black tea."""
SAME_COMPANY = 0.5
"""Cosine of vectors that products need which nothing describes."""
SAME_BUYERS = 0.5
"""Cosine over customers from which two products have the same buyers: of equally many, half are in common."""
_TINY = float(np.finfo(np.float64).tiny)
BY_BASKETS, BY_CONTENT, BY_LIFT = "item2vec", "content", "baskets"
"""What an affinity is made of: cosine of vectors, cosine of descriptions, logarithm of shared baskets over chance."""


@dataclass(frozen=True)
class Related:
    """The products that stand in one relation to a product, best first; all affinities are above zero."""

    table: pl.DataFrame
    """product_id, rank (from 1), affinity, source, and what is known of the products."""
    gap: Message | None = None
    """Why the table is empty."""


@dataclass(frozen=True)
class CustomerBaskets:
    """All baskets, which are a customer's purchases of one day, line by line."""

    products: NDArray[np.int32]
    """Product of each line, a position among the sold ones."""
    baskets: NDArray[np.int32]
    """Basket of each line, from 0, ascending."""
    customers: NDArray[np.int32]
    """Customer of each basket, from 0, ascending."""
    n_products: int

    def shared(self, product: int) -> Counts:
        """Number of baskets that each product shares with one."""
        inside = np.zeros(len(self.customers), dtype=np.bool_)
        inside[self.baskets[self.products == product]] = True
        return self._count(self.products[inside[self.baskets]])

    def expected(self, product: int) -> tuple[Counts, Counts]:
        """Number of shared baskets by chance, for each product the lower and the higher of two estimates.

        By chance the other lines of the baskets with one product are drawn from all lines of other products, so that
        small baskets leave little room; either product can be the one. They differ where the products are bought in
        baskets of different sizes.
        """
        lines, others = self._count(self.products), self._n_other_lines
        room = np.bincount(self.products, others, self.n_products)
        total = float(len(self.products))
        of_one = room[product] * lines / max(total - lines[product], 1.0)
        of_other = lines[product] * room / np.maximum(total - lines, 1.0)
        return np.minimum(of_one, of_other), np.maximum(of_one, of_other)

    def expected_of_customers(self, product: int) -> Counts:
        """The lower estimate, with lines drawn from the same customer's, summed over customers.

        Only customers who buy both products add to it.
        """
        customer, others, is_own = self.customers[self.baskets], self._n_other_lines, self.products == product
        total = np.bincount(customer).astype(np.float64)
        own = np.bincount(customer[is_own], minlength=len(total))
        room = np.bincount(customer[is_own], others[is_own], len(total))
        of_one = np.bincount(self.products, (room / np.maximum(total - own, 1.0))[customer], self.n_products)
        of_other = np.bincount(self.products, others * (own / total)[customer], self.n_products)
        lower: Counts = np.minimum(of_one, of_other)
        return lower

    @property
    def _n_other_lines(self) -> Counts:
        """Number of other lines in the basket of each line."""
        return np.bincount(self.baskets).astype(np.float64)[self.baskets] - 1.0

    def buyers(self, some: Mask) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Customer and product of the distinct pairs with a purchase, of `some` products."""
        lines = some[self.products]
        key = self.customers[self.baskets[lines]].astype(np.int64) * self.n_products + self.products[lines]
        customer, product = np.divmod(np.unique(key), self.n_products)
        return customer, product

    def _count(self, products: NDArray[np.int32]) -> Counts:
        counts: Counts = np.bincount(products, minlength=self.n_products).astype(np.float64)
        return counts


@dataclass(frozen=True)
class Descriptions:
    """Terms of all listed products, as the rows of a sparse matrix of length one (`term_vectors`)."""

    starts: NDArray[np.int64]
    """First entry of each product, and at the end the number of entries."""
    terms: NDArray[np.int32]
    weights: Floats

    def cosines(self, row: int) -> Counts:
        """Cosine of every listed product with one."""
        own = slice(self.starts[row], self.starts[row + 1])
        wanted = np.zeros(int(self.terms.max(initial=0)) + 1, dtype=np.float32)
        wanted[self.terms[own]] = self.weights[own]
        rows = np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))
        return np.asarray(np.bincount(rows, self.weights * wanted[self.terms], len(self.starts) - 1), np.float64)


@dataclass(frozen=True)
class ProductRelations:
    """All that is needed to name the products related to any listed one."""

    listed: pl.DataFrame
    """product_id, sorted, and category, subcategory, brand and text where known; one row per product."""
    sold: NDArray[np.int64]
    """Row in `listed` of each product with enough buyers."""
    vectors: Floats
    """Vectors of sold products, of length one: products that are bought in similar baskets have similar ones."""
    baskets: CustomerBaskets
    descriptions: Descriptions

    def row(self, product_id: str) -> int | None:
        """Row of a product in `listed`; None where it is not listed."""
        rows = np.flatnonzero((self.listed["product_id"].cast(pl.String) == product_id).to_numpy())
        return int(rows[0]) if len(rows) else None

    def sold_code(self, row: int) -> int | None:
        """Position of a listed product among the sold ones; None where it has too few buyers."""
        at = np.flatnonzero(self.sold == row)
        return int(at[0]) if len(at) else None

    def related(self, row: int, relation: Relation, top_k: int) -> Related:
        """The products most related to the listed one in that row.

        One without enough buyers has similar products only, by its description.
        """
        code = self.sold_code(row)
        if code is None:
            alike = self.descriptions.cosines(row)[self.sold]
            return self._table(alike, top_k, BY_CONTENT, Message("no sold product shares a word or group with it"))
        by_relation: dict[Relation, Callable[[int, int], Related]] = {
            "similar": self._similar,
            "substitutes": self._substitutes,
            "complements": self._complements,
        }
        return by_relation[relation](code, top_k)

    def _similar(self, code: int, top_k: int) -> Related:
        gap = Message("no other product is bought in similar baskets")
        return self._table(self._cosines(code), top_k, BY_BASKETS, gap)

    def _complements(self, code: int, top_k: int) -> Related:
        shared, (_, expected) = self.baskets.shared(code), self.baskets.expected(code)
        met = shared > 0
        met[code] = False
        lift = least(shared, _sureness(met)) / np.maximum(expected, _TINY)
        gap = Message("it shares baskets with no other product more often than chance explains")
        return self._table(np.where(met, np.log(np.maximum(lift, 1.0)), 0.0), top_k, BY_LIFT, gap)

    def _substitutes(self, code: int, top_k: int) -> Related:
        cosines, described = self._cosines(code), self._described_alike(code)
        expected = self.baskets.expected(code)[0] if described is not None else self.baskets.expected_of_customers(code)
        tested = (cosines >= SAME_COMPANY) & (expected > 0) if described is None else (cosines > 0) & described
        rare = tested & (most(self.baskets.shared(code), _sureness(tested)) < expected)
        if described is None:
            rare &= self._same_buyers(code, rare)
            gap = Message(
                "nothing describes it, and no product with the same buyers is kept out of its baskets beyond chance"
            )
        elif tested.any():
            gap = Message(
                "{n} described like it, but none so rarely in its baskets that chance is ruled out",
                n=int(tested.sum()),
            )
        else:
            gap = Message("no product that is bought in similar baskets is described like it")
        return self._table(np.where(rare, cosines, 0.0), top_k, BY_BASKETS, gap)

    def _cosines(self, code: int) -> Counts:
        """Cosine of every sold product's vector with one; zero for the product itself."""
        cosines = (self.vectors @ self.vectors[code]).astype(np.float64)
        cosines[code] = 0.0
        return cosines

    def _described_alike(self, code: int) -> Mask | None:
        """Which sold products are of the same category (else subcategory), without one have an alike text.

        None where neither is known of the product.
        """
        row = int(self.sold[code])
        for name in ("category", "subcategory"):
            if name in self.listed.columns and (group := self.listed[name][row]) is not None:
                return (self.listed[name] == group).fill_null(value=False).to_numpy()[self.sold]
        if "text" in self.listed.columns and self.listed["text"][row] is not None:
            alike: Mask = self.descriptions.cosines(row)[self.sold] >= ALIKE
            return alike
        return None

    def _same_buyers(self, code: int, some: Mask) -> Mask:
        """Which of some products have most of their customers in common with one, by the cosine of buying at all."""
        compared = some.copy()
        compared[code] = True
        customer, product = self.baskets.buyers(compared)
        own = np.isin(customer, customer[product == code])
        size, common = (np.bincount(one, minlength=len(some)) for one in (product, product[own]))
        same: Mask = common >= SAME_BUYERS * np.sqrt(size * size[code])
        return same

    def _table(self, affinity: Counts, top_k: int, source: str, gap: Message) -> Related:
        order = np.argsort(-affinity, kind="stable")[:top_k]
        order = order[affinity[order] > 0]
        products = self.listed[self.sold[order]]
        table = products.select(
            "product_id",
            rank=pl.int_range(1, pl.len() + 1, dtype=pl.Int64),
            affinity=pl.Series(affinity[order], dtype=pl.Float64),
            source=pl.lit(source),
            **{name: pl.col(name) for name in products.columns[1:]},
        )
        return Related(table, None if len(order) else gap)


def least(count: Counts, z: float) -> Counts:
    """Lower confidence bound of the mean of Poisson counts (Byar's approximation, Breslow and Day 1987, page 69)."""
    at_least_one = np.maximum(count, 1.0)
    bound = at_least_one * np.maximum(1 - 1 / (9 * at_least_one) - z / (3 * np.sqrt(at_least_one)), 0.0) ** 3
    return np.where(count > 0, bound, 0.0)


def most(count: Counts, z: float) -> Counts:
    """Upper confidence bound of the mean of Poisson counts, likewise."""
    above = count + 1.0
    bound: Counts = above * (1 - 1 / (9 * above) + z / (3 * np.sqrt(above))) ** 3
    return bound


def _sureness(tested: Mask) -> float:
    """Standard normal quantile of a one-sided bound that holds for all tested products at once (Bonferroni)."""
    return NormalDist().inv_cdf(1 - ERROR_RATE / max(int(tested.sum()), 1))
