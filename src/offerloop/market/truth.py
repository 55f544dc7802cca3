"""What only a simulated shop knows: the effect of every offer on every customer, and the best that could be done."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from offerloop.market.noise import Floats
from offerloop.market.simulation import Market
from offerloop.market.terms import NOTHING


@dataclass(frozen=True)
class Truth:
    """Of the coming week, against giving nothing; arrays of shape (customers, offers)."""

    value_minor: Floats
    """Margin gained before the offer's cost."""
    cost_minor: Floats
    """Own part of the discount, redeemed on usual purchases too."""

    @property
    def profit_minor(self) -> Floats:
        """Value less cost."""
        return self.value_minor - self.cost_minor


def true_effects(market: Market, worlds: int) -> Truth:
    """The mean over some worlds of luck of the week with each offer less the same week without it.

    Both weeks have the same luck (common random numbers). Only the coming week counts: what a purchase takes from
    later weeks is left out, and a flash sale has stock for everybody.
    """
    terms = replace(market.terms, stock=np.zeros_like(market.terms.stock))
    shape = (market.customers, terms.size)
    value, cost = np.zeros(shape), np.zeros(shape)
    nobody = np.full(market.customers, NOTHING)
    for number in range(worlds):
        noise = market.noise.world(number)
        plain = market.play(nobody, noise, terms).value_minor(market.customers)
        for k in range(terms.size):
            found = market.play(np.full(market.customers, k), noise, terms)
            value[:, k] += found.value_minor(market.customers) - plain
            own = np.full(market.customers, terms.own_share[k])
            cost[:, k] += found.cost_minor(market.customers, own)
    return Truth(value / worlds, cost / worlds)
