"""What the customer bought, the more and the later the higher."""

from __future__ import annotations

from typing import ClassVar, Self

from offerloop.recommenders.base import Scores, dense_rows, pick_products
from offerloop.recommenders.interactions import Ids, Interactions
from offerloop.recommenders.popularity import recent_buyers


class Repeat:
    """Affinity = sum over own purchase days of ``exp(-age / time_constant_days)`` + a touch of popularity.

    Popularity, scaled to at most `popularity_weight`, orders what the customer never bought; for the task
    ``new`` the ranking therefore is that of popularity.
    """

    name: ClassVar[str] = "repeat"

    def __init__(
        self, *, time_constant_days: float = 90.0, popularity_weight: float = 1e-3, window_days: int = 28
    ) -> None:
        self.time_constant_days = time_constant_days
        self.popularity_weight = popularity_weight
        self.window_days = window_days

    def fit(self, interactions: Interactions) -> Self:
        """Decay and sum."""
        self._interactions = interactions
        self._own = interactions.decayed(self.time_constant_days)
        buyers = recent_buyers(interactions, self.window_days)
        self._popular = self.popularity_weight / buyers.max() * buyers
        return self

    def score(self, customers: Ids, products: Ids | None = None) -> Scores:
        """Own purchases first; an unknown customer has none and gets popularity."""
        scores = dense_rows(self._own, self._interactions.customer_codes(customers))
        scores += self._popular
        return pick_products(scores, self._interactions, products)
