"""Who gets what in a period: the plan by what is believed, and a few customers by lot so that beliefs can be wrong.

A share e of the customers explores: each draws one of the K offers, or nothing, with equal chances. So many explore
that even if each drew the dearest offer, the exploration budget would hold; the plan has the rest of the budget. With
the plan's offer k* of a customer

    P(k) = (1 - e) 1[k = k*] + e / (K + 1)
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import erf, sqrt

import numpy as np

from offerloop.allocation.choose import NONE
from offerloop.allocation.problem import Problem
from offerloop.allocation.solving import solve
from offerloop.loop.belief import Belief, Scaling
from offerloop.loop.costs import Costs
from offerloop.loop.shop import NOTHING, Floats, Ints, Menu, Sight


@dataclass(frozen=True)
class Rules:
    """How a loop decides."""

    explore: float = 0.1
    """Share of the budget for offers given by lot."""
    most_explorers: float = 0.1
    """Share of customers who explore at most."""
    sure_at_first: float = 0.5
    """How probable it must be that the plan gains anything, when nothing but the prior is known; else only explorers
    get offers."""
    sure_at_last: float = 0.95
    """The same when the data have settled what the prior left open."""

    def sure(self, settled: float) -> float:
        """How probable it must be when so much of the prior's variance is gone, 0 to 1: the more the data could have
        shown, the more they must.
        """
        return self.sure_at_first + (self.sure_at_last - self.sure_at_first) * settled**2


@dataclass(frozen=True)
class Decision:
    """One period's offers."""

    given: Ints
    """(customers,): position of the offer, NOTHING for none."""
    planned: Ints
    """(customers,): what everybody but explorers gets."""
    offers: int
    """How many there are."""
    explorers: int
    sent: bool
    """Whether the plan went out."""
    p_gain: float
    """How probable it is that the plan gains."""

    @cached_property
    def chance(self) -> Floats:
        """(customers, offers): with which each was given."""
        n = len(self.given)
        found = np.full((n, self.offers), self.explorers / n / (self.offers + 1))
        told = np.flatnonzero(self.planned != NOTHING)
        found[told, self.planned[told]] += 1 - self.explorers / n
        return found

    @property
    def propensity(self) -> Floats:
        """(customers,): of what was given."""
        rows, told = np.arange(len(self.given)), self.given != NOTHING
        nothing = 1 - self.chance.sum(axis=1)
        return np.where(told, self.chance[rows, np.where(told, self.given, 0)], nothing)


def decide(
    sight: Sight,
    menu: Menu,
    belief: Belief,
    scaling: Scaling,
    costs: Costs,
    budget_minor: int,
    rules: Rules,
    rng: np.random.Generator,
) -> Decision:
    """Plan for everybody, then draw who explores and what; the liability of both is within the budget."""
    n, k = sight.scope.shape
    explorers = min(
        int(rules.explore * budget_minor / max(int(menu.liability_minor.max()), 1)), int(rules.most_explorers * n)
    )
    left = budget_minor - explorers * int(menu.liability_minor.max())
    cost = costs.expected_minor(sight, menu)
    gain = sight.spend[:, None] * belief.per_spend(scaling)[menu.group]
    plan = _best(gain - cost, menu, left)
    p_gain = _p_gain(plan, sight, menu, belief, scaling, cost)
    sent = p_gain >= rules.sure(belief.settled) and bool((plan != NOTHING).any())
    planned = plan if sent else np.full(n, NOTHING)
    given, lot = planned.copy(), rng.choice(n, explorers, replace=False)
    given[lot] = rng.integers(NOTHING, k, explorers)
    return Decision(given, planned, k, explorers, sent, p_gain)


def _best(profit: Floats, menu: Menu, budget_minor: int) -> Ints:
    cost = np.broadcast_to(menu.liability_minor, profit.shape)
    slot = solve(Problem.of(profit, cost, budget_minor)).choice[:, 0]
    return np.where(slot == NONE, NOTHING, slot).astype(np.int64)


def _p_gain(plan: Ints, sight: Sight, menu: Menu, belief: Belief, scaling: Scaling, cost: Floats) -> float:
    """That the plan gains more than it costs: both are linear in the shares, whose distribution is normal."""
    told = np.flatnonzero(plan != NOTHING)
    group = menu.group[plan[told]]
    unit = belief.per_spend(scaling, np.ones(menu.groups))
    weight = np.bincount(group, sight.spend[told], menu.groups) * unit
    mean = float(weight @ belief.mean - cost[told, plan[told]].sum())
    spread = sqrt(max(float(weight @ belief.covariance @ weight), 0.0))
    if spread == 0:
        return float(mean > 0)
    return 0.5 * (1 + erf(mean / spread / sqrt(2)))
