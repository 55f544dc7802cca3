"""What offers cost: of what they could take off a customer's usual spend, the share that they did take off.

Costs are seen with little noise, so a ratio for each group is enough: the sum of what offers of the group cost over the
sum of what they would have cost if everybody who got one had spent as usual and used it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from offerloop.arrays import Floats
from offerloop.loop.shop import Menu, Period, Sight
from offerloop.offers import NOTHING

BELIEVED = 5.0
"""Customers with usual spend who got an offer of a group that the first guess counts as."""
GUESS = 0.5
"""The share before anything is seen: half of what could be redeemed."""


@dataclass(frozen=True)
class Costs:
    """Sums by group; those of several periods are added."""

    cost: Floats
    possible: Floats

    def __add__(self, other: Costs) -> Costs:
        """Both together."""
        return Costs(self.cost + other.cost, self.possible + other.possible)

    def __mul__(self, share: float) -> Costs:
        """What is left when only so much of every offer counts."""
        return Costs(share * self.cost, share * self.possible)

    @classmethod
    def of(cls, period: Period, menu: Menu) -> Costs:
        """Of one period."""
        told = np.flatnonzero(period.given != NOTHING)
        offer = period.given[told]
        possible = possible_minor(period.sight, menu)[told, offer]
        group = menu.group[offer]
        sums = (np.bincount(group, weights, menu.groups) for weights in (period.cost_minor[told], possible))
        cost, could = (np.asarray(one, dtype=np.float64) for one in sums)
        return cls(cost, could)

    def expected_minor(self, sight: Sight, menu: Menu) -> Floats:
        """(customers, offers): what each offer would cost."""
        possible = possible_minor(sight, menu)
        usual = np.bincount(menu.group, possible.sum(axis=0), menu.groups) / np.bincount(menu.group)
        believed = BELIEVED * np.maximum(usual / max(len(possible), 1), 1.0)
        share = (self.cost + believed * GUESS) / (self.possible + believed)
        return possible * share[menu.group]


def possible_minor(sight: Sight, menu: Menu) -> Floats:
    """(customers, offers): own cost of a customer who spends as usual and uses the offer; of a threshold the part of it
    that is usually spent.
    """
    percent = np.minimum(sight.scope * menu.share_off, menu.most_minor)
    reached = np.minimum(sight.scope / np.maximum(menu.threshold_minor, 1.0), 1.0)
    amount = np.where(menu.threshold_minor > 0, reached, sight.scope > 0) * menu.off_minor
    return np.where(menu.share_off > 0, percent, amount) * menu.own_share
