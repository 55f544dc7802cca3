"""Any limits: prices by the dual, everybody's best at them, and a linear program for those whom a hair decides."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from offerloop.allocation.argmax import Meters, slots, taken
from offerloop.allocation.dual import prices_of
from offerloop.allocation.infeasibility import infeasibility_of
from offerloop.allocation.near_ties import NearTies
from offerloop.allocation.problem import Block, Problem
from offerloop.allocation.solution import Solution
from offerloop.arrays import Floats, Ints

SMALL = 3_000
"""Candidates up to which the linear program decides everybody."""
OPEN = 2_000
"""Customers who are left to it otherwise."""
WIDER = 6
"""Times as many where these cannot keep to the limits."""
WIDEST, MOST_USES = 100_000, 4_000_000
"""Candidates, and uses of limits by candidates, that an attempt with more near ties has at most."""
REACH = 4.0
"""Candidates that lie so many times further behind than the closest are left out."""
SAMPLE = 20_000
"""Customers by whom it is told how many are in near ties."""
DENSE = 0.02
"""Share of the closest choices within which they are taken as equally dense."""


@dataclass(frozen=True, eq=False)
class LimitsScan:
    """Everybody at some prices, apart from those whose two best choices are worth almost the same."""

    choice: Ints
    """(n, most)."""
    used: NDArray[np.object_]
    """(limits,): by those who are decided."""
    profit: float
    """The profit of the choices."""
    worth: float
    """The worth of all choices."""
    rows: Ints
    """Positions of the customers in near ties, by their ids."""
    open: Block
    open_worth: Floats
    """(open, w)."""

    @classmethod
    def of(cls, problem: Problem, prices: Floats, within: float) -> LimitsScan:
        """One pass; in a near tie is who would lose less than `within` by another choice."""
        meters = Meters.of(problem.limits, problem.offers)
        parts = list(problem.blocks.map(lambda block: cls._block(block, meters, prices, problem.most, within)))
        offsets = np.cumsum([0, *(len(one.choice) for one in parts)])
        near_ties = Block.joined([one.open for one in parts])
        order = np.argsort(near_ties.customer, kind="stable")
        return cls(
            np.concatenate([one.choice for one in parts]),
            np.sum([one.used for one in parts], axis=0),
            sum(one.profit for one in parts),
            sum(one.worth for one in parts),
            np.concatenate([one.rows + before for one, before in zip(parts, offsets, strict=False)])[order],
            near_ties.of(order),
            np.concatenate([one.open_worth for one in parts])[order],
        )

    @classmethod
    def _block(cls, block: Block, meters: Meters, prices: Floats, most: int, within: float) -> LimitsScan:
        worth = meters.worth(block, prices)
        choice = slots(worth, most)
        rows, chosen = taken(choice)
        near_ties = lead(worth, most) <= within
        decided = ~near_ties[rows]
        sure = rows[decided], chosen[decided]
        used, profit = meters.used(block, *sure), float(block.profit[sure].sum(dtype=np.float64))
        open_rows, total = np.flatnonzero(near_ties), float(worth[rows, chosen].sum())
        return cls(choice.astype(np.int16), used, profit, total, open_rows, block.of(open_rows), worth[open_rows])


def lead(worth: Floats, most: int) -> Floats:
    """(n,): what each customer would lose by the next best choice."""
    if worth.shape[1] <= most:
        return np.abs(worth).min(axis=1)
    top = -np.partition(-worth, most, axis=1)
    last, next_one = top[:, :most].min(axis=1), top[:, most]
    return np.where(last > 0, last - np.maximum(next_one, 0.0), np.abs(worth).min(axis=1))


def solve_many_limits(problem: Problem) -> Solution | None:
    """The plan, which may still break limits; None where none was found.

    Raises InfeasibleError where even divided customers cannot keep to the limits.
    """
    closest: Solution | None = None
    prices, numbers = _start(problem)
    for attempt, number in enumerate(numbers):
        last = attempt == len(numbers) - 1
        solution = _attempt(problem, prices, _within(problem, prices, number), last=last)
        if solution is not None and not solution.broken:
            return solution
        if attempt == 0 and (error := infeasibility_of(problem)) is not None:
            raise error
        closest = solution or closest
    return closest


def _start(problem: Problem) -> tuple[Floats, list[int]]:
    """Return prices, and how many customers each attempt leaves in near ties, more each time."""
    customers, width = problem.blocks.customers, max(problem.blocks.width, 1)
    if customers * width <= SMALL:
        return np.zeros(len(problem.limits)), [customers]
    numbers, most = [OPEN], min(WIDEST, MOST_USES // len(problem.limits)) // width
    while numbers[-1] < customers and min(numbers[-1] * WIDER, customers) <= most:
        numbers.append(numbers[-1] * WIDER)
    return prices_of(problem), numbers


def _within(problem: Problem, prices: Floats, number: int) -> float:
    """The lead that so many customers do not have."""
    if number >= problem.blocks.customers:
        return np.inf
    block = problem.blocks.some(SAMPLE)
    worth = Meters.of(problem.limits, problem.offers).worth(block, prices)
    leads = lead(worth, problem.most)
    share = number / problem.blocks.customers
    if share >= DENSE:
        return float(np.quantile(leads, share))
    return float(np.quantile(leads, DENSE)) * share / DENSE


def _attempt(problem: Problem, prices: Floats, within: float, *, last: bool) -> Solution | None:
    """Return one plan; None where near ties cannot keep to the limits, and the closest plan at the last attempt."""
    scan = LimitsScan.of(problem, prices, within)
    at_most = np.array([one.at_most for one in problem.limits], dtype=object)
    near_ties = NearTies.of(scan.open, scan.open_worth, REACH * within, problem, at_most - scan.used)
    relaxed = near_ties.relaxed()
    if relaxed is None and not last:
        return None
    on = near_ties.plan(near_ties.closest() if relaxed is None else relaxed.share)
    scan.choice[scan.rows] = near_ties.choice(on)
    used = tuple(int(one) for one in scan.used + near_ties.use[on].astype(object).sum(axis=0))
    profit = scan.profit + float(near_ties.profit[on].sum())
    if np.isinf(within) and relaxed is not None:
        return Solution(scan.choice, problem.limits, tuple(relaxed.prices.tolist()), used, profit, relaxed.value)
    bound = scan.worth + float(sum(prices * at_most))
    return Solution(scan.choice, problem.limits, tuple(prices.tolist()), used, profit, bound)
