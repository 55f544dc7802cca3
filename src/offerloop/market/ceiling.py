"""The fair ceiling: the best plan that profile columns alone allow, whoever had learned from all the data in the world.

LightGBM is fitted to the *true* effects of many fresh customers of the same shop, who are then forgotten, and predicts
those of the shop's own customers from what the shop can see of them. Per period: what an offer does to later weeks
does not count.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from offerloop.arrays import Floats, Ints
from offerloop.market.observation import Columns, Observation, observation_of
from offerloop.market.policies import WORLDS, OfferDraw, SimulatedPolicy, offers_at_random, within
from offerloop.market.simulation import Market
from offerloop.market.truth import true_effects

BLOCK = 20_000
"""Fresh customers at a time: bounds the memory."""
FIRST = 10_000_001
"""Id of the first of them: far from any of the shop's own."""
OFFERED_WEEKS = 4
"""Weeks in which half of them were given something before, so that they have the fatigue of others."""
OFFERS_EACH = 4
"""Offers of each customer that are learned from; all of them would be many alike rows."""
SETTINGS = {
    "objective": "regression", "num_leaves": 63, "learning_rate": 0.05, "min_data_in_leaf": 200, "lambda_l2": 10.0,
    "feature_fraction": 0.7, "bagging_fraction": 0.7, "bagging_freq": 1, "num_threads": 1, "deterministic": True,
    "force_row_wise": True, "verbosity": -1, "seed": 1,
}  # fmt: skip
TREES = 300


def fair_ceiling(market: Market, fresh: int, on_step: Callable[[], None]) -> SimulatedPolicy:
    """The plan over effects predicted from profiles, learned from `fresh` customers; its R2 is a fact of the policy.

    R2 is that of profit over customers and offers, on a block of a tenth of them that was not fitted to. `on_step` is
    called after each block.
    """
    model, r2 = _fit(market, fresh, on_step)

    def rule(market: Market, budget: int, rng: np.random.Generator) -> OfferDraw:
        del rng
        view = observation_of(market)
        menu = market.terms.menu
        profit = np.full((market.customers, market.terms.size), -np.inf)
        for k in menu:
            profit[:, k] = model.predict(_columns(view, np.full(market.customers, k)))
        return within(market, profit, budget)

    return SimulatedPolicy(rule, {"r2": r2, "fresh_customers": float(fresh)})


@dataclass(frozen=True)
class _FreshCustomers:
    """Some fresh customers: what can be seen of them, and the truth."""

    observation: Observation
    profit: Floats
    """(customers, offers)."""

    def rows(self, offers: Ints) -> tuple[Columns, Floats]:
        """Columns and truth for one offer of each customer."""
        return _columns(self.observation, offers), self.profit[np.arange(len(offers)), offers]


def blocks_of(fresh: int) -> int:
    """Return how often `on_step` is called."""
    size = min(BLOCK, -(-fresh // 10))
    return -(-fresh // size)


def _fit(market: Market, fresh: int, on_step: Callable[[], None]) -> tuple[Any, float]:
    import lightgbm as lgb

    rng = np.random.default_rng(market.seed)
    menu, size = market.terms.menu, min(BLOCK, -(-fresh // 10))
    held, xs, ys = _block(market, FIRST, size, rng), [], []
    on_step()
    for start in range(size, fresh, size):
        block = _block(market, FIRST + start, min(size, fresh - start), rng)
        for _ in range(min(OFFERS_EACH, len(menu))):
            x, y = block.rows(rng.choice(menu, len(block.profit)))
            xs.append(x)
            ys.append(y)
        on_step()
    table = lgb.Dataset(np.concatenate(xs), np.concatenate(ys), categorical_feature=[0])
    model = lgb.train(SETTINGS, table, TREES)
    parts = [held.rows(np.full(size, k)) for k in menu]
    true = np.concatenate([y for _, y in parts])
    missed = true - np.concatenate([model.predict(x) for x, _ in parts])
    return model, float(1 - np.mean(missed**2) / np.var(true))


def _block(market: Market, first: int, size: int, rng: np.random.Generator) -> _FreshCustomers:
    """The same shop with other customers, as many weeks on."""
    early = max(market.week - OFFERED_WEEKS, 1)
    other = Market(market.preset, size, market.products, market.seed, early, first)
    other.terms = market.terms
    while other.week < market.week:
        drawn = offers_at_random(other, rng)
        other.advance(drawn.offer, drawn.propensity)
    return _FreshCustomers(observation_of(other), true_effects(other, WORLDS, other.terms.menu).profit_minor)


def _columns(view: Observation, offers: Ints) -> Columns:
    """The offer, the profile, and what the customer buys in the offer's scope."""
    scope = np.zeros((len(offers), view.by_category.shape[2]), dtype=np.float32)
    for k in np.unique(offers):
        rows = offers == k
        scope[rows] = view.in_scope(int(k))[rows]
    return np.column_stack([offers.astype(np.float32), view.profile, scope])
