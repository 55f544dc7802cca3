"""Prices of many limits: the least of the dual function, by L-BFGS-B on a sample and then on everybody.

    g(prices) = sum over customers of what their best candidates are worth  +  sum over limits of price x at_most

is convex, above the profit of every plan, and at its least equal to the linear relaxation. Its slope by a price is what
the limit has left. With many customers it is nearly smooth, so that L-BFGS-B (Byrd, Lu, Nocedal and Zhu 1995) comes
close to it without a linear program in each pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from offerloop.allocation.argmax import Meters, slots, taken
from offerloop.allocation.problem import COUNT, Block, Limit, Problem
from offerloop.allocation.solution import Solution
from offerloop.arrays import Floats, Ints

SAMPLE = 20_000
"""Customers by whom prices are found first."""
PASSES_SAMPLE, PASSES = 300, 60
"""Passes over the sample, and over everybody, at most."""
HIGHEST_PRICE = 1e4
"""Prices are looked for up to so many times their natural unit: beyond it a limit is not worth holding at all."""


@dataclass(frozen=True, eq=False)
class DualAnswer:
    """What everybody does at some prices."""

    choice: Ints
    """(n, most)."""
    used: NDArray[np.object_]
    """(limits,)."""
    worth: float
    """The profit of all choices, less prices."""

    @classmethod
    def of(cls, problem: Problem, meters: Meters, prices: Floats) -> DualAnswer:
        """Make one pass over all blocks at some prices."""

        def of_block(block: Block) -> DualAnswer:
            worth = meters.worth(block, prices)
            choice = slots(worth, problem.most)
            rows, chosen = taken(choice)
            return cls(choice.astype(np.int16), meters.used(block, rows, chosen), float(worth[rows, chosen].sum()))

        parts = list(problem.blocks.map(of_block))
        used = np.sum([one.used for one in parts], axis=0)
        return cls(np.concatenate([one.choice for one in parts]), used, sum(one.worth for one in parts))


def everybody(problem: Problem) -> Solution:
    """The plan without limits."""
    meters = Meters.of((), problem.offers)
    answer = DualAnswer.of(problem, meters, np.zeros(0))
    return Solution(answer.choice, (), (), (), answer.worth, answer.worth)


def prices_of(problem: Problem) -> Floats:
    """(limits,): profit per unit; those of a sample first, then those of everybody from there."""
    block = problem.blocks.some(SAMPLE)
    share = block.size / problem.blocks.customers
    unit = units(block, problem.limits, problem.offers)
    few = replace(problem, blocks=block.pieces())
    prices = least(few, np.zeros(len(problem.limits)), unit, share, PASSES_SAMPLE)
    return prices if share == 1 else least(problem, prices, unit, 1.0, PASSES)


def least(problem: Problem, start: Floats, unit: Floats, share: float, passes: int) -> Floats:
    """Prices at which the dual function is least, with limits times `share`."""
    from scipy.optimize import minimize

    at_most = share * np.array([float(one.at_most) for one in problem.limits])
    meters = Meters.of(problem.limits, problem.offers)
    first = DualAnswer.of(problem, meters, start)
    scale = max(abs(first.worth), 1e-300)

    def dual(x: Floats) -> tuple[float, Floats]:
        answer = DualAnswer.of(problem, meters, x * unit)
        value = answer.worth + float(x * unit @ at_most)
        return value / scale, unit * (at_most - answer.used.astype(np.float64)) / scale

    bounds = [(0.0, HIGHEST_PRICE)] * len(unit)
    options = {"maxfun": passes, "ftol": 1e-12, "gtol": 1e-9, "maxcor": 10}
    optimum = minimize(dual, start / unit, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    return np.asarray(optimum.x * unit)


def units(block: Block, limits: Sequence[Limit], offers: int) -> Floats:
    """(limits,): a price of natural size: mean profit of the best candidates over the mean size of what counts."""
    best = block.profit.max(axis=1, initial=0.0)
    profit = max(float(best[np.isfinite(best)].mean()), 1e-12)
    total, counted = counted_sizes(block, limits, offers)
    return np.array([profit * n / size if n else profit for size, n in zip(total, counted, strict=True)])


def counted_sizes(block: Block, limits: Sequence[Limit], offers: int) -> tuple[Floats, Ints]:
    """(limits,) each: sums of the sizes, without signs, of all candidates that a limit counts, and their number."""
    rows, slot = np.nonzero(np.isfinite(block.profit))
    offer = block.offers(rows, slot)
    total, counted = np.zeros(len(limits)), np.zeros(len(limits), dtype=np.int64)
    for place, position in enumerate(limits):
        group = 0 if position.column is None else block.groups[position.column][rows]
        size = position.table(offers)[group, offer] * (
            1 if position.measure == COUNT else block.measure(position.measure, rows, slot)
        )
        total[place], counted[place] = float(np.abs(size).sum(dtype=np.float64)), int(np.count_nonzero(size))
    return total, counted
