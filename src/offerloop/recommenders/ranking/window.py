"""A window of days to judge recommenders by: what was known before it, and what customers then bought."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from offerloop.errors import EvidenceError
from offerloop.message import Message
from offerloop.recommenders.base import Task
from offerloop.recommenders.histories import Codes, Csr, Ids, positions
from offerloop.recommenders.interactions import Interactions, day

MOST_JUDGED = 20_000
"""Customers whose purchases judge a window; more would narrow the intervals by less than they cost."""
BATCH = 512


@dataclass(frozen=True)
class RankingWindow:
    """Targets are the distinct products bought in the window that somebody bought before it.

    Of these, the task ``new`` counts the ones that the customer had not bought before.
    """

    before: Interactions
    customers: Ids
    """Those of at most 20,000 random customers who have a target and a history: for others all rank alike."""
    targets: Mapping[Task, Csr]
    """True where the customer bought the product, by task; `customers` x products of `before`."""

    @classmethod
    def between(cls, before: Interactions, after: Interactions, rng: int = 0) -> Self:
        """Build it from what was known at its begin and at its end; `rng` draws who judges.

        Raises EvidenceError when no customer tried a known product in it.
        """
        length = after.as_of_day - before.as_of_day
        inside = after.age_days <= length
        judged = _drawn(after.customers, rng) & (before.customer_codes(after.customers) >= 0)
        inside &= judged[after.rows]
        pair = np.unique(after.rows[inside] * after.n_products + after.columns[inside])
        row, column = np.divmod(pair, after.n_products)
        column = before.product_codes(after.products)[column]
        row, column = row[column >= 0], column[column >= 0]
        present, row_at = np.unique(row, return_inverse=True)
        customers = after.customers[present]
        shape = (len(customers), before.n_products)
        owner = before.customer_codes(customers)[row_at]
        is_new = positions(before.rows * shape[1] + before.columns, owner * shape[1] + column) < 0
        if not is_new.any():
            raise EvidenceError(
                Message(
                    "in the {days} days from {day} no earlier customer bought a known product for the first time, so "
                    "recommenders cannot be compared; give more order lines or a longer window",
                    days=length,
                    day=day(before.as_of_day).isoformat(),
                )
            )
        targets: dict[Task, Csr] = {
            "repeat": _ones(row_at, column, shape),
            "new": _ones(row_at[is_new], column[is_new], shape),
        }
        return cls(before, customers, targets)

    def sample(self, most: int, rng: int) -> Self:
        """The same window with at most so many of its customers, drawn at random."""
        if len(self.customers) <= most:
            return self
        some = np.sort(np.random.default_rng(rng).permutation(len(self.customers))[:most])
        targets = {task: wanted[some] for task, wanted in self.targets.items()}
        return replace(self, customers=self.customers[some], targets=targets)

    def batches(self) -> list[slice]:
        """Customers in groups that fit into memory with all products."""
        return [slice(start, start + BATCH) for start in range(0, len(self.customers), BATCH)]


def _drawn(customers: Ids, rng: int) -> NDArray[np.bool_]:
    """Whether each customer is one of those who judge."""
    drawn = np.zeros(len(customers), dtype=np.bool_)
    drawn[np.random.default_rng(rng).permutation(len(customers))[:MOST_JUDGED]] = True
    return drawn


def _ones(row: Codes, column: Codes, shape: tuple[int, int]) -> Csr:
    return sparse.csr_matrix((np.ones(len(row), dtype=np.bool_), (row, column)), shape=shape)
