"""Plans of several makers, compared by true profit at the same true spend."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from offerloop.arrays import Bools, Floats

HALVINGS = 60


@dataclass(frozen=True, eq=False)
class Effects:
    """Of the coming week and what follows from it, against nothing; (customers, depths), minor units."""

    value: Floats
    cost: Floats

    @property
    def profit(self) -> Floats:
        """Value less cost."""
        return self.value - self.cost

    def of(self, some: Bools) -> Effects:
        """Those of some customers."""
        return Effects(self.value[some], self.cost[some])


def at_spend(told: Effects, true: Effects, spend: float) -> float:
    """True profit a customer of the plan over told effects whose true spend is `spend`, or all that it would spend."""
    return a_customer(plan_at(told, true.cost, spend), true.profit)


def plan_at(told: Effects, cost: Floats, spend: float) -> Floats:
    """(customers, depths): the share of each offer in the plan over told effects that costs `spend`, or less.

    Two plans on both sides of it are mixed, so that spends are equal.
    """

    def plan(price: float) -> Floats:
        worth = told.value - (1 + price) * np.maximum(told.cost, 1e-9)
        return np.eye(worth.shape[1])[worth.argmax(axis=1)] * (worth.max(axis=1) > 0)[:, None]

    free = plan(0.0)
    if a_customer(free, cost) <= spend:
        return free
    low, high = 0.0, 1e6
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if a_customer(plan(middle), cost) > spend else (low, middle)
    more, less = plan(low), plan(high)
    spends = a_customer(more, cost), a_customer(less, cost)
    share = (spend - spends[1]) / max(spends[0] - spends[1], 1e-12)
    return np.asarray(share * more + (1 - share) * less, dtype=np.float64)


def a_customer(given: Floats, amount: Floats) -> float:
    """Mean amount of what is given, over all customers."""
    return float((given * amount).sum() / len(given))


def rules(true: Effects, spend: float) -> tuple[float, float]:
    """True profit a customer of the depth that is best for everybody, and of random depths, to as many as it buys."""
    cost, profit = true.cost.mean(axis=0), true.profit.mean(axis=0)
    same = float(np.max(np.minimum(1.0, spend / np.maximum(cost, 1e-9)) * profit))
    return max(same, 0.0), float(min(1.0, spend / cost.mean()) * profit.mean())
