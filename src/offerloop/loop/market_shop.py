"""A simulated shop for the loop, by what a shop can see of itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from offerloop.arrays import Floats
from offerloop.loop.decide import Decision, Rules
from offerloop.loop.learning import Loop
from offerloop.loop.market_sight import Purchases
from offerloop.loop.shop import Menu, Period, Pulse, Sight
from offerloop.loop.watch import Watched, pulse_of, watched
from offerloop.market import DRAWN, SCALE, SPEND_AND_SAVE, Given, Logged, Market, Rule, Terms, lines_of


def menu_of(terms: Terms) -> Menu:
    """What a plan may give; the menu comes first among the market's offers."""
    menu = terms.menu
    alike = np.column_stack([terms.kind, terms.percent])[menu]
    amount = terms.kind[menu] == SPEND_AND_SAVE
    return Menu(
        ids=tuple(terms.ids[k] for k in menu),
        group=np.unique(alike, axis=0, return_inverse=True)[1].ravel().astype(np.int64),
        share_off=np.where(amount, 0.0, terms.percent[menu] / 100),
        threshold_minor=np.where(amount, terms.threshold_minor[menu], 0).astype(np.float64),
        off_minor=np.where(amount, terms.off_minor[menu], 0).astype(np.float64),
        most_minor=terms.most_minor[menu].astype(np.float64),
        own_share=terms.own_share[menu],
        liability_minor=terms.liability_minor[menu],
    )


def outcome_of(market: Market, part: int = -1) -> tuple[Floats, Floats]:
    """Value and cost of a week, the last one unless named, (customers,) minor units, from its order lines; what came
    back counts for neither side.
    """
    lines = market.parts[part]["order_lines"]
    customer = lines["customer_id"].to_numpy() - market.first
    shelf = SCALE * (lines["list_value"] - lines["discount"]).to_numpy()
    bought = lines["quantity"].to_numpy() * market.shop.cost_minor[lines["product_id"].to_numpy() - 1]
    cost = SCALE * (lines["coupon"] - lines["reimbursed"]).to_numpy()
    value, paid = (np.bincount(customer, one, market.customers) for one in (shelf - bought, cost))
    return value.astype(np.float64), paid.astype(np.float64)


def signs_of(market: Market, profit_minor: Floats, part: int = -1) -> tuple[Watched, Pulse]:
    """What guardrails and drift read off a week."""
    week = market.parts[part]
    lines = lines_of(week["order_lines"])
    ratings = week["events"].filter(pl.col("kind") == "rating")
    numbers = pl.DataFrame({"product_id": np.arange(1, market.products + 1), "number": np.arange(market.products)})
    bought, returned = lines.filter(pl.col("quantity") > 0), lines.filter(pl.col("quantity") < 0)
    return watched(bought, returned, ratings, pl.Series(market.ids), profit_minor), pulse_of(bought, numbers)


def period_of(market: Market, sight: Sight, decision: Decision) -> Period:
    """The last week, in which this was given."""
    value, cost = outcome_of(market)
    done = (decision.given, decision.chance, value, cost, decision.planned, decision.arm, decision.held, value - cost)
    return Period(sight, *done, *signs_of(market, value - cost))


@dataclass
class MarketShop:
    """A market as the shop of a loop that may be stopped; it is played again up to where it was."""

    market: Market
    given: int = 0
    """Periods so far."""
    purchases: Purchases = field(default_factory=Purchases)

    def sight(self) -> Sight:
        """What is known before the coming week."""
        self.purchases.catch_up(self.market)
        return self.purchases.sight(self.market)

    def give(self, period: int, decision: Decision) -> None:
        """Play the week of a period; the second time for it nothing happens."""
        if period == self.given:
            self.market.advance(decision.given, decision.propensity)
            self.given += 1

    def outcome(self, sight: Sight, decision: Decision) -> Period:
        """What came of the last week."""
        return period_of(self.market, sight, decision)


@dataclass
class LoopRule:
    """The loop as one of the policies that a market can be played with."""

    loop: Loop
    purchases: Purchases
    decisions: list[Decision] = field(default_factory=list)
    before: Sight | None = None
    """What was seen before the last decision."""

    def __call__(self, market: Market, budget: int, rng: np.random.Generator) -> Given:
        """Learn from the week before, if it was ours, and decide on the coming one."""
        del budget  # the loop's own
        if self.before is not None:
            last = self.decisions[-1]
            self.loop.learn(period_of(market, self.before, last))
        self.purchases.catch_up(market)
        self.before = self.purchases.sight(market)
        decision = self.loop.decide(self.before, rng)
        self.decisions.append(decision)
        return Given(decision.given, decision.propensity)


def learned_from(loop: Loop, market: Market, weeks: int, tell: Callable[[int], None] = lambda _: None) -> Purchases:
    """Let a loop learn from the last weeks of a market, which were a lottery; what was bought in all weeks.

    `tell` is called after each of them.
    """
    chance = np.full((market.customers, len(loop.menu.ids)), DRAWN / len(loop.menu.ids))
    purchases, all_weeks = Purchases(), len(market.parts)
    for week, part in enumerate(range(all_weeks - weeks, all_weeks)):
        purchases.catch_up(market, part)
        given = market.positions(market.parts[part]["exposures"])
        value, cost = outcome_of(market, part)
        watched_of, pulse = signs_of(market, value - cost, part)
        sight = purchases.sight(market)
        loop.learn(Period(sight, given, chance, value, cost, watched=watched_of, pulse=pulse))
        tell(week)
    purchases.catch_up(market)
    return purchases


def loop_policy(market: Market, log: Sequence[Logged], budget: int, rules: Rules | None = None) -> Rule:
    """A loop that begins with what weeks of a lottery showed."""
    loop = Loop(menu_of(market.terms), budget, rules or Rules())
    return LoopRule(loop, learned_from(loop, market, len(log)))
