"""How far limits must give way at least, over all customers.

    minimise    sum over limits of weight x slack
    subject to  what a mixture of plans uses  <=  at_most + slack

Each pass computes the plan of all customers that uses least at the prices of the limits. Plans of parts of the
customers are columns of a small master program, whose prices are those of the next pass (Dantzig and Wolfe 1960,
"Decomposition principle for linear programs"). Whatever the prices are, what a pass uses at them beyond the limits is
a lower bound: where it is above zero, no plan keeps to the limits, not even one that divides customers (Farkas). The
number of passes is bounded.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from offerloop.allocation.argmax import Meters, slots, taken
from offerloop.allocation.dual import counted_sizes
from offerloop.allocation.problem import Block, Problem
from offerloop.arrays import Floats

WORK = 1_000_000_000
"""Candidates that all passes together look at, give or take the passes that are made at least and at most."""
FEWEST_PASSES, MOST_PASSES = 20, 400
"""Passes that are made whatever the work."""
MANY = 50
"""Limits from which on the master program takes longer than the pass."""
PARTS = 16
"""Parts of the customers with columns of their own."""
NEGLIGIBLE = 1e-6
"""Violations below it, in candidates of mean size, are taken for none: what floating point cannot tell."""
HARD = 1e6
"""Weight of limits that are to be held, beside one that may give way."""


@dataclass(frozen=True, eq=False)
class Violation:
    """The least violation of some limits, in candidates of mean size times their weights."""

    least: float
    """A lower bound; above `NEGLIGIBLE` the limits cannot be held."""
    most: float
    """An upper bound; up to `NEGLIGIBLE` a mixture of plans holds the limits."""
    prices: Floats
    """(limits,): those that prove `least`."""

    @property
    def members(self) -> frozenset[int]:
        """Positions of the limits that the proof needs."""
        return frozenset(np.flatnonzero(self.prices).tolist())

    @property
    def proved(self) -> bool:
        """Whether the limits clash for certain."""
        return self.least > NEGLIGIBLE


class Elastic:
    """Violations of several sets of limits of one problem; the columns of one are those of the next."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        sums = list(problem.blocks.map(lambda block: counted_sizes(block, problem.limits, problem.offers)))
        total, counted = (np.sum(one, axis=0) for one in zip(*sums, strict=True))
        self.size = np.where(counted > 0, total / np.maximum(counted, 1), 1.0)
        """(limits,): mean size of what each counts."""
        self._meters = Meters.of(problem.limits, problem.offers)
        self._at_most = np.array([one.at_most for one in problem.limits], dtype=object)
        candidates = max(problem.blocks.customers * problem.blocks.width, 1)
        self.left = int(np.clip(WORK // candidates, FEWEST_PASSES, MOST_PASSES))
        """Passes that may still be made; each counts once more for every `MANY` limits that it is about."""
        self._columns = [np.zeros((PARTS, len(problem.limits)))]
        """Uses (parts, limits) of plans, in mean sizes; the first plan gives nothing."""

    def violation(self, weights: Floats, *, precise: bool = False) -> Violation:
        """Return the least violation with weights (limits,), 0 for a limit that does not matter.

        Unless `precise` the search ends as soon as it is known whether there is one.
        """
        within = (self._at_most / self.size).astype(np.float64)
        least, proof = -np.inf, np.zeros(len(weights))
        while True:
            most, prices = self._master(weights, within)
            close = most - least <= NEGLIGIBLE * (1 + abs(most) if precise else 1)
            if most <= NEGLIGIBLE or close or (least > NEGLIGIBLE and not precise) or self.left <= 0:
                return Violation(least, most, proof)
            self.left -= 1 + int(np.count_nonzero(weights)) // MANY
            used = self._used_least(prices)
            excess = float(((used.sum(axis=0) - self._at_most) / self.size).astype(np.float64) @ prices)
            if excess > least:
                least, proof = excess, prices
            self._columns.append((used / self.size).astype(np.float64))

    def _master(self, weights: Floats, within: Floats) -> tuple[float, Floats]:
        """Return the least violation by mixtures of the columns, and the prices of the limits."""
        from scipy.optimize import linprog
        from scipy.sparse import csr_array, eye_array, hstack, kron

        active = np.flatnonzero(weights)
        columns = np.stack(self._columns, axis=1).reshape(-1, len(weights))[:, active]
        rows = hstack([csr_array(columns.T), -eye_array(len(active))], format="csr")
        ones = kron(eye_array(PARTS), np.ones((1, len(self._columns))))
        whole = hstack([ones, csr_array((PARTS, len(active)))], format="csr")
        objective = np.concatenate([np.zeros(len(columns)), weights[active]])
        optimum = linprog(objective, A_ub=rows, b_ub=within[active], A_eq=whole, b_eq=np.ones(PARTS), method="highs-ds")
        prices = np.zeros(len(weights))
        if optimum.x is None:  # beyond what floating point can carry: nothing is claimed
            return 0.0, prices
        prices[active] = np.clip(-optimum.ineqlin.marginals, 0.0, weights[active])
        return float(optimum.fun), prices

    def _used_least(self, prices: Floats) -> NDArray[np.object_]:
        """Return the uses (parts, limits) of the plan that uses least at these prices, exactly."""
        least = np.zeros((PARTS, len(prices)), dtype=object)
        real = prices / self.size

        def of_block(block: Block) -> list[NDArray[np.object_]]:
            free = replace(block, profit=np.where(np.isneginf(block.profit), -np.inf, 0.0))
            rows, chosen = taken(slots(self._meters.worth(free, real), self.problem.most))
            ends = np.searchsorted(rows, np.linspace(0, block.size, PARTS + 1).astype(int))
            parts = [slice(a, b) for a, b in pairwise(ends)]
            return [self._meters.used(block, rows[one], chosen[one]) for one in parts]

        for parts in self.problem.blocks.map(of_block):
            least += np.array(parts)
        return least


def weights_of(limits: int, members: Collection[int], giving: int | None = None) -> Floats:
    """Return weights (limits,): 1 for members; where one gives way, `HARD` for the others."""
    weights = np.zeros(limits)
    weights[list(members)] = 1.0 if giving is None else HARD
    if giving is not None:
        weights[giving] = 1.0
    return weights
