"""A simulated shop for the loop, by what a shop can see of itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from offerloop.loop.decide import Decision, Rules
from offerloop.loop.learning import Loop
from offerloop.loop.shop import Floats, Menu, Period, Sight
from offerloop.market.policies import DRAWN, Given, Logged, Rule
from offerloop.market.seen import IN_SCOPE, PROFILE, Seen, seen
from offerloop.market.simulation import Market
from offerloop.market.tables import SCALE
from offerloop.market.terms import SPEND_AND_SAVE, Terms

SPENT = IN_SCOPE.index("list_minor_week")
TRAITS = tuple(place for place, name in enumerate(PROFILE) if name != "n_exposures")
"""What was shown before is what a plan did, not who the customer is."""


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


def sight_of(view: Seen, terms: Terms) -> Sight:
    """Before a week."""
    scope = np.stack([view.in_scope(int(k))[:, SPENT] for k in terms.menu], axis=1).astype(np.float64)
    spend = view.by_category[:, :, SPENT].sum(axis=1).astype(np.float64)
    return Sight(spend, scope, view.profile[:, TRAITS].astype(np.float64))


def outcome_of(market: Market) -> tuple[Floats, Floats]:
    """Value and cost of the last week, (customers,) minor units, from its order lines; what came back counts for
    neither side.
    """
    lines = market.parts[-1]["order_lines"]
    customer = lines["customer_id"].to_numpy() - market.first
    shelf = SCALE * (lines["list_value"] - lines["discount"]).to_numpy()
    bought = lines["quantity"].to_numpy() * market.shop.cost_minor[lines["product_id"].to_numpy() - 1]
    cost = SCALE * (lines["coupon"] - lines["reimbursed"]).to_numpy()
    value, paid = (np.bincount(customer, one, market.customers) for one in (shelf - bought, cost))
    return value.astype(np.float64), paid.astype(np.float64)


@dataclass
class MarketShop:
    """A market as the shop of a loop that may be stopped; it is played again up to where it was."""

    market: Market
    given: int = 0
    """Periods so far."""

    def sight(self, period: int, customers: Sequence[str] | None) -> Sight:
        """See `Shop.sight`."""
        del period, customers
        return sight_of(seen(self.market), self.market.terms)

    def give(self, period: int, sight: Sight, decision: Decision) -> None:
        """See `Shop.give`."""
        del sight
        if period == self.given:
            self.market.advance(decision.given, decision.propensity)
            self.given += 1

    def outcome(self, period: int, sight: Sight, decision: Decision) -> Period:
        """See `Shop.outcome`."""
        del period
        return Period(sight, decision.given, decision.chance, *outcome_of(self.market))


@dataclass
class LoopRule:
    """The loop as one of the policies that a market can be played with."""

    loop: Loop
    decisions: list[Decision] = field(default_factory=list)
    before: Sight | None = None
    """What was seen before the last decision."""

    def __call__(self, market: Market, budget: int, rng: np.random.Generator) -> Given:
        """Learn from the week before, if it was ours, and decide on the coming one."""
        del budget  # the loop's own
        if self.before is not None:
            last = self.decisions[-1]
            self.loop.learn(Period(self.before, last.given, last.chance, *outcome_of(market)))
        self.before = sight_of(seen(market), market.terms)
        decision = self.loop.decide(self.before, rng)
        self.decisions.append(decision)
        return Given(decision.given, decision.propensity)


def learned_from(loop: Loop, market: Market, log: Sequence[Logged]) -> None:
    """Let a loop learn from weeks of a lottery."""
    chance = np.full((market.customers, len(loop.menu.ids)), DRAWN / len(loop.menu.ids))
    for one in log:
        loop.learn(Period(sight_of(one.seen, market.terms), one.offer, chance, one.value_minor, one.cost_minor))


def loop_policy(market: Market, log: Sequence[Logged], budget: int, rules: Rules | None = None) -> Rule:
    """A loop that begins with what weeks of a lottery showed."""
    loop = Loop(menu_of(market.terms), budget, rules or Rules())
    learned_from(loop, market, log)
    return LoopRule(loop)
