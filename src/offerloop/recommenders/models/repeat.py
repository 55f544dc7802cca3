"""What the customer bought, the more and the later the higher."""

from __future__ import annotations

from typing import ClassVar

from offerloop.recommenders.base import HistoryRecommender, Scores
from offerloop.recommenders.histories import Histories
from offerloop.recommenders.interactions import Interactions


class Repeat(HistoryRecommender):
    """Affinity = sum over own purchase days of ``exp(-age / time_constant_days)`` + a touch of popularity.

    Popularity, scaled to at most `popularity_weight`, orders what the customer never bought; for the task
    ``new`` the ranking therefore is that of popularity.
    """

    name: ClassVar[str] = "repeat"

    def __init__(self, *, time_constant_days: float = 90.0, popularity_weight: float = 1e-3) -> None:
        self.time_constant_days = time_constant_days
        self.popularity_weight = popularity_weight

    def _learn(self, interactions: Interactions) -> None:
        """Learn nothing but popularity, which the base class does."""

    def _score(self, histories: Histories) -> Scores:
        scores: Scores = histories.decayed(self.time_constant_days).toarray()
        scores += self.popularity_weight * self.popular
        return scores
