"""cvxpy with Clarabel: the linear relaxation by an interior point method for cones."""

from __future__ import annotations

from typing import Any

import numpy as np

from peers.allocation.given import THREADS, Answer, Given

NAMES = {"clarabel": "cvxpy with Clarabel"}
ENVIRONMENT = "cvxpy"


def build(given: Given, _: str) -> dict[str, Any]:
    """The problem as cvxpy hands it on."""
    import cvxpy as cp

    n, w = given.profit.shape
    share = cp.Variable(n * w, nonneg=True)
    rows = given.rows().tocsc() @ share <= given.ends()
    problem = cp.Problem(cp.Maximize(given.profit.reshape(-1).astype(np.float64) @ share), [rows])
    data, chain, inverse = problem.get_problem_data(cp.CLARABEL)
    return {"problem": problem, "data": data, "chain": chain, "inverse": inverse, "share": share, "rows": rows, "n": n}


def solve(model: dict[str, Any], _: str, seconds: float) -> Answer:
    """Shares and prices, where it came to any."""
    import cvxpy as cp

    problem, n = model["problem"], model["n"]
    settings = {"time_limit": seconds, "max_threads": THREADS}
    raw = model["chain"].solve_via_data(problem, model["data"], solver_opts=settings)
    model["inverse"][-1].solver_options = settings  # cvxpy 1.9.3 looks for them there, and does not put them there
    try:
        problem.unpack_results(raw, model["chain"], model["inverse"])
    except cp.SolverError:
        return Answer(False)
    share, prices = model["share"].value, model["rows"].dual_value
    if share is None:
        return Answer(False)
    return Answer(
        problem.status == "optimal",
        share=np.asarray(share).reshape(n, -1),
        prices=None if prices is None else np.maximum(np.asarray(prices)[n:], 0.0),
    )
