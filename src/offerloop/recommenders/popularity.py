"""What most customers bought lately: the same ranking for everyone, and the fallback for the unknown."""

from __future__ import annotations

from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from offerloop.recommenders.base import Scores, pick_products
from offerloop.recommenders.interactions import Ids, Interactions


class Popularity:
    """Affinity = distinct buyers in the last `window_days`."""

    name: ClassVar[str] = "popularity"

    def __init__(self, *, window_days: int = 28) -> None:
        self.window_days = window_days

    def fit(self, interactions: Interactions) -> Self:
        """Count buyers."""
        self._interactions = interactions
        self._buyers = recent_buyers(interactions, self.window_days)
        return self

    def score(self, customers: Ids, products: Ids | None = None) -> Scores:
        """The same row for every customer, known or not."""
        return pick_products(np.tile(self._buyers, (len(customers), 1)), self._interactions, products)


def recent_buyers(interactions: Interactions, window_days: int) -> NDArray[np.float32]:
    """Distinct buyers of each product in the last days, plus a fraction below 1 from buyers of all time.

    The fraction orders products that tie, above all those that nobody bought lately.
    """
    recent = interactions.counts(window_days).getnnz(axis=0)
    ever = interactions.counts().getnnz(axis=0)
    buyers: NDArray[np.float32] = (recent + ever / (ever.max() + 1)).astype(np.float32)
    return buyers
