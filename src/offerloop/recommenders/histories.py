"""What some customers did and how long ago, by the products of one fit; all that a fitted model needs to score them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Ids = NDArray[Any]
"""Customer or product ids: integers, or text of fixed width."""
Codes = NDArray[np.int64]
"""Positions in a sorted array of ids; -1 where the id is not there."""
Csr = Any  # scipy.sparse.csr_matrix, which has no types


@dataclass(frozen=True)
class Histories:
    """Purchase days of customers: one event per customer, product and day, sorted in this order.

    A customer of whom nothing is known has no event.
    """

    customers: Ids
    rows: Codes
    """Customer of each event, a position in `customers`."""
    columns: Codes
    """Product of each event, from 0 to below `n_products`."""
    age_days: NDArray[np.int64]
    """Days from each event to the moment of scoring, at least 1."""
    n_products: int
    rated: tuple[Codes, Codes, NDArray[np.float32]]
    """Row, column and value of each rating: one per customer and product, the last one given."""

    @property
    def shape(self) -> tuple[int, int]:
        """Customers, products."""
        return len(self.customers), self.n_products

    @property
    def is_empty(self) -> NDArray[np.bool_]:
        """Of each customer, whether neither a purchase nor a rating is known."""
        known = np.zeros(len(self.customers), dtype=np.bool_)
        known[self.rows] = True
        known[self.rated[0]] = True
        return ~known

    def counts(self, within_days: int | None = None) -> Csr:
        """Number of purchase days, in all or in the last `within_days`; float32, customers x products."""
        recent = np.ones(len(self.rows)) if within_days is None else self.age_days <= within_days
        return self.weighted(recent.astype(np.float64))

    def decayed(self, time_constant_days: float) -> Csr:
        """Sum over purchase days of ``exp(-age / time_constant)``; float32, customers x products."""
        return self.weighted(np.exp(-self.age_days / time_constant_days))

    def weighted(self, weights: NDArray[np.float64]) -> Csr:
        """Sum of the weights of events; float32, customers x products, without zeros."""
        matrix = sparse.csr_matrix((weights, (self.rows, self.columns)), shape=self.shape)
        matrix.eliminate_zeros()
        return matrix.astype(np.float32)

    def ratings(self) -> Csr:
        """The ratings; float32, customers x products, absent where there is none."""
        row, column, value = self.rated
        return sparse.csr_matrix((value, (row, column)), shape=self.shape)

    def add(self, row: int, column: int, age_days: int = 1) -> Self:
        """The histories with one more purchase day of a customer; the same ones when it is there already."""
        first, last = np.searchsorted(self.rows, [row, row + 1])
        columns, ages = self.columns[first:last], self.age_days[first:last]
        if np.any((columns == column) & (ages == age_days)):
            return self
        place = first + np.count_nonzero((columns < column) | ((columns == column) & (ages > age_days)))
        return replace(
            self,
            rows=np.insert(self.rows, place, row),
            columns=np.insert(self.columns, place, column),
            age_days=np.insert(self.age_days, place, age_days),
        )
