"""What customers of like histories bought next: kernel ridge regression from an earlier history to later purchases."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from scipy import sparse

from offerloop.recommenders.base import RECENT_DAYS, HistoryRecommender, Scores
from offerloop.recommenders.histories import Csr, Histories
from offerloop.recommenders.interactions import Interactions
from offerloop.recommenders.models.kernel import factor, solved


class NextRidge(HistoryRecommender):
    """Affinity = predicted chance of a purchase in the next `window_days` (kernel ridge regression, Murphy 2012, 14.4).

    Each customer's history up to the last `window_days`, as ``log(1 + purchase days)`` scaled to length one (A), is
    regressed on the products bought in these days (T, 0 or 1): a history a, now with these days in it, gets
    ``a A' (A A' + reg I)^-1 T``. So what is in season, and what follows on what, is learned from everybody's last
    weeks. At most `max_customers` are learned from, drawn at random; without an earlier history popularity ranks.
    """

    name: ClassVar[str] = "next_ridge"

    def __init__(
        self, *, reg: float = 10.0, window_days: int = RECENT_DAYS, max_customers: int = 4_000, rng: int = 0
    ) -> None:
        self.reg = reg
        self.window_days = window_days
        self.max_customers = max_customers
        self.rng = rng

    def _learn(self, interactions: Interactions) -> None:
        drawn = np.random.default_rng(self.rng).permutation(len(interactions.customers))[: self.max_customers]
        histories = interactions.of(interactions.customers[np.sort(drawn)])
        is_late = histories.age_days <= self.window_days
        self._earlier = _directions(histories.weighted((~is_late).astype(np.float64)))
        self._later = histories.weighted(is_late.astype(np.float64)).sign().T.tocsr()
        if not self._earlier.nnz:
            self._factor: Scores | None = None
            return
        self._factor = factor((self._earlier @ self._earlier.T).toarray(), self.reg)

    def _score(self, histories: Histories) -> Scores:
        if self._factor is None:
            return np.tile(self.popular, (len(histories.customers), 1))
        weight = solved(self._factor, (_directions(histories.counts()) @ self._earlier.T).toarray().T)
        scores: Scores = np.ascontiguousarray((self._later @ weight).T)
        return scores


def _directions(days: Csr) -> Csr:
    """Logarithms of the counts, each row of length one; zero rows stay zero."""
    logs = days.log1p()
    length = np.sqrt(np.asarray(logs.multiply(logs).sum(axis=1)).ravel())
    return (sparse.diags_array((1 / np.maximum(length, 1e-12)).astype(np.float32)) @ logs).tocsr()
