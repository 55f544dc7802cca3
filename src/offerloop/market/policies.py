"""Simple ways to give offers in a market, each within the preset's budget; what any other policy is compared with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from offerloop.allocation.hull import solve
from offerloop.allocation.problem import Problem
from offerloop.market.noise import Floats
from offerloop.market.simulation import Market
from offerloop.market.terms import NOTHING
from offerloop.market.truth import true_effects
from offerloop.market.world import Ints
from offerloop.offers import NO_OFFER

WORLDS = 10
"""Worlds of luck that the oracle averages over."""
RECENT_WEEKS = 8


@dataclass(frozen=True)
class Given:
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


Policy = Callable[[Market, int, np.random.Generator], Given]
"""From a market, the budget of the period in minor units of liability, and chance."""


def liabilities(market: Market) -> Ints:
    """(offers,): the most that each offer can cost the shop, minor units, rounded up."""
    return np.ceil(market.terms.own_share * market.terms.most_minor).astype(np.int64)


def nothing(market: Market, budget: int, rng: np.random.Generator) -> Given:
    """No offer to anybody."""
    del budget, rng
    return Given(np.full(market.customers, NOTHING))


def random(market: Market, budget: int, rng: np.random.Generator) -> Given:
    """Random customers, so many that the dearest offer for each would fit, and one of all offers each."""
    n = min(budget // max(int(liabilities(market).max()), 1), market.customers)
    offer = np.full(market.customers, NOTHING)
    chosen = rng.choice(market.customers, n, replace=False)
    offer[chosen] = rng.integers(market.terms.size, size=n)
    share = n / market.customers
    return Given(offer, np.where(offer >= 0, share / market.terms.size, 1 - share))


def same(market: Market, budget: int, rng: np.random.Generator) -> Given:
    """The first offer of the campaign to random customers, as many as the budget allows."""
    return _to(market, rng.permutation(market.customers), budget)


def buyers(market: Market, budget: int, rng: np.random.Generator) -> Given:
    """The first offer of the campaign to whoever spent most in the last weeks: who buys anyway."""
    del rng
    recent = pl.concat([part["order_lines"] for part in market.parts[-RECENT_WEEKS:]])
    spent = recent.group_by("customer_id").agg(pl.col("paid").sum())
    worth = np.zeros(market.customers)
    worth[spent["customer_id"].to_numpy() - 1] = spent["paid"].to_numpy()
    return _to(market, np.argsort(-worth, kind="stable"), budget)


def oracle(market: Market, budget: int, rng: np.random.Generator) -> Given:
    """The plan over the true effects of the coming period, which no real policy knows; later weeks do not count."""
    del rng
    return within(market, true_effects(market, WORLDS).profit_minor, budget)


def within(market: Market, profit_minor: Floats, budget: int) -> Given:
    """The best plan over (customers, offers) profits within a budget of liabilities."""
    n, k = profit_minor.shape
    cost = np.tile(liabilities(market), n)
    problem = Problem(np.repeat(np.arange(n), k), profit_minor.ravel(), cost, budget, market.ids)
    chosen = solve(problem).chosen
    offer = np.full(n, NOTHING)
    offer[chosen // k] = chosen % k
    return Given(offer)


def _to(market: Market, order: Ints, budget: int) -> Given:
    offer = np.full(market.customers, NOTHING)
    offer[order[: budget // max(int(liabilities(market)[0]), 1)]] = 0
    return Given(offer)


POLICIES: dict[str, Policy] = {
    "nothing": nothing, "random": random, "same": same, "buyers": buyers, "oracle": oracle,
}  # fmt: skip
"""By name, as the command line takes them."""
