"""The contract of a recommender, and what all of ours share: scores come from a history, unknowns are scored too."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Literal, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from offerloop.recommenders.histories import Histories, Ids
from offerloop.recommenders.interactions import Interactions

Scores = NDArray[np.float32]
"""Affinities, shape (customers, products), always finite; comparable within a row only."""
Task = Literal["repeat", "new"]
"""``repeat`` ranks all products for the next basket, ``new`` those that the customer has not bought yet."""
TASKS: tuple[Task, ...] = ("repeat", "new")
RECENT_DAYS = 28
"""What counts as lately."""
LAST_RESORT = "popularity"
"""What ranks for a customer of whom nothing is known, whatever the recommender."""


class Recommender(Protocol):
    """Learns from who bought what, and says how much each customer is drawn to each product.

    Constructors take explicit keyword parameters with defaults, and `rng` when anything is random.
    """

    name: ClassVar[str]

    def fit(self, interactions: Interactions) -> Self:
        """Learn; a second call forgets the first."""

    def score_histories(self, histories: Histories) -> Scores:
        """Affinities of customers, known or not, from their histories; all products of the fit.

        So a new customer or event needs no fit. Who has no history gets what most people like.
        """

    def for_task(self, task: Task) -> Recommender:
        """What serves a task; most recommenders serve both."""

    def score(self, customers: Ids, products: Ids | None = None) -> Scores:
        """A new array that the caller may change; its columns are `products`, by default all of the fit.

        Histories are those of the fit. An unknown product gets the lowest score of the row.
        """


class HistoryRecommender(ABC):
    """A recommender whose scores follow from a customer's history; subclasses learn and score."""

    name: ClassVar[str]
    interactions: Interactions
    """The interactions of the last fit."""
    popular: Scores
    """Recent popularity of each product, at most 1: the last resort."""
    alike: Scores | None = None
    """(products,): affinities, where they are the same for everybody with a history; None where customers differ."""

    def fit(self, interactions: Interactions) -> Self:
        """Learn; a second call forgets the first."""
        self._know(interactions)
        self._learn(interactions)
        return self

    def _know(self, interactions: Interactions) -> None:
        """Whose histories and which popularity scores are made of."""
        self.interactions = interactions
        self.popular = popularity(interactions)

    def score_histories(self, histories: Histories) -> Scores:
        """Affinities from histories; popularity for who has none."""
        scores = self._score(histories)
        scores[histories.is_empty] = self.popular
        return scores

    def score(self, customers: Ids, products: Ids | None = None) -> Scores:
        """Affinities of customers by the histories of the fit."""
        scores = self.score_histories(self.interactions.of(customers))
        return scores if products is None else pick_products(scores, self.interactions, products)

    def for_task(self, task: Task) -> Recommender:  # noqa: ARG002 - one ranking serves both tasks
        """Return what serves the task: itself."""
        return self

    @abstractmethod
    def _learn(self, interactions: Interactions) -> None:
        """Whatever scoring needs of the products."""

    @abstractmethod
    def _score(self, histories: Histories) -> Scores:
        """A new array (customers, products); what it says of empty histories is not used."""


def pick_products(scores: Scores, interactions: Interactions, products: Ids) -> Scores:
    """The columns of `products` from scores of all products, with the row's minimum where one is unknown."""
    codes = interactions.product_codes(products)
    picked: Scores = np.where(codes >= 0, scores[:, codes], scores.min(axis=1, keepdims=True))
    return picked


def popularity(interactions: Interactions) -> Scores:
    """Recent popularity of each product, at most 1."""
    buyers = recent_buyers(interactions, RECENT_DAYS)
    return buyers / buyers.max()


def recent_buyers(histories: Histories, window_days: int) -> Scores:
    """Distinct buyers of each product in the last days, plus a fraction below 1 from buyers of all time.

    The fraction orders products that tie, above all those that nobody bought lately.
    """
    recent = histories.counts(window_days).getnnz(axis=0)
    ever = histories.counts().getnnz(axis=0)
    buyers: Scores = (recent + ever / (ever.max() + 1)).astype(np.float32)
    return buyers


def hide_bought(scores: Scores, histories: Histories) -> None:
    """Set the score of everything that a customer has bought to minus infinity, in place."""
    scores[histories.rows, histories.columns] = -np.inf
