"""Small problems to proven optimality with HiGHS, through scipy (Huangfu and Hall 2018)."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from offerloop.allocation.near_ties import NearTies
from offerloop.allocation.problem import Problem
from offerloop.allocation.solution import Solution

SECONDS = 20.0
"""The time for all tries together."""
TRIES = 5
"""HiGHS takes limits for held within a tolerance; those exceeded in whole numbers are drawn tighter so often."""


def solve_exactly(problem: Problem) -> Solution | None:
    """The best plan; None where no plan keeps to the limits. The bound is what HiGHS has proved within the time."""
    block = problem.blocks.some(problem.blocks.customers)
    left = np.array([one.at_most for one in problem.limits], dtype=object)
    every = NearTies.of(block, np.asarray(block.profit, dtype=np.float64), np.inf, problem, left)
    tighter, bound, relaxed = every, np.inf, every.relaxed()
    prices = tuple(0.0 for _ in problem.limits) if relaxed is None else tuple(relaxed.prices.tolist())
    deadline = time.monotonic() + SECONDS
    for _ in range(TRIES):
        solved = _best(tighter, max(deadline - time.monotonic(), 0.1))
        if solved is None:
            return None
        on, bound = solved[0], min(bound, solved[1]) if tighter is every else bound
        used = every.use[on].astype(object).sum(axis=0)
        over = np.maximum(used - every.left, 0).astype(np.int64)
        if not over.any():
            profit = float(every.profit[on].sum())
            return Solution(every.choice(on), problem.limits, prices, tuple(map(int, used)), profit, bound)
        tighter = replace(tighter, left=tighter.left - over)
    return None


def _best(every: NearTies, seconds: float) -> tuple[NDArray[np.bool_], float] | None:
    """What is taken (m,), and what HiGHS has proved that no plan exceeds."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    if len(every.row) == 0:
        return np.zeros(0, dtype=bool), 0.0
    rows, most = every.rows()
    optimum = milp(
        -every.profit, integrality=np.ones(len(every.row)), bounds=Bounds(0, 1),
        constraints=LinearConstraint(rows, -np.inf, most), options={"time_limit": seconds, "mip_rel_gap": 1e-9},
    )  # fmt: skip
    return None if optimum.x is None else (optimum.x > 0.5, -float(optimum.mip_dual_bound))
