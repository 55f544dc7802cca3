"""How customers are drawn into arms, and how probable it was that each gets what they get: for `run` and for the loop.

A share h of all customers is in the holdout and a share u gets business as usual, both by hash. Of the others a share e
explores, who draw an offer with probability q. The rest get their plan's offer, which is held back from a share b. The
marginal probability of an offer, over all arms, is

    P(offer) = h 1{none} + u 1{usual's} + (1 - h - u) [(1 - e) ((1 - b) 1{plan's} + b 1{none}) + e q(offer)]
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl

from offerloop.arrays import Bools, Floats, Ints
from offerloop.evaluation import buckets

MOST_EXPLORE = 0.10
"""Largest share of those who can explore, however little that costs: the plan stays the rule."""

MOST_LEARN = 0.50
"""Largest share of those who can explore while a loop has shown too little to learn from, and nothing is sent."""


@dataclass(frozen=True)
class Shares:
    """How likely a customer is to be in each arm; arrays where customers differ."""

    explore: float | Floats
    """The share of those in neither holdout nor business as usual."""
    holdout: float = 0.0
    usual: float = 0.0
    holdback: float = 0.0
    """The share of those with an offer in the plan who do not explore."""

    def propensity(
        self, *, plan: bool | Bools, none: bool | Bools, usual: bool | Bools, drawn: float | Floats
    ) -> Floats:
        """Return the marginal probability of offers: whether each is the plan's, none at all, and business as usual's,
        and how likely an explorer draws it.
        """
        by_plan = (1 - self.holdback) * np.asarray(plan) + self.holdback * np.asarray(none)
        chosen = (1 - self.explore) * by_plan + self.explore * np.asarray(drawn)
        by_hash = self.holdout * np.asarray(none) + self.usual * np.asarray(usual)
        return by_hash + (1 - self.holdout - self.usual) * chosen


def n_explorers(customers: int, paid: Iterable[tuple[float, int]], most_share: float = MOST_EXPLORE) -> int:
    """Return how many of the customers who can explore do: so few that every budget holds whatever they draw.

    `paid` are budgets with the most that one of their offers can cost; an offer without cost counts as a minor unit.
    """
    return min([int(most_share * customers), *(int(budget // max(cost, 1)) for budget, cost in paid)])


def draw_explorers(able: Ints, number: int, rng: np.random.Generator) -> Ints:
    """Return so many of the positions, each as likely as any other."""
    return rng.choice(able, number, replace=False)


@dataclass(frozen=True)
class Holdback:
    """Who gets nothing in a period of a loop if its plan has an offer for them: a share of all customers, by hash."""

    share: float
    seed: str
    """Names the draw; other customers are drawn with another one."""

    def has(self, customers: pl.Series) -> pl.Series:
        """Whether each of the customers is drawn."""
        return pl.Series(buckets(customers, self.seed) < self.share)
