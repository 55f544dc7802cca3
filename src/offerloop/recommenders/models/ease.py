"""What goes with what was bought: a linear model over products in closed form."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from offerloop.recommenders.base import HistoryRecommender, Scores
from offerloop.recommenders.histories import Csr, Histories
from offerloop.recommenders.interactions import Interactions
from offerloop.recommenders.models.kernel import inverse


class EASE(HistoryRecommender):
    """Affinity = x B (Steck 2019, embarrassingly shallow autoencoder).

    x is ``log(1 + purchase days)``. B minimises ``|X - X B|^2 + reg |B|^2`` with a zero diagonal: it is
    ``B = I - P / diag(P)`` with ``P = (X'X + reg I)^-1``. A shop of at most `max_size` customers has it for all
    products; where these are more than the customers, without any matrix of products by products, since
    ``reg P = I - X' K X`` with ``K = (X X' + reg I)^-1`` (Woodbury). In a larger shop only the `max_size` products with
    most buyers are in, the others rank below them by popularity. The cost grows with the third power of the smaller
    side, memory with the second.
    """

    name: ClassVar[str] = "ease"

    def __init__(self, *, reg: float = 300.0, max_size: int = 4_000) -> None:
        self.reg = reg
        self.max_size = max_size

    def _learn(self, interactions: Interactions) -> None:
        buyers = np.asarray(interactions.counts().getnnz(axis=0))
        few = len(interactions.customers) <= self.max_size
        most = np.argsort(-buyers, kind="stable")[: None if few else self.max_size]
        self._columns = np.sort(most)
        self._others = np.setdiff1d(np.arange(interactions.n_products), self._columns)
        self._weights: _ByCustomers | _ByProducts
        bought = self._bought(interactions)
        by_customers = few and len(interactions.customers) <= interactions.n_products
        self._weights = _ByCustomers(bought, self.reg) if by_customers else _ByProducts(bought, self.reg)

    def _score(self, histories: Histories) -> Scores:
        within = self._weights.applied_to(self._bought(histories))
        if not len(self._others):
            return within
        scores = np.empty(histories.shape, dtype=np.float32)
        scores[:, self._columns] = within
        scores[:, self._others] = within.min(axis=1, keepdims=True) - 1.0 + self.popular[self._others]
        return scores

    def _bought(self, histories: Histories) -> Csr:
        return histories.counts().log1p()[:, self._columns]


class _ByProducts:
    """The matrix B itself."""

    def __init__(self, bought: Csr, reg: float) -> None:
        precision = inverse((bought.T @ bought).toarray(), reg)
        self._b = precision / -np.diag(precision)
        self._b[np.diag_indices_from(self._b)] = 0.0

    def applied_to(self, histories: Csr) -> Scores:
        """x B, customers x products."""
        scores: Scores = histories @ self._b
        return scores


class _ByCustomers:
    """K and X, from which x B follows as ``x - (x P) / diag(P)``."""

    def __init__(self, bought: Csr, reg: float) -> None:
        self._buyers = bought.T.tocsr()
        self._k = inverse((bought @ self._buyers).toarray(), reg)
        explained = self._buyers.multiply(self._buyers @ self._k).sum(axis=1)
        self._remains: Scores = 1 - np.asarray(explained, dtype=np.float32).ravel()
        """``reg diag(P)``."""

    def applied_to(self, histories: Csr) -> Scores:
        """x B, customers x products."""
        weight = self._k @ (histories @ self._buyers).toarray().T
        scores: Scores = (self._buyers @ weight).T / self._remains
        own = histories.tocoo()
        scores[own.row, own.col] += own.data * (1 - 1 / self._remains[own.col])
        return scores
