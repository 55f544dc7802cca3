"""What the mean customer buys in a week, to which a customer's own purchases are shrunk.

How often orders reach a threshold, and how much of them lies below a maximum, is shrunk to what is usual of customers
with such orders (`ReachByWorth`).
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
WEEKS_TRIED = (1.0, 0.25, 0.5, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0)
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
    """How often orders reach a threshold, and what share of their value lies below a limit, by what the customer's
    earlier orders are worth.

    Later windows say so: a few large orders by chance make a customer's orders look large, and reach it as often.
    """

    edges: Floats = field(default_factory=lambda: np.zeros(0))
    """(groups - 1,): the worth of orders between groups of customers, in minor units."""
    by_scope: Mapping[OfferScope, Floats] = field(default_factory=dict)
    """(2, groups) of each scope with a threshold: the shares of value and of orders that count."""
    by_limit: Mapping[Limit, Floats] = field(default_factory=dict)
    """(groups,) of each limit: the share of value that lies below it."""

    def shares(self, scope: OfferScope, worth: Floats) -> Floats | None:
        """(2, n): shares of customers whose orders are worth so much (n,); None where it is not known."""
        if scope not in self.by_scope:
            return None
        return self.by_scope[scope][:, np.searchsorted(self.edges, worth, side="right")]

    def below(self, limit: Limit, worth: Floats) -> Floats | None:
        """(n,): the share of value below a limit of customers whose orders are worth so much (n,); None where it is not
        known."""
        if limit not in self.by_limit:
            return None
        return self.by_limit[limit][np.searchsorted(self.edges, worth, side="right")]

    @classmethod
    def fit(
        cls, worth: Floats, whole: Floats, counted: Mapping[OfferScope, Floats], limited: Mapping[Limit, Floats]
    ) -> ReachByWorth:
        """Learn from windows (n,) of customers of such orders: value and orders (2, n) of all and of what counts, and
        value (2, n) below limits and in all."""
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
        by_limit = {}
        for limit, sums in limited.items():
            below, value = sums.sum(axis=1)
            if value > 0:
                of_groups = by_group(sums) + prior[0] * np.array([[below / value], [1.0]])
                by_limit[limit] = of_groups[0] / of_groups[1]
        return cls(edges, by_scope, by_limit)


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
    below_weeks: Mapping[Limit, float] = field(default_factory=dict)
    """How many such weeks the share below each limit is shrunk by."""
    reach: ReachByWorth = field(default_factory=ReachByWorth)
    """How often orders of customers reach thresholds, and lie below limits, by what these are worth."""

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

    def below_limit(self, limit: Limit, worth: Floats) -> Floats:
        """(2, n): value below a limit and in all, in a usual week of customers with such orders (n,)."""
        below, value = self.below[limit]
        share = self.reach.below(limit, worth)
        return np.stack([np.full(len(worth), below) if share is None else value * share, np.full(len(worth), value)])

    def added_below(self, worth: Floats) -> dict[Limit, Floats]:
        """Return `below_limit` of as many weeks as the share below each limit is shrunk by."""
        return {limit: weeks * self.below_limit(limit, worth) for limit, weeks in self.below_weeks.items()}

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


def dispersion(part: Floats, whole: Floats, part_before: Floats, before: Floats) -> float:
    """Return Pearson's estimate of the dispersion of shares part / whole (n,) around those before: how many units of
    `whole` tell as much as one of a binomial number (McCullagh and Nelder 1989, section 4.5)."""
    some = whole > 0
    share = np.clip(part_before / np.maximum(before, TINY), SURE, 1 - SURE)
    squares = (part - share * whole)[some] ** 2 / (share * (1 - share) * whole)[some]
    return max(float(squares.mean()), TINY) if some.any() else 1.0
