"""What only a simulated shop knows: the effect of every offer on every customer.

An offer on one category has a formula (`market.expected`). For one on the whole basket the coming week is played with
and without it under the same luck (common random numbers), always borne in mind and then weighted by the chance of
that, in several worlds of luck.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from offerloop.arrays import Floats, Ints
from offerloop.market.expected import exact, expected_effects
from offerloop.market.simulation import Market
from offerloop.offers import NOTHING

BLOCK = 5_000
"""Customers at a time: bounds the memory."""


@dataclass(frozen=True)
class Truth:
    """True effects in the coming week, against giving nothing; arrays of shape (customers, offers)."""

    value_minor: Floats
    """Margin gained before the offer's cost."""
    cost_minor: Floats
    """Own part of the discount, redeemed on usual purchases too."""

    @property
    def profit_minor(self) -> Floats:
        """The value of the offers less their cost."""
        return self.value_minor - self.cost_minor


def true_effects(market: Market, worlds: int, among: Ints | None = None) -> Truth:
    """The expected week with each offer less the same week without it.

    Only the coming week counts: what a purchase takes from later weeks is left out, and a flash sale has stock for
    everybody. `worlds` are those of offers on the whole basket, whose effects keep some noise of luck. Of these only
    the positions `among` are played, all of them by default; the others have NaN.
    """
    week = market.coming(market.noise, replace(market.terms, stock=np.zeros_like(market.terms.stock)))
    blocks = [slice(start, start + BLOCK) for start in range(0, market.customers, BLOCK)]
    parts = [
        expected_effects(week, market.people.part(block.start, block.stop), market.state.part(block.start, block.stop))
        for block in blocks
    ]
    value, cost, exposed_only = (np.concatenate(part) for part in zip(*parts, strict=True))
    keeps = week.keeping(market.people, market.state)
    wanted = range(market.terms.size) if among is None else among.tolist()
    for k in sorted(set(wanted) - set(exact(week))):
        more, off = _played(market, k, worlds)
        value[:, k] = keeps[:, k] * more + (1 - keeps[:, k]) * exposed_only[:, k]
        cost[:, k] = keeps[:, k] * market.terms.own_share[k] * off
    return Truth(value, cost)


def _played(market: Market, k: int, worlds: int) -> tuple[Floats, Floats]:
    """(customers,): mean value gained and discount of an offer that everybody bears in mind.

    Of discounts what comes back is taken in expectation, as its luck would be most of the error.
    """
    n = market.customers
    value, discount = np.zeros(n), np.zeros(n)
    for number in range(worlds):
        noise = market.noise.world(number)
        plain = market.play(np.full(n, NOTHING), noise)
        outcome = market.play(np.full(n, k), noise, borne=True)
        value += outcome.value_minor(n) - plain.value_minor(n)
        discount += np.bincount(outcome.lines.customer, outcome.discount_minor, n)
    return value / worlds, (1 - market.preset.products.returns) * discount / worlds
