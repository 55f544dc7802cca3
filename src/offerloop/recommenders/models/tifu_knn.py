"""What the customer and similar customers buy, the more and the later the higher."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from offerloop.recommenders.base import HistoryRecommender, Scores
from offerloop.recommenders.histories import Codes, Csr, Histories
from offerloop.recommenders.interactions import Interactions


class TIFUKNN(HistoryRecommender):
    """Affinity = own frequencies and those of the nearest customers, mixed (Hu, He, Gao and Zhang 2020).

    A basket is a day. Baskets are grouped by `group_size` from the latest back; a product's frequency is the mean over
    groups of the mean over their baskets, each step back in a group weighing `basket_decay` and each group back
    `group_decay`. Of the `neighbours` customers whose frequencies are nearest by cosine the mean is taken; `own_weight`
    is the customer's share of the mix. Neighbours come from at most `max_customers` customers, drawn at random, so that
    the cost of a customer does not grow with the shop.
    """

    name: ClassVar[str] = "tifu_knn"

    def __init__(
        self,
        *,
        group_size: int = 7,
        basket_decay: float = 0.9,
        group_decay: float = 0.7,
        neighbours: int = 300,
        own_weight: float = 0.7,
        max_customers: int = 20_000,
        rng: int = 0,
    ) -> None:
        self.group_size = group_size
        self.basket_decay = basket_decay
        self.group_decay = group_decay
        self.neighbours = neighbours
        self.own_weight = own_weight
        self.max_customers = max_customers
        self.rng = rng

    def _learn(self, interactions: Interactions) -> None:
        n_customers = len(interactions.customers)
        drawn = np.random.default_rng(self.rng).permutation(n_customers)[: self.max_customers]
        self._known = interactions.customers[np.sort(drawn)]
        self._vectors = self.frequencies(interactions.of(self._known))
        self._directions = _unit(self._vectors)

    def _score(self, histories: Histories) -> Scores:
        own = self.frequencies(histories)
        nearness = (_unit(own) @ self._directions.T).toarray()
        nearness[histories.customers[:, None] == self._known[None, :]] = -np.inf
        near = min(self.neighbours, max(1, len(self._known) - 1))
        nearest = np.argpartition(-nearness, near - 1, axis=1)[:, :near]
        row = np.repeat(np.arange(len(own.indptr) - 1), near)
        mean = sparse.csr_matrix((np.full(row.size, 1 / near, np.float32), (row, nearest.ravel())), nearness.shape)
        mixed = self.own_weight * own + (1 - self.own_weight) * (mean @ self._vectors)
        scores: Scores = mixed.toarray()
        return scores

    def frequencies(self, histories: Histories) -> Csr:
        """Decayed frequency of each product in the customer's baskets; float32, customers x products."""
        back, n_baskets = _baskets_back(histories)
        group, step = np.divmod(back, self.group_size)
        n_groups = -(-n_baskets // self.group_size)
        size = np.where(group == n_groups - 1, n_baskets - (n_groups - 1) * self.group_size, self.group_size)
        weight = self.basket_decay**step / size * self.group_decay**group / n_groups
        return histories.weighted(weight)


def _baskets_back(histories: Histories) -> tuple[Codes, Codes]:
    """Return how many of the customer's baskets came after each event, and how many baskets there are."""
    span = int(histories.age_days.max(initial=0)) + 1
    basket, of_event = np.unique(histories.rows * span + histories.age_days, return_inverse=True)
    row = basket // span
    first = np.searchsorted(row, np.arange(len(histories.customers) + 1))
    back: NDArray[np.int64] = np.arange(len(basket)) - first[row]
    return back[of_event], np.diff(first)[row][of_event]


def _unit(vectors: Csr) -> Csr:
    """Rows of length one; zero rows stay zero."""
    length = np.sqrt(np.asarray(vectors.multiply(vectors).sum(axis=1)).ravel())
    return sparse.diags_array(1 / np.maximum(length, 1e-12)).tocsr() @ vectors
