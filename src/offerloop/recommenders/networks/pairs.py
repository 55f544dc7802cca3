"""What customers have done with each product, and what products are, in numbers that a network can read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from offerloop.recommenders.histories import Codes, Histories, as_ids, positions
from offerloop.recommenders.interactions import Interactions

TIME_CONSTANTS = (7.0, 28.0, 91.0, 1e9)
"""Days; the last one counts all purchase days alike."""
ATTRIBUTES = ("category", "subcategory", "brand")
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class PurchasePairs:
    """The pairs of customer and product with a purchase, sorted by customer, then product."""

    starts: Codes
    """First pair of each customer, and at the end the number of pairs; shape (customers + 1)."""
    columns: Codes
    own: Floats
    """log(1 + sum over purchase days of exp(-age / time constant)), shape (pairs, 4)."""
    n_products: int

    @classmethod
    def of(cls, histories: Histories) -> Self:
        """All pairs of some histories."""
        first = np.flatnonzero(np.diff(histories.rows * histories.n_products + histories.columns, prepend=-1))
        decayed = (np.exp(-histories.age_days / constant) for constant in TIME_CONSTANTS)
        sums = [np.add.reduceat(part, first) if len(first) else part for part in decayed]
        starts = np.searchsorted(histories.rows[first], np.arange(len(histories.customers) + 1))
        own = np.log1p(np.stack(sums, axis=1)).astype(np.float32)
        return cls(starts, histories.columns[first], own, histories.n_products)

    @cached_property
    def _keys(self) -> Codes:
        return self.rows * self.n_products + self.columns

    @property
    def rows(self) -> Codes:
        """Customer of each pair."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))

    @property
    def facts(self) -> Floats:
        """The same sums over all products of a customer, as numbers of about 1; shape (customers, 4)."""
        rows, count = self.rows, len(self.starts) - 1
        total = [np.bincount(rows, part, count) for part in np.expm1(self.own.astype(np.float64)).T]
        return (np.log1p(np.stack(total, axis=1)) / 5).astype(np.float32)

    def take(self, customers: Codes) -> Self:
        """Those of some customers, in this order."""
        length = self.starts[customers + 1] - self.starts[customers]
        starts = np.concatenate([[0], np.cumsum(length)])
        at = np.arange(starts[-1]) + np.repeat(self.starts[customers] - starts[:-1], length)
        return type(self)(starts, self.columns[at], self.own[at], self.n_products)

    def find(self, rows: Codes, columns: Codes) -> Floats:
        """`own` of some pairs, zero where nothing was bought."""
        at = positions(self._keys, rows * self.n_products + columns)
        return np.where((at >= 0)[:, None], self.own[at], 0)


def attributes(interactions: Interactions) -> Codes:
    """Codes of each product's category, subcategory and brand as far as given; shape (products, 0 to 3).

    No two columns share a code; within a column the lowest means unknown.
    """
    described = interactions.context.products
    named = [] if described is None else [name for name in ATTRIBUTES if name in described.columns]
    codes = np.zeros((interactions.n_products, len(named)), dtype=np.int64)
    if described is None:
        return codes
    place = interactions.product_codes(as_ids(described["product_id"]))
    first = 0
    for k, name in enumerate(named):
        code = described[name].cast(pl.String).rank("dense").fill_null(0).to_numpy().astype(np.int64)
        codes[place[place >= 0], k] = code[place >= 0]
        codes[:, k] += first
        first += int(code.max(initial=0)) + 1
    return codes
