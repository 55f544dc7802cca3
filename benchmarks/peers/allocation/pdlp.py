"""OR-Tools: the linear relaxation by PDLP, to its usual tolerances of 1e-6."""

from __future__ import annotations

from typing import Any

import numpy as np

from peers.allocation.given import THREADS, Answer, Given

NAMES = {"pdlp": "OR-Tools PDLP"}
ENVIRONMENT = "ortools"


def build(given: Given, _: str) -> tuple[Any, tuple[int, int]]:
    """The model, which takes a sparse matrix, and its customers and candidates."""
    from ortools.pdlp.python import pdlp

    rows, shape, problem = given.rows(), given.profit.shape, pdlp.QuadraticProgram()
    problem.resize_and_initialize(rows.shape[1], rows.shape[0])
    problem.objective_vector = -given.profit.reshape(-1).astype(np.float64)
    problem.variable_lower_bounds, problem.variable_upper_bounds = np.zeros(rows.shape[1]), np.ones(rows.shape[1])
    problem.constraint_lower_bounds, problem.constraint_upper_bounds = np.full(rows.shape[0], -np.inf), given.ends()
    problem.constraint_matrix = rows.tocsc()
    return problem, shape


def solve(model: tuple[Any, tuple[int, int]], _: str, seconds: float) -> Answer:
    """Shares and prices, also where time ran out."""
    from ortools.pdlp import solve_log_pb2, solvers_pb2
    from ortools.pdlp.python import pdlp

    problem, (n, w) = model
    settings = solvers_pb2.PrimalDualHybridGradientParams(num_threads=THREADS)
    settings.termination_criteria.time_sec_limit = seconds
    criteria = settings.termination_criteria.simple_optimality_criteria
    criteria.eps_optimal_absolute = criteria.eps_optimal_relative = 1e-6
    found = pdlp.primal_dual_hybrid_gradient(problem, settings)
    finished = found.solve_log.termination_reason == solve_log_pb2.TERMINATION_REASON_OPTIMAL
    share = np.array(found.primal_solution).reshape(n, w)
    return Answer(finished, share=share, prices=np.maximum(-np.array(found.dual_solution)[n:], 0.0))
