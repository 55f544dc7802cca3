"""Who gets what in a period: the plan by what is believed, and some of it by lot so that beliefs can be wrong.

A share e of the customers explores: each draws one of the K offers, or nothing, with equal chances. So many explore
that even if each drew the dearest offer, the exploration budget would hold; the plan has the rest of the budget. It is
held back from a share b of the customers that it has an offer for, at least b of its liability less that of one offer,
and may be as much larger. With the plan's offer k* of a customer (see `allocation.draw`)

    P(k) = (1 - e) (1 - b) 1[k = k*] + e / (K + 1)
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import erf, sqrt

import numpy as np

from offerloop.allocation import Problem, solve
from offerloop.arrays import Floats, Ints, Names
from offerloop.decision import MOST_EXPLORE, Shares, draw_explorers, draw_holdback, n_explorers
from offerloop.loop.belief import Belief, Scaling
from offerloop.loop.costs import Costs
from offerloop.loop.shop import ARM, Menu, Sight
from offerloop.offers import NOTHING
from offerloop.tables import EXPLORE, HOLDBACK, PLAN


@dataclass(frozen=True)
class Rules:
    """How a loop decides."""

    explore: float = 0.05
    """Share of the budget for offers given by lot."""
    most_explorers: float = MOST_EXPLORE
    """Share of customers who explore at most."""
    held: float = 0.05
    """Share of the customers with an offer in the plan from whom it is held back by lot."""
    proof: float = 1.96
    """Standard errors by which what was seen must be above the costs, where it could be: once in 40 shops in which
    offers do nothing."""
    power: float = 2.0
    """Where less could be seen, so many standard errors below what was hoped for: once in 44 shops in which offers do
    what was hoped."""

    def needed(self, hoped: float) -> float:
        """Standard errors that the plan must have shown, where the gain or loss that was thought of is so many of them:
        the more could have been seen, the more must have been.
        """
        return min(self.proof, abs(hoped) - self.power)


@dataclass(frozen=True)
class Evidence:
    """What speaks for a plan."""

    p_gain: float
    """How probable it is that it gains, by what is believed."""
    shown: float
    """What data alone say that it gains, in standard errors."""
    hoped: float
    """What was hoped of it before any data, in the same."""


@dataclass(frozen=True)
class Decision:
    """One period's offers."""

    given: Ints
    """(customers,): position of the offer, NOTHING for none."""
    planned: Ints
    """(customers,): what the plan has for them, NOTHING for everybody where it does not go out."""
    arm: Names
    """(customers,): PLAN, HOLDBACK or EXPLORE."""
    offers: int
    """How many there are."""
    explorers: int
    held: float
    """Share of planned offers that is held back."""
    evidence: Evidence
    """That the best plan gains."""
    liability_minor: int
    """Of what is given."""

    @property
    def sent(self) -> bool:
        """Whether a plan went out."""
        return bool((self.planned != NOTHING).any())

    @cached_property
    def chance(self) -> Floats:
        """(customers, offers): with which each was given."""
        shares = Shares(self.explorers / max(len(self.given), 1), holdback=self.held)
        plan = self.planned[:, None] == np.arange(self.offers)
        return shares.propensity(plan=plan, none=False, usual=False, drawn=1 / (self.offers + 1))

    @property
    def propensity(self) -> Floats:
        """(customers,): of what was given."""
        rows, told = np.arange(len(self.given)), self.given != NOTHING
        nothing = 1 - self.chance.sum(axis=1)
        return np.where(told, self.chance[rows, np.where(told, self.given, 0)], nothing)


@dataclass(frozen=True)
class Known:
    """What a decision rests on."""

    belief: Belief
    scaling: Scaling
    costs: Costs


def decide(
    sight: Sight, menu: Menu, known: Known, budget_minor: int, rules: Rules, rng: np.random.Generator, *, allowed: bool
) -> Decision:
    """Plan for everybody, then draw who explores, what, and from whom the plan is held back; what the budget
    counts of all that is given is within it. Without `allowed` no plan is sent.
    """
    n, k = sight.scope.shape
    cost = known.costs.expected_minor(sight, menu)
    counted = np.broadcast_to(menu.liability_minor, cost.shape)
    highest = counted.max(axis=0)
    most = max(int(highest.max()), 1)
    explorers = n_explorers(n, [(rules.explore * budget_minor, most)], rules.most_explorers)
    left = budget_minor - explorers * most
    held = rules.held if left > most else 0.0
    gain = sight.spend[:, None] * known.belief.per_spend(known.scaling) * known.belief.shares(sight.told)[:, menu.group]
    plan = _best(gain - cost, counted, int((left - most) / (1 - held)) if held else left)
    evidence = _evidence(plan, sight, menu, known, cost)
    sent = allowed and evidence.shown >= rules.needed(evidence.hoped)
    planned = plan if sent else np.full(n, NOTHING)
    given, arm = planned.copy(), np.full(n, PLAN, ARM)
    offered = np.flatnonzero(planned != NOTHING)
    back = draw_holdback(offered, counted[offered, planned[offered]], held, rng)
    given[back], arm[back] = NOTHING, HOLDBACK
    lot = draw_explorers(np.arange(n), explorers, rng)
    given[lot], arm[lot] = rng.integers(NOTHING, k, explorers), EXPLORE
    told = np.flatnonzero(given != NOTHING)
    spent = int(counted[told, given[told]].sum())
    return Decision(given, planned, arm, k, explorers, held, evidence, spent)


def _best(profit: Floats, counted: Ints, budget_minor: int) -> Ints:
    return solve(Problem.of(profit, counted, budget_minor)).choice[:, 0].astype(np.int64)


def _evidence(plan: Ints, sight: Sight, menu: Menu, known: Known, cost: Floats) -> Evidence:
    """The gain of a plan is linear in the shares, which are normal before and after the data; what these alone say is
    what takes the one to the other.
    """
    told = np.flatnonzero(plan != NOTHING)
    belief, spend = known.belief, sight.spend[told] * known.belief.per_spend(known.scaling)
    weight = np.append(np.bincount(menu.group[plan[told]], spend, menu.groups), spend @ sight.told[told])
    spent = float(cost[told, plan[told]].sum())
    mean, spread = float(weight @ belief.mean) - spent, float(weight @ belief.covariance @ weight)
    prior, before = float(weight @ belief.prior_mean) - spent, float(weight @ belief.prior_covariance @ weight)
    if min(spread, before) <= 0:
        return Evidence(float(mean > 0), 0.0, 0.0)
    p_gain = 0.5 * (1 + erf(mean / sqrt(2 * spread)))
    precision = 1 / spread - 1 / before
    if precision <= 0:
        return Evidence(p_gain, 0.0, 0.0)
    return Evidence(p_gain, (mean / spread - prior / before) / sqrt(precision), prior * sqrt(precision))
