"""What goes with what was bought: a linear model over products in closed form."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from scipy.linalg import lapack
from threadpoolctl import threadpool_limits

from offerloop.recommenders.base import HistoryRecommender, Scores
from offerloop.recommenders.histories import Csr, Histories
from offerloop.recommenders.interactions import Interactions


class EASE(HistoryRecommender):
    """Affinity = x B (Steck 2019, embarrassingly shallow autoencoder).

    x is ``log(1 + purchase days)``, a day of `time_constant_days` ago counting 1/e. B minimises
    ``|X - X B|^2 + reg |B|^2`` with a zero diagonal: ``B = I - P / diag(P)``, P the inverse of ``X'X + reg I``. The
    cost grows with the third power of the products (memory with the second), so only the `max_products` with most
    buyers are in; the others rank below them by popularity.
    """

    name: ClassVar[str] = "ease"

    def __init__(self, *, reg: float = 200.0, max_products: int = 4_000, time_constant_days: float = 365.0) -> None:
        self.reg = reg
        self.time_constant_days = time_constant_days
        self.max_products = max_products

    def _learn(self, interactions: Interactions) -> None:
        buyers = np.asarray(interactions.counts().getnnz(axis=0))
        most = np.argsort(-buyers, kind="stable")[: self.max_products]
        self._columns = np.sort(most)
        self._others = np.setdiff1d(np.arange(interactions.n_products), self._columns)
        bought = self._bought(interactions)
        gram = (bought.T @ bought).toarray()
        gram[np.diag_indices_from(gram)] += self.reg
        inverse = _inverse(gram)
        self._weights = inverse / -np.diag(inverse)
        self._weights[np.diag_indices_from(inverse)] = 0.0

    def _score(self, histories: Histories) -> Scores:
        scores = np.empty(histories.shape, dtype=np.float32)
        scores[:, self._columns] = self._bought(histories) @ self._weights
        lowest = scores[:, self._columns].min(axis=1, keepdims=True)
        scores[:, self._others] = lowest - 1.0 + self.popular[self._others]
        return scores

    def _bought(self, histories: Histories) -> Csr:
        return histories.decayed(self.time_constant_days).log1p()[:, self._columns]


def _inverse(positive: Scores) -> Scores:
    """Of a symmetric positive definite matrix; half the work of a general one, on one thread, always added alike."""
    with threadpool_limits(limits=1, user_api="blas"):
        factor, _ = lapack.spotrf(positive, lower=False)
        inverse, _ = lapack.spotri(factor, lower=False)
    upper: Scores = np.triu(inverse)
    return upper + np.triu(inverse, 1).T
