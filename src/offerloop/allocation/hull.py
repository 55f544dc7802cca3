"""One budget: walk up each customer's upper hull of (cost, profit), best return first.

The multiple-choice knapsack's linear relaxation is solved exactly by taking hull steps in order of profit per
unit of cost (Sinha and Zoltners 1979, "The multiple-choice knapsack problem"). Steps that no longer fit are left
out, so the plan is whole and never exceeds the budget by one unit; what is lost against the relaxation is
less than one step, and is reported as the gap.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from offerloop.allocation.problem import Floats, Ints, Problem


@dataclass(frozen=True)
class Solution:
    """Chosen candidates, and the price of the budget."""

    chosen: Ints
    """Positions of the chosen candidates, at most one per customer, ascending."""
    cost: int
    shadow_price: float
    """Extra profit for one more unit of budget; 0 when the budget is not used up."""
    bound: float
    """No plan within the budget can have more profit than this, minor units."""
    profit: float
    """By the same estimates that chose it: never a forecast."""
    steps: Ints
    """All hull steps in the order taken (positions of candidates): the plan for any smaller budget is a prefix."""

    @property
    def gap(self) -> float:
        """Share of the bound that the plan misses."""
        return 0.0 if self.bound <= 0 else max(0.0, 1 - self.profit / self.bound)


def solve(problem: Problem) -> Solution:
    """The plan. Ties: the lower cost, then the earlier candidate; the order of rows does not matter otherwise."""
    candidate, step_cost, step_profit = _hull_steps(problem)
    slope = np.divide(step_profit, step_cost, out=np.full(len(candidate), np.inf), where=step_cost > 0)
    order = np.lexsort((candidate, -slope))
    candidate, step_cost, step_profit, slope = (
        candidate[order],
        step_cost[order],
        step_profit[order],
        slope[order],
    )
    current: dict[int, int] = {}
    blocked: set[int] = set()
    left = problem.budget
    for one, cost in zip(candidate.tolist(), step_cost.tolist(), strict=True):
        customer = int(problem.customer[one])
        if cost > left or customer in blocked:
            blocked.add(customer)
            continue
        current[customer], left = one, left - cost
    chosen = np.array(sorted(current.values()), dtype=np.int64)
    price, bound = _relaxation(step_cost, step_profit, slope, problem.budget)
    return Solution(
        chosen, int(problem.cost[chosen].sum()), price, bound, float(problem.profit[chosen].sum()), candidate
    )


def _relaxation(cost: Ints, profit: Floats, slope: Floats, budget: int) -> tuple[float, float]:
    """Shadow price and value of the linear relaxation: whole steps while they fit, then a part of the next."""
    running = np.cumsum(cost)
    fit = int(np.searchsorted(running, budget, side="right"))
    if fit == len(cost):
        return 0.0, float(profit.sum())
    left = budget - (int(running[fit - 1]) if fit else 0)
    return float(slope[fit]), float(profit[:fit].sum() + left * slope[fit])


def _hull_steps(problem: Problem) -> tuple[Ints, Ints, Floats]:
    """Candidates on the upper hulls, with the cost and profit of stepping to each from the one before."""
    worth = np.flatnonzero(problem.profit > 0)
    order = worth[np.lexsort((worth, -problem.profit[worth], problem.cost[worth], problem.customer[worth]))]
    steps: list[tuple[int, int, float]] = []
    bounds = np.flatnonzero(np.diff(problem.customer[order])) + 1
    for group in np.split(order, bounds) if len(order) else []:
        steps.extend(_hull(group, problem))
    if not steps:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0)
    candidate, cost, profit = zip(*steps, strict=True)
    return np.array(candidate, dtype=np.int64), np.array(cost, dtype=np.int64), np.array(profit)


def _hull(group: Ints, problem: Problem) -> list[tuple[int, int, float]]:
    """The concave increasing hull of one customer's candidates, sorted by cost, seen from (0, 0).

    Points are dropped by the very slopes that order the steps: compared in any other way, rounding could put a
    later step before an earlier one, and the plan would spend more than was counted.
    """
    costs, profits = problem.cost[group].tolist(), problem.profit[group].tolist()
    hull: list[tuple[int, int, float, float]] = [(-1, 0, 0.0, np.inf)]
    for candidate, cost, profit in zip(group.tolist(), costs, profits, strict=True):
        if profit <= hull[-1][2]:
            continue
        while len(hull) > 1 and _slope(hull[-1], cost, profit) >= hull[-1][3]:
            hull.pop()
        hull.append((candidate, cost, profit, _slope(hull[-1], cost, profit)))
    pairs = zip(hull[1:], hull, strict=False)
    return [(now[0], now[1] - before[1], now[2] - before[2]) for now, before in pairs]


def _slope(before: tuple[int, int, float, float], cost: int, profit: float) -> float:
    """Profit per unit of cost of the step from a point of the hull."""
    step = cost - before[1]
    return (profit - before[2]) / float(step) if step > 0 else np.inf
