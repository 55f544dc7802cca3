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
    """True profit a customer of the plan over told effects whose true spend is `spend`, or all that it would spend.

    Two plans on both sides of it are mixed, so that spends are equal.
    """

    def plan(price: float) -> Floats:
        worth = told.value - (1 + price) * np.maximum(told.cost, 1e-9)
        return np.eye(worth.shape[1])[worth.argmax(axis=1)] * (worth.max(axis=1) > 0)[:, None]

    def of(chosen: Floats, amount: Floats) -> float:
        return float((chosen * amount).sum() / len(amount))

    free = plan(0.0)
    if of(free, true.cost) <= spend:
        return of(free, true.profit)
    low, high = 0.0, 1e6
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if of(plan(middle), true.cost) > spend else (low, middle)
    more, less = plan(low), plan(high)
    spends = of(more, true.cost), of(less, true.cost)
    share = (spend - spends[1]) / max(spends[0] - spends[1], 1e-12)
    return share * of(more, true.profit) + (1 - share) * of(less, true.profit)


def rules(true: Effects, spend: float) -> tuple[float, float]:
    """True profit a customer of the depth that is best for everybody, and of random depths, to as many as it buys."""
    cost, profit = true.cost.mean(axis=0), true.profit.mean(axis=0)
    same = float(np.max(np.minimum(1.0, spend / np.maximum(cost, 1e-9)) * profit))
    return max(same, 0.0), float(min(1.0, spend / cost.mean()) * profit.mean())
