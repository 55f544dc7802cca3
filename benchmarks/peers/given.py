"""What a model is given, and the ranking of scores that models share which have none of their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Csr = Any  # scipy.sparse.csr_matrix, which has no types
Foreign = Any  # a model or table of a library that has no types
Ints = NDArray[np.int64]
Floats = NDArray[np.float32]

DEPTH = 100
"""Products in a list."""
BLOCK = 256
"""Customers scored at once."""


@dataclass(frozen=True)
class Given:
    """Events of customers and products, which are numbered from 0, the product with the most buyers first.

    `train` counts the days on which a customer bought a product, shape (customers, products), float32. An event is one
    customer, product and local day; events of a customer on one day are a basket. `age_days` counts back from
    `last_day`, an epoch day. `value` is the rating, or 1. Lists are wanted for `customers`.
    """

    train: Csr
    customer: Ints
    product: Ints
    age_days: Ints
    value: Floats
    last_day: int
    customers: Ints
    folder: Path
    """Here `products.parquet` tells of each product, by code, its category, subcategory, brand and text."""

    @classmethod
    def read(cls, folder: Path) -> Given:
        """As `recommender_data` wrote it."""
        train, events = sparse.csr_matrix(sparse.load_npz(folder / "train.npz")), np.load(folder / "events.npz")
        customers, last_day = np.load(folder / "customers.npy"), int(events["last_day"])
        customer, product, age_days, value = (events[name] for name in ("customer", "product", "age_days", "value"))
        return cls(train, customer, product, age_days, value, last_day, customers, folder)

    def part(self, n: int) -> Given:
        """The first `n` customers and products, for a rehearsal."""
        kept = (self.customer < n) & (self.product < n)
        return replace(
            self,
            train=sparse.csr_matrix(self.train[:n, :n]),
            customer=self.customer[kept],
            product=self.product[kept],
            age_days=self.age_days[kept],
            value=self.value[kept],
            customers=self.customers[self.customers < n],
        )


def ranked(given: Given, score: Callable[[Ints], Any], *, new: bool) -> Ints:
    """The best products of each customer by `score`, which takes customers and returns a row of scores for each."""
    tops = []
    for start in range(0, len(given.customers), BLOCK):
        customers = given.customers[start : start + BLOCK]
        scores = np.array(score(customers), dtype=np.float32)
        if new:
            scores[given.train[customers].nonzero()] = -np.inf
        tops.append(best(scores))
    return np.concatenate(tops)


def best(scores: Floats) -> Ints:
    """Columns of the largest scores of each row, best first; -1 where a score is not finite or there is no column."""
    depth = min(DEPTH, scores.shape[1])
    top = np.argpartition(-scores, depth - 1, axis=1)[:, :depth]
    found = np.take_along_axis(scores, top, axis=1)
    order = np.argsort(-found, axis=1, kind="stable")
    top, found = np.take_along_axis(top, order, axis=1), np.take_along_axis(found, order, axis=1)
    lists = np.full((len(scores), DEPTH), -1, dtype=np.int64)
    lists[:, :depth] = np.where(np.isfinite(found), top, -1)
    return lists
