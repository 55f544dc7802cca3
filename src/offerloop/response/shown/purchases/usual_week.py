"""What the mean customer buys in a week, to which a customer's own purchases are shrunk.

How often orders reach a threshold is shrunk to how many do of customers with such orders (`ReachByWorth`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from offerloop.arrays import Floats
from offerloop.response.shown.purchases.below_maximum import Limit
from offerloop.response.shown.purchases.exposure_windows import OfferScope

Counted = tuple[OfferScope, bool]
"""What an offer counts on, and whether it takes an amount off each order of that; else a share of its value."""
WEEKS_TRIED = (1.0, 0.25, 0.5, 2.0, 4.0, 8.0, 16.0, 32.0)
"""Usual weeks that purchases may be shrunk by; the first where the log does not clearly ask for others."""
CLEARLY = 1.92
"""Logarithm of a likelihood ratio that a test at 5 % finds: half the quantile of chi-square with one degree."""
TINY = 1e-9
"""No value or number of orders of a usual week is taken to be nearer to 0."""
SURE = 1e-6
"""No share of orders is taken to be nearer to 0 or 1."""
GROUPS, LEAST_GROUP = 10, 500
"""Groups of customers by the worth of their orders, and the windows that each has at least."""
PRIOR_ORDERS = 10.0
"""Orders like those of all customers that count beside those of a group."""


@dataclass(frozen=True, eq=False)
class ReachByWorth:
    """How often orders reach a threshold by what the customer's earlier orders are worth.

    Later windows say so: a few large orders by chance make a customer's orders look large, and reach it as often.
    """

    edges: Floats = field(default_factory=lambda: np.zeros(0))
    """(groups - 1,): the worth of orders between groups of customers, in minor units."""
    by_scope: Mapping[OfferScope, Floats] = field(default_factory=dict)
    """(2, groups) of each scope with a threshold: the shares of value and of orders that count."""

    def shares(self, scope: OfferScope, worth: Floats) -> Floats | None:
        """(2, n): shares of customers whose orders are worth so much (n,); None where it is not known."""
        if scope not in self.by_scope:
            return None
        return self.by_scope[scope][:, np.searchsorted(self.edges, worth, side="right")]

    @classmethod
    def fit(cls, worth: Floats, whole: Floats, counted: Mapping[OfferScope, Floats]) -> ReachByWorth:
        """Learn from windows (n,) of customers of such orders: value and orders (2, n) of all and of what counts."""
        groups = max(1, min(GROUPS, len(worth) // LEAST_GROUP))
        edges = np.unique(np.quantile(worth, np.arange(1, groups) / groups)) if groups > 1 else np.zeros(0)
        group = np.searchsorted(edges, worth, side="right")

        def by_group(sums: Floats) -> Floats:
            return np.stack([np.bincount(group, one, len(edges) + 1) for one in sums])

        in_all = by_group(whole)
        prior = PRIOR_ORDERS * np.array([[whole[0].sum() / max(whole[1].sum(), TINY)], [1.0]])
        by_scope = {}
        for scope, sums in counted.items():
            if (sums.sum(axis=1) > 0).all():
                mean = (sums.sum(axis=1) / whole.sum(axis=1))[:, None]
                by_scope[scope] = np.clip((by_group(sums) + prior * mean) / (in_all + prior), 0.0, 1.0)
        return cls(edges, by_scope)


@dataclass(frozen=True)
class UsualWeek:
    """What the mean customer buys in a week: value at list price in minor units, and orders."""

    value: float
    orders: float
    by_scope: Mapping[OfferScope, tuple[float, float]]
    """The same of what offers count on."""
    weeks: Mapping[Counted, float]
    """How many such weeks a customer's own purchases are shrunk by."""
    below: Mapping[Limit, tuple[float, float]] = field(default_factory=dict)
    """Value below the limits of offers that have a maximum, and in all."""
    reach: ReachByWorth = field(default_factory=ReachByWorth)
    """How often orders of customers reach thresholds by what these are worth."""

    def added(self, counted: Counted, worth: Floats) -> Floats:
        """(3, n): value and orders that count, and value of all, of as many weeks as a customer's own are shrunk by."""
        return self.weeks[counted] * self.of_worth(counted[0], worth)

    def of_worth(self, scope: OfferScope, worth: Floats) -> Floats:
        """(3, n): value and orders that count, and value of all, in a usual week of customers with such orders (n,)."""
        reached = self.reach.shares(scope, worth)
        if reached is None:
            return np.repeat([*self.by_scope[scope], self.value], len(worth)).reshape(3, -1)
        whole = self.orders * worth
        return np.stack([whole * reached[0], self.orders * reached[1], whole])

    def order_worth(self, before: Floats) -> Floats:
        """(n,): what an order of each customer is worth, from value and orders (2, n) of a quarter and the week's."""
        return np.asarray((before[0] + self.value) / (before[1] + self.orders), dtype=np.float64)


def best_weeks(counted: Floats, orders: Floats, before: tuple[Floats, Floats], usual: tuple[Floats, Floats]) -> float:
    """Return the weeks by which it is likeliest that `counted` of a window's `orders` (n,) count, if clearly.

    `before` and `usual` have such orders, and all orders, of each row's quarter and of the usual week; or such value,
    and all of it, where `counted` is the orders times their share of value that counts.
    """
    counted = np.clip(counted, 0.0, orders)

    def likelihood(weeks: float) -> float:
        share = (before[0] + weeks * usual[0]) / (before[1] + weeks * usual[1])
        share = np.clip(share, SURE, 1 - SURE)
        return float((counted * np.log(share) + (orders - counted) * np.log1p(-share)).sum())

    best = max(WEEKS_TRIED, key=likelihood)
    return best if likelihood(best) - likelihood(WEEKS_TRIED[0]) > CLEARLY else WEEKS_TRIED[0]
