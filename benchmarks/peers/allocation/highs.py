"""HiGHS: the linear relaxation by its two interior point methods and by simplex, and the whole problem.

Interior points stop before the crossover to a vertex, which favours them; HiPO comes with the package's extras. With
100,000 customers the presolve of this version outlasts the time limit, with fewer the interior point takes longer with
it, so all but simplex and a second MIP go without.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from peers.allocation.given import NOTHING, THREADS, Answer, Given

NAMES = {
    "ipx": "HiGHS interior point IPX",
    "hipo": "HiGHS interior point HiPO",
    "simplex": "HiGHS simplex",
    "mip": "HiGHS MIP, gap 1e-4",
    "mip_presolved": "HiGHS MIP, gap 1e-4, with presolve",
}
ENVIRONMENT = "highs"
OPTIONS: dict[str, dict[str, Any]] = {
    "ipx": {"solver": "ipx", "run_crossover": "off", "presolve": "off"},
    "hipo": {"solver": "hipo", "run_crossover": "off", "presolve": "off"},
    "simplex": {"solver": "simplex"},
    "mip": {"mip_rel_gap": 1e-4, "presolve": "off"},
    "mip_presolved": {"mip_rel_gap": 1e-4},
}


def build(given: Given, variant: str) -> tuple[Any, tuple[int, int]]:
    """The model, which takes arrays as they are, and its customers and candidates."""
    import highspy

    rows, shape = given.rows(), given.profit.shape
    lp, solver = highspy.HighsLp(), highspy.Highs()
    lp.num_row_, lp.num_col_ = rows.shape
    lp.col_cost_ = -given.profit.reshape(-1).astype(np.float64)
    lp.col_lower_, lp.col_upper_ = np.zeros(lp.num_col_), np.ones(lp.num_col_)
    lp.row_lower_, lp.row_upper_ = np.full(lp.num_row_, -highspy.kHighsInf), given.ends()
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = rows.indptr, rows.indices, rows.data
    if variant.startswith("mip"):
        lp.integrality_ = [highspy.HighsVarType.kInteger] * lp.num_col_
    for name, value in {"output_flag": False, "threads": THREADS, "parallel": "on", **OPTIONS[variant]}.items():
        if solver.setOptionValue(name, value) == highspy.HighsStatus.kError:
            raise SystemExit(f"HiGHS does not take {name} = {value}")
    solver.passModel(lp)
    return solver, shape


def solve(model: tuple[Any, tuple[int, int]], variant: str, seconds: float) -> Answer:
    """Shares and prices of the relaxation, or a plan and the bound that was proved."""
    import highspy

    solver, (n, w) = model
    solver.setOptionValue("time_limit", seconds)
    solver.run()
    finished, found = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal, solver.getSolution()
    if not found.value_valid:
        return Answer(False)
    share = np.array(found.col_value).reshape(n, w)
    if variant.startswith("mip"):
        whole = np.where(share.max(axis=1) > 0.5, share.argmax(axis=1), NOTHING)
        return Answer(finished, whole, bound=-float(solver.getInfo().mip_dual_bound))
    prices = np.maximum(-np.array(found.row_dual)[n:], 0.0) if found.dual_valid else None
    return Answer(finished, share=share, prices=prices)
