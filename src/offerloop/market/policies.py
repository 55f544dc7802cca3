"""Ways to give offers in a market; what any other policy is compared with.

All but the blanket offer stay within the preset's budget of liabilities.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from offerloop.allocation import Problem, solve
from offerloop.arrays import Floats, Ints
from offerloop.market.observation import Observation
from offerloop.market.simulation import Market
from offerloop.market.truth import true_effects
from offerloop.offers import NO_OFFER, NOTHING

WORLDS = 20
"""Worlds of luck by which the oracle knows offers on the whole basket."""
RECENT_WEEKS = 8
DRAWN = 0.5
"""Share of customers with an offer where offers are drawn at random."""


@dataclass(frozen=True)
class OfferDraw:
    """Who gets what in one period."""

    offer: Ints
    """(customers,): position of the offer, -1 for none."""
    propensity: Floats | None = None
    """(customers,): probability of what was given, where chance decided."""

    def assignments(self, market: Market) -> pl.DataFrame:
        """customer_id, offer_id and the propensity: what `Market.step` takes."""
        names = [*market.terms.ids, NO_OFFER]
        table = pl.DataFrame({"customer_id": market.ids, "offer_id": [names[k] for k in self.offer]})
        return table if self.propensity is None else table.with_columns(propensity=pl.Series(self.propensity))


Rule = Callable[[Market, int, np.random.Generator], OfferDraw]
"""From a market, the budget of the period in minor units of liability, and chance."""


@dataclass(frozen=True)
class Logged:
    """A week in which offers were given at random; arrays of shape (customers,)."""

    observation: Observation
    """What was known before it."""
    offer: Ints
    value_minor: Floats
    cost_minor: Floats


@dataclass(frozen=True)
class SimulatedPolicy:
    """A rule, and what is to be said of it."""

    rule: Rule
    facts: dict[str, float] = field(default_factory=dict)


def nothing(market: Market, budget: int, rng: np.random.Generator) -> OfferDraw:
    """No offer to anybody."""
    del budget, rng
    return OfferDraw(np.full(market.customers, NOTHING))


def random(market: Market, budget: int, rng: np.random.Generator) -> OfferDraw:
    """Random customers, so many that the most expensive offer for each would fit, and one of all offers each."""
    menu = market.terms.menu
    n = min(budget // max(int(market.terms.liability_minor[menu].max()), 1), market.customers)
    return _at_random(market, rng, rng.choice(market.customers, n, replace=False), n / market.customers)


def offers_at_random(market: Market, rng: np.random.Generator) -> OfferDraw:
    """One of all offers for about half of the customers, whatever that costs: a log to learn from."""
    return _at_random(market, rng, np.flatnonzero(rng.random(market.customers) < DRAWN), DRAWN)


def _at_random(market: Market, rng: np.random.Generator, chosen: Ints, share: float) -> OfferDraw:
    menu, offer = market.terms.menu, np.full(market.customers, NOTHING)
    offer[chosen] = rng.choice(menu, len(chosen))
    return OfferDraw(offer, np.where(offer >= 0, share / len(menu), 1 - share))


def blanket(market: Market, budget: int, rng: np.random.Generator) -> OfferDraw:
    """The blanket offer, paid by the shop itself, to everybody, whatever it costs."""
    del budget, rng
    return OfferDraw(np.full(market.customers, market.terms.size - 1))


def same(market: Market, budget: int, rng: np.random.Generator) -> OfferDraw:
    """The first offer of the campaign to random customers, as many as the budget allows."""
    return _to(market, rng.permutation(market.customers), budget)


def buyers(market: Market, budget: int, rng: np.random.Generator) -> OfferDraw:
    """The first offer of the campaign to the customers with the highest recent spend: who buys anyway."""
    del rng
    recent = pl.concat([part["order_lines"] for part in market.parts[-RECENT_WEEKS:]])
    recent = recent.filter(pl.col("at") < market.today)
    spent = recent.group_by("customer_id").agg(pl.col("paid").sum())
    worth = np.zeros(market.customers)
    worth[spent["customer_id"].to_numpy() - market.first] = spent["paid"].to_numpy()
    return _to(market, np.argsort(-worth, kind="stable"), budget)


def oracle(market: Market, budget: int, rng: np.random.Generator) -> OfferDraw:
    """The plan over the true effects of the coming period, which no real policy knows; later weeks do not count."""
    del rng
    return within(market, true_effects(market, WORLDS, market.terms.menu).profit_minor, budget)


def within(market: Market, profit_minor: Floats, budget: int) -> OfferDraw:
    """The best plan over (customers, offers) profits within a budget of liabilities."""
    menu = market.terms.menu
    cost = np.broadcast_to(market.terms.liability_minor[menu], (market.customers, len(menu)))
    slot = solve(Problem.of(profit_minor[:, menu], cost, budget, customer=market.ids)).choice[:, 0]
    return OfferDraw(np.where(slot == NOTHING, NOTHING, menu[slot]))


def _to(market: Market, order: Ints, budget: int) -> OfferDraw:
    offer = np.full(market.customers, NOTHING)
    offer[order[: budget // max(int(market.terms.liability_minor[0]), 1)]] = 0
    return OfferDraw(offer)
