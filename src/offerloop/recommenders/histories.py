"""What some customers did and how long ago, by the products of one fit; all that a fitted model needs to score them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from offerloop.errors import ContractError

Ids = NDArray[Any]
"""Customer or product ids: integers, or text of fixed width."""
Codes = NDArray[np.int64]
"""Positions in a sorted array of ids; -1 where the id is not there."""
Csr = Any  # scipy.sparse.csr_matrix, which has no types
EVENT = ["customer_id", "product_id", "order_day"]
"""What an event is, and the order of events."""


@dataclass(frozen=True)
class Histories:
    """Purchase days of customers: one event per customer, product and day, sorted in this order.

    A customer of whom nothing is known has no event.
    """

    customers: Ids
    """Ascending where customers are looked up."""
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
        """The numbers of customers and of products."""
        return len(self.customers), self.n_products

    @property
    def is_empty(self) -> NDArray[np.bool_]:
        """Whether neither a purchase nor a rating is known of each customer."""
        has_history = np.zeros(len(self.customers), dtype=np.bool_)
        has_history[self.rows] = True
        has_history[self.rated[0]] = True
        return ~has_history

    @property
    def n_events(self) -> Codes:
        """The number of events of each customer."""
        return np.bincount(self.rows, minlength=len(self.customers))

    def at(self, places: Codes) -> Histories:
        """The histories at some positions, in the given order."""
        return self.named(self.customers[places], places)

    def of(self, customers: ArrayLike) -> Histories:
        """The histories of some customers, in the given order; an unknown one's is empty."""
        ids = as_ids(customers)
        return self.named(ids, self.customer_codes(ids))

    def without(self, customers: ArrayLike) -> Histories:
        """The same customers with empty histories, as if nothing were known of them."""
        none = np.empty(0, dtype=np.int64)
        return Histories(as_ids(customers), none, none, none, self.n_products, (none, none, none.astype(np.float32)))

    def customer_codes(self, ids: ArrayLike) -> Codes:
        """The row of each customer, -1 for an unknown one."""
        return positions(self.customers, as_ids(ids))

    def named(self, customers: Ids, places: Codes) -> Histories:
        """The histories at some positions under these ids; empty at -1."""
        row, at = _runs(self.rows, places)
        rated_row, rated_at = _runs(self.rated[0], places)
        rated = (rated_row, self.rated[1][rated_at], self.rated[2][rated_at])
        return Histories(customers, row, self.columns[at], self.age_days[at], self.n_products, rated)

    def last(self, n: Codes) -> Self:
        """Each customer's last `n` events, shape (customers,), of a day in product order; no ratings."""
        order = np.lexsort((self.columns, self.age_days, self.rows))
        row = self.rows[order]
        kept = np.sort(order[place_in_row(row, len(n)) < n[row]])
        none = np.empty(0, dtype=np.int64)
        return replace(
            self,
            rows=self.rows[kept],
            columns=self.columns[kept],
            age_days=self.age_days[kept],
            rated=(none, none, none.astype(np.float32)),
        )

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


def place_in_row(row: Codes, n_rows: int) -> Codes:
    """Position of each entry among those of the same row, from 0; `row` ascends."""
    return np.arange(len(row)) - np.searchsorted(row, np.arange(n_rows))[row]


def _runs(rows: Codes, wanted: Codes) -> tuple[Codes, Codes]:
    """Positions of the events of each wanted row, one row after the other: place in `wanted`, place in `rows`."""
    first, last = np.searchsorted(rows, wanted), np.searchsorted(rows, wanted + 1)
    length = np.where(wanted >= 0, last - first, 0)
    place = np.repeat(np.arange(len(wanted)), length)
    start = np.cumsum(length) - length
    return place, np.arange(length.sum()) - np.repeat(start, length) + np.repeat(first, length)


def as_ids(ids: ArrayLike | pl.Series) -> Ids:
    """Ids as an array that can be searched: text gets a fixed width."""
    values = ids.to_numpy() if isinstance(ids, pl.Series) else np.asarray(ids)
    return values.astype(np.str_) if values.dtype == object else values


def positions(known_ids: Ids, wanted: Ids) -> Codes:
    """Where each wanted id is in the sorted `known_ids`, -1 for an absent one."""
    if not known_ids.size:
        return np.full(wanted.shape, -1)
    if wanted.size and (wanted.dtype.kind in "iu") != (known_ids.dtype.kind in "iu"):
        raise ContractError(f"ids are {known_ids.dtype.name} when fitting and {wanted.dtype.name} when scoring")
    at = np.minimum(np.searchsorted(known_ids, wanted), len(known_ids) - 1)
    return np.where(known_ids[at] == wanted, at, -1)
