"""The contract of a recommender, and the two edges that every one shares: unknown customers and products."""

from __future__ import annotations

from typing import ClassVar, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from offerloop.recommenders.interactions import Codes, Csr, Ids, Interactions

Scores = NDArray[np.float32]
"""Affinities, shape (customers, products), always finite; comparable within a row only."""


class Recommender(Protocol):
    """Learns from who bought what, and says how much each customer is drawn to each product.

    Constructors take explicit keyword parameters with defaults, and `rng` when anything is random.
    """

    name: ClassVar[str]

    def fit(self, interactions: Interactions) -> Self:
        """Learn; a second call forgets the first."""

    def score(self, customers: Ids, products: Ids | None = None) -> Scores:
        """A new array that the caller may change; its columns are `products`, by default all of the fit.

        An unknown customer gets what most people like, an unknown product the lowest score of the row.
        """


def pick_products(scores: Scores, interactions: Interactions, products: Ids | None) -> Scores:
    """The columns of `products` from scores of all products, with the row's minimum where one is unknown."""
    if products is None:
        return scores
    codes = interactions.product_codes(products)
    picked: Scores = np.where(codes >= 0, scores[:, codes], scores.min(axis=1, keepdims=True))
    return picked


def dense_rows(matrix: Csr, codes: Codes) -> Scores:
    """Rows of a sparse matrix as a dense array, all zero where the code is -1."""
    known = codes >= 0
    if known.all():
        rows: Scores = matrix[codes].toarray()
        return rows
    dense = np.zeros((len(codes), matrix.shape[1]), dtype=np.float32)
    dense[known] = matrix[codes[known]].toarray()
    return dense
