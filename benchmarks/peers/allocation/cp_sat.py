"""OR-Tools: the whole problem by CP-SAT, with the gap that the MIP of HiGHS has; profits in thousandths, rounded up."""

from __future__ import annotations

from typing import Any

import numpy as np

from peers.allocation.given import NOTHING, THREADS, Answer, Given

NAMES = {"cp_sat": "OR-Tools CP-SAT, gap 1e-4"}
ENVIRONMENT = "ortools"
PARTS = 1_000
"""Of a unit of profit."""


def build(given: Given, _: str) -> tuple[Any, tuple[int, int]]:
    """The model, whose constraints have to be written one by one, and its customers and candidates."""
    from ortools.sat.python import cp_model

    n, w = given.profit.shape
    model = cp_model.CpModel()
    written = model.proto
    for _one in range(n * w):
        written.variables.add().domain.extend((0, 1))
    for first in range(0, n * w, w):
        written.constraints.add().at_most_one.literals.extend(range(first, first + w))
    for limit in given.limits:
        weights, linear = given.weights(limit).reshape(-1).astype(np.int64), written.constraints.add().linear
        places = np.flatnonzero(weights)
        linear.vars.extend(places)
        linear.coeffs.extend(weights[places])
        linear.domain.extend((int(np.minimum(weights, 0).sum()), limit.at_most))
    written.objective.vars.extend(np.arange(n * w))
    written.objective.coeffs.extend(-np.ceil(PARTS * given.profit.reshape(-1).astype(np.float64)).astype(np.int64))
    return model, (n, w)


def solve(model: tuple[Any, tuple[int, int]], _: str, seconds: float) -> Answer:
    """A plan and the bound that was proved."""
    from ortools.sat.python import cp_model

    problem, (n, w) = model
    solver = cp_model.CpSolver()
    solver.parameters.num_workers, solver.parameters.max_time_in_seconds = THREADS, seconds
    solver.parameters.relative_gap_limit = 1e-4
    status = solver.solve(problem)
    bound = -float(solver.best_objective_bound) / PARTS
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Answer(False, bound=bound)
    taken = np.array(solver.response_proto.solution, dtype=bool).reshape(n, w)
    return Answer(status == cp_model.OPTIMAL, np.where(taken.any(axis=1), taken.argmax(axis=1), NOTHING), bound=bound)
