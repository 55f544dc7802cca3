"""Which limits cannot be held together, and by how much they would have to give way."""

from __future__ import annotations

import math

import numpy as np

from offerloop.allocation.problem import Limit, Problem
from offerloop.allocation.undecided import Undecided
from offerloop.errors import InputError

CUSTOMERS = 2_000
"""By a sample of so many it is told."""
HARDLY = 1e-7


class ClashError(InputError):
    """No plan keeps to all limits."""


def clash(problem: Problem, broken: tuple[tuple[Limit, int], ...] = ()) -> ClashError:
    """What to say of limits that no plan was found for; `broken` are those that the closest plan exceeds.

    The least amounts by which limits must give way, in units of the mean size of what each counts, by a linear program;
    those whose prices in it are above zero stand in the way. Of many customers a sample is asked.
    """
    least = _least(problem)
    ways = [(one, by) for one, by, _ in least if by > 0]
    if not ways:
        told = ", ".join(_gives_way(limit, by) for limit, by in broken) or "limits of whole numbers"
        return ClashError(f"no whole plan that keeps to all limits was found; the closest one breaks {told}: loosen it")
    others = [f"'{one.name}'" for one, by, price in least if by == 0 and price > HARDLY]
    about = "" if problem.blocks.customers <= CUSTOMERS else "about "
    told = ", ".join(_gives_way(limit, by, about) for limit, by in ways)
    beside = f", because of {', '.join(others)}" if others else ", whatever the others say"
    return ClashError(f"the limits cannot all be held: {told} would have to give way{beside}")


def _gives_way(limit: Limit, by: int, about: str = "") -> str:
    return f"'{limit.name}' ({about}{limit.amount(by)})"


def _least(problem: Problem) -> list[tuple[Limit, int, float]]:
    """Each limit with the whole units that it must give way by, and its price in that."""
    from scipy.optimize import linprog
    from scipy.sparse import csr_array, hstack, vstack

    block = problem.blocks.some(CUSTOMERS)
    share = block.size / problem.blocks.customers if block.size else 1.0
    left = np.array([math.floor(share * one.at_most) for one in problem.limits], dtype=object)
    every = Undecided.of(block, np.asarray(block.profit, dtype=np.float64), np.inf, problem, left)
    rows, most = every.rows()
    number = len(problem.limits)
    slack = vstack([csr_array((every.customers, number)), csr_array(-np.eye(number))])
    objective = np.concatenate([np.zeros(len(every.row)), np.ones(number)])
    bounds = [(0, 1)] * len(every.row) + [(0, None)] * number
    found = linprog(objective, A_ub=hstack([rows, slack]), b_ub=most, bounds=bounds, method="highs")
    if found.x is None:
        return []
    needed = found.x[len(every.row) :] * every.size / share
    prices = -found.ineqlin.marginals[every.customers :]
    units = np.where(needed > HARDLY * every.size, np.ceil(needed - HARDLY), 0).astype(np.int64)
    return list(zip(problem.limits, units.tolist(), prices.tolist(), strict=True))
