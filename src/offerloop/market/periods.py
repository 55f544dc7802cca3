"""A policy over several periods beside the same shop without any offer: what it gained, and what it only moved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from offerloop.market.policies import Policy, liabilities
from offerloop.market.preset import Preset
from offerloop.market.simulation import Market, Outcome
from offerloop.market.terms import NOTHING
from offerloop.market.world import Ints

PERIOD_COLUMNS = (
    "world", "period", "offered", "liability_minor", "buyers", "sales_minor", "discount_minor", "cost_minor",
    "profit_minor", "plain_buyers", "plain_sales_minor", "plain_profit_minor",
)  # fmt: skip
"""`plain` is of the twin shop that never gives anything, with the same customers and the same luck."""


@dataclass(frozen=True)
class Setting:
    """One simulation."""

    preset: Preset
    customers: int
    products: int
    before: int
    """Weeks without offers that come first."""
    periods: int
    """Weeks of the policy."""


def play(setting: Setting, policy: Policy, world: int, tell: Callable[[], None]) -> tuple[Market, pl.DataFrame]:
    """The market after its last period, and a row for each. `tell` is called after each."""
    ours, twin = (Market(setting.preset, setting.customers, setting.products, world, setting.before) for _ in range(2))
    rng = np.random.default_rng(world)
    budget = round(100 * setting.preset.campaign.budget * setting.customers)
    rows = []
    for period in range(setting.periods):
        given = policy(ours, budget, rng)
        done = ours.advance(given.offer, given.propensity)
        plain = twin.advance(np.full(setting.customers, NOTHING), None)
        told = given.offer[given.offer >= 0]
        rows.append((world, period, len(told), int(liabilities(ours)[told].sum()), *_sums(ours, done, given.offer),
                     *_plain(twin, plain)))  # fmt: skip
        tell()
    return ours, pl.DataFrame(rows, schema=list(PERIOD_COLUMNS), orient="row")


def _sums(market: Market, done: Outcome, offer: Ints) -> tuple[float, ...]:
    cost = float(done.cost_minor(market.customers, market.terms.own_share[offer]).sum())
    value = float(done.value_minor(market.customers).sum())
    lines, discount = done.lines, int(done.discount_minor.sum())
    return (len(np.unique(lines.customer)), int(lines.shelf_minor.sum()) - discount, discount, cost, value - cost)


def _plain(market: Market, done: Outcome) -> tuple[float, ...]:
    buyers, sales, _, _, profit = _sums(market, done, np.full(market.customers, NOTHING))
    return buyers, sales, profit
