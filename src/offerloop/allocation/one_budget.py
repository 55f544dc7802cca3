"""One budget and one offer for each customer: exact up to the last step.

A sample tells between which two prices of the budget the right one lies. One pass over everybody takes the best
candidates at both: who is given the same at both is decided, for the choice of a customer moves along the frontier in
one direction. Steps of all others are sorted (`frontier`), taken while they fit, and what is left is filled. The bound
is that of the linear relaxation, and the plan misses it by less than one step.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from offerloop.allocation.argmax import slots
from offerloop.allocation.frontier import FrontierSteps, cheapest, with_nothing
from offerloop.allocation.problem import COST, Block, Problem
from offerloop.allocation.solution import Solution
from offerloop.arrays import Floats, Ints
from offerloop.offers import NOTHING

SAMPLE = 2.0
"""Times the two thirds power of the customers: so many bracket the price. More would leave fewer near ties, and would
take longer themselves; the sum of both is least with this power."""
SURE = 4.0
"""Standard errors of the sample's spend between its price and the ends of the bracket."""
FURTHER, FURTHEST = 1.25, 1e6
"""The factor by which a bracket that misses is first moved, and the one from which on it reaches to every price."""


@dataclass(frozen=True)
class Bracket:
    """Two prices of the budget, profit per unit of cost."""

    low: float
    high: float
    further: float = FURTHER
    """The factor by which it is moved where it misses; it moves further each time."""

    @classmethod
    def of(cls, problem: Problem, budget: int) -> Bracket:
        """Build it from a sample; everything where that is everybody."""
        block = problem.blocks.some(int(SAMPLE * problem.blocks.customers ** (2 / 3)))
        if block.size == problem.blocks.customers:
            return cls(0.0, np.inf)
        start = cheapest(block)
        steps = FrontierSteps.between(block, start, 0.0)
        first = float(_of(block.measures[COST], start).sum())
        running, target = first + np.cumsum(steps.cost), budget * block.size / problem.blocks.customers
        spent = np.bincount(steps.row[running <= target], steps.cost[running <= target], block.size)
        error = SURE * (float(spent.std()) * np.sqrt(block.size) + float(steps.cost.max(initial=0)))
        low, high = (int(np.searchsorted(running, one)) for one in (target + error, target - error))
        slope = steps.slope
        return cls(float(slope[low]) if low < len(slope) else 0.0, float(slope[high - 1]) if high > 0 else np.inf)

    def raised(self) -> Bracket:
        """Return the bracket above this one."""
        far = self.further > FURTHEST or self.high == 0
        return Bracket(self.high, np.inf if far else self.further * self.high, self.further**2)

    def cheaper(self) -> Bracket:
        """Return the bracket below this one."""
        return Bracket(0.0 if self.further > FURTHEST else self.low / self.further, self.low, self.further**2)


@dataclass(frozen=True, eq=False)
class BracketScan:
    """What everybody does at the ends of a bracket."""

    choice: Ints
    """(n,): slots at the higher price."""
    cost: int
    """The cost of the choices."""
    most_cost: int
    """The cost of the choices at the lower price."""
    profit: float
    rows: Ints
    """Customers who choose differently at both."""
    open: Block
    """The customers whose choice is open."""

    @classmethod
    def of(cls, problem: Problem, bracket: Bracket) -> BracketScan:
        """Make one pass over all blocks at two prices."""
        parts = list(problem.blocks.map(lambda block: cls._block(block, bracket)))
        offsets = np.cumsum([0, *(len(one.choice) for one in parts)])
        return cls(
            np.concatenate([one.choice for one in parts]),
            sum(one.cost for one in parts),
            sum(one.most_cost for one in parts),
            sum(one.profit for one in parts),
            np.concatenate([one.rows + before for one, before in zip(parts, offsets, strict=False)]),
            Block.joined([one.open for one in parts]),
        )

    @classmethod
    def _block(cls, block: Block, bracket: Bracket) -> BracketScan:
        few, many = (at(block, price) for price in (bracket.high, bracket.low))
        cost, profit = block.measures[COST], block.profit
        rows = np.flatnonzero(few != many)
        spent, most = (int(_of(cost, one).sum(dtype=np.int64)) for one in (few, many))
        gained = float(_of(profit, few).sum(dtype=np.float64))
        return cls(few.astype(np.int16), spent, most, gained, rows, block.of(rows))


def at(block: Block, price: float) -> Ints:
    """(n,): the best slot of each customer when a unit of cost has this price."""
    if np.isinf(price):
        return cheapest(block)
    worth = np.multiply(block.measures[COST], -price)
    worth += block.profit
    return slots(worth)[:, 0]


def _of(values: Floats | Ints, slot: Ints) -> Floats | Ints:
    """(n,): the values of the chosen, 0 for nothing."""
    picked = values[np.arange(len(slot)), slot]
    picked[slot == NOTHING] = 0
    return picked


def solve_one_budget(problem: Problem) -> Solution | None:
    """The plan of a problem with one plain limit of cost; None where the cheapest plan costs more."""
    budget = problem.limits[0].at_most
    bracket = Bracket.of(problem, budget)
    scan = BracketScan.of(problem, bracket)
    while (exceeds := scan.cost > budget) or (bracket.low > 0 and scan.most_cost < budget):
        if exceeds and np.isinf(bracket.high):
            return None
        bracket = bracket.raised() if exceeds else bracket.cheaper()
        scan = BracketScan.of(problem, bracket)
    now = scan.choice[scan.rows].astype(np.int64)
    steps = FrontierSteps.between(scan.open, now, bracket.low)
    running = np.cumsum(steps.cost)
    left = budget - scan.cost
    fit = int(np.searchsorted(running, left, side="right"))
    price = bracket.low if fit == len(steps) else float(steps.slope[fit])
    spent = int(running[fit - 1]) if fit else 0
    profit = scan.profit + float(steps.profit[:fit].sum())
    bound = profit + price * (left - spent)
    now[steps.row[:fit]] = steps.slot[:fit]
    more_cost, more_profit = filled(scan.open, now, left - spent)
    scan.choice[scan.rows] = now
    used = scan.cost + spent + more_cost
    return Solution(scan.choice[:, None], problem.limits, (price,), (used,), profit + more_profit, bound)


def filled(block: Block, now: Ints, left: int) -> tuple[int, float]:
    """Gives some customers something better for what is left; changes `now` and returns added cost and profit.

    The most profit per unit of cost first, each customer once.
    """
    every, (cost, profit) = np.arange(block.size), with_nothing(block)
    cost, gain = cost - cost[every, now][:, None], profit - profit[every, now][:, None]
    rows, slot = np.nonzero((gain > 0) & (cost <= left))
    cost, gain = cost[rows, slot], gain[rows, slot]
    order = np.lexsort((slot, block.customer[rows], -gain / np.maximum(cost, 1)))
    done, spent, brought = set[int](), 0, 0.0
    for place in order.tolist():
        row, extra = int(rows[place]), int(cost[place])
        if extra <= left - spent and row not in done:
            done.add(row)
            now[row], spent, brought = (
                slot[place] if slot[place] < block.width else NOTHING,
                spent + extra,
                brought + float(gain[place]),
            )
    return spent, brought
