"""Steps up each customer's efficient frontier of (cost, profit), the most profit per unit of cost first.

The linear relaxation of one budget is solved exactly by taking frontier steps in order of profit per unit of cost
(Sinha and Zoltners 1979, "The multiple-choice knapsack problem").
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from offerloop.allocation.problem import COST, Block
from offerloop.arrays import Floats, Ints
from offerloop.offers import NOTHING


@dataclass(frozen=True, eq=False)
class FrontierSteps:
    """The steps from one choice of a customer to the next more expensive one, arrays (steps,); best return first."""

    row: Ints
    """Position of the customer in its block."""
    slot: Ints
    """What is chosen after the step."""
    cost: Ints
    profit: Floats
    slope: Floats
    """Profit per unit of cost, never more than that of the customer's step before."""

    @classmethod
    def between(cls, block: Block, start: Ints, price: float) -> FrontierSteps:
        """All steps of a block from the choices `start` (n,) on, as far as they bring more than the price a unit.

        Every choice of `start` must be the best at some price. Equal returns: the lower id of the customer first.
        """
        cost, profit = with_nothing(block)
        rows = np.arange(block.size)
        now_cost, now_profit = cost[rows, start], profit[rows, start]
        last, parts = np.full(block.size, np.inf), [cls.none()]
        while len(rows):
            slope, slot = steepest(profit[rows] - now_profit[:, None], cost[rows] - now_cost[:, None])
            on = slope > price
            rows, slot, last = rows[on], slot[on], np.minimum(slope[on], last[on])
            slot = np.where(slot == block.width, NOTHING, slot)
            more = cost[rows, slot] - now_cost[on]
            parts.append(cls(rows, slot, more, profit[rows, slot] - now_profit[on], last))
            now_cost, now_profit = cost[rows, slot], profit[rows, slot]
        return cls.joined(parts).best_first(block)

    @classmethod
    def none(cls) -> FrontierSteps:
        """Return no steps."""
        whole = np.zeros(0, dtype=np.int64)
        return cls(whole, whole, whole, np.zeros(0), np.zeros(0))

    @classmethod
    def joined(cls, parts: list[FrontierSteps]) -> FrontierSteps:
        """Return the steps of several, one behind the other."""
        return cls(*(np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(cls)))

    def best_first(self, block: Block) -> FrontierSteps:
        """Return the steps by their return; of equals the lower id of the customer first."""
        return self.of(np.lexsort((block.customer[self.row], -self.slope)))

    def of(self, order: Ints) -> FrontierSteps:
        """Return some of the steps, in this order."""
        return FrontierSteps(*(getattr(self, one.name)[order] for one in fields(self)))

    def __len__(self) -> int:
        return len(self.row)


def with_nothing(block: Block) -> tuple[Ints, Floats]:
    """Cost and profit (n, w + 1), the last column of zeros, to which the slot `NOTHING` points."""
    none = np.zeros((block.size, 1))
    cost = np.hstack([block.measures[COST], none.astype(np.int64)]).astype(np.int64)
    return cost, np.hstack([block.profit, none]).astype(np.float64)


def steepest(profit: Floats, cost: Ints) -> tuple[Floats, Ints]:
    """Return the most profit per unit of cost (n,) among steps (n, w), and where; of equals the smallest step.

    -inf where nothing more expensive brings more.
    """
    costlier = (profit > 0) & (cost > 0)
    slope = np.divide(profit, cost, out=np.full(profit.shape, -np.inf), where=costlier)
    best = slope.max(axis=1)
    return best, np.where(slope == best[:, None], cost, np.iinfo(np.int64).max).argmin(axis=1)


def climb(block: Block) -> tuple[Ints, FrontierSteps]:
    """(n,): the cheapest choice of everybody, and all steps from there that bring anything.

    A few customers at a time, as the arrays of all of them side by side are large.
    """

    def from_cheapest(piece: Block) -> tuple[Ints, FrontierSteps]:
        start = cheapest(piece)
        return start, FrontierSteps.between(piece, start, 0.0)

    starts, parts, before = list[Ints](), list[FrontierSteps](), 0
    for start, steps in block.pieces().map(from_cheapest):
        starts.append(start)
        parts.append(replace(steps, row=steps.row + before))
        before += len(start)
    return np.concatenate(starts), FrontierSteps.joined(parts).best_first(block)


def cheapest(block: Block) -> Ints:
    """(n,): what costs least of everybody, and of that brings most; where the walk up the whole frontier starts."""
    cost = np.where(np.isneginf(block.profit), np.iinfo(np.int64).max, block.measures[COST])
    least = np.minimum(cost.min(axis=1), 0)
    profit = np.where(cost == least[:, None], block.profit, -np.inf)
    best = profit.argmax(axis=1)
    nothing = (least == 0) & (profit[np.arange(block.size), best] <= 0)
    return np.where(nothing, NOTHING, best)
