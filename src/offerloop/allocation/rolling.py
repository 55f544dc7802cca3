"""The price of a budget by the customers who came lately."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from offerloop.allocation.frontier import FrontierSteps, cheapest
from offerloop.allocation.problem import COST, Block
from offerloop.arrays import Floats, Ints

PLAN_WEIGHT = 0.005
"""Share of the budget that planned costs count for before true ones are known."""


class RollingSample:
    """The latest arrivals, as steps of their frontiers, from which the price of a budget is read."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._seen = 0
        self._new: list[tuple[Floats, Ints]] = []
        self._steps = FrontierSteps.none()

    def add(self, profit: Floats, cost: Ints) -> None:
        """Arrivals (n, K), the latest last; the oldest beyond `size` are forgotten."""
        self._new.append((profit, cost))

    def price(self, budget_each: float) -> float:
        """The price at which the sample spends `budget_each` per arrival; 0 when it cannot spend so much.

        It is the return of the first frontier step that no longer fits, as in the linear relaxation of the
        multiple-choice knapsack (Sinha and Zoltners 1979), so at this price the sample spends at most that.
        """
        self._walk()
        slope, order = self._steps.slope, np.argsort(-self._steps.slope)
        fit = budget_each * min(self._seen, self.size)
        first = int(np.searchsorted(np.cumsum(self._steps.cost[order]), fit, side="right"))
        return float(slope[order[first]]) if first < len(order) else 0.0

    def _walk(self) -> None:
        """Steps of new arrivals, numbered in their order; those of forgotten ones go."""
        if not self._new:
            return
        profits, costs = zip(*self._new, strict=True)
        self._new.clear()
        block = Block(np.arange(sum(map(len, profits))), np.concatenate(profits), {COST: np.concatenate(costs)})
        steps = FrontierSteps.between(block, cheapest(block), 0.0)
        steps = replace(steps, row=steps.row + self._seen)
        self._seen += block.size
        both = FrontierSteps.joined([self._steps, steps])
        self._steps = both.of(np.flatnonzero(both.row >= self._seen - self.size))
