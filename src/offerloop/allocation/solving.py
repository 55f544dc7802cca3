"""The plan of any problem: the way that suits it, and the exact one where that fails."""

from __future__ import annotations

from offerloop.allocation.dual import everybody
from offerloop.allocation.exact import solve_exactly
from offerloop.allocation.infeasibility import infeasibility_of, none_found
from offerloop.allocation.many_limits import SMALL, solve_many_limits
from offerloop.allocation.one_budget import solve_one_budget
from offerloop.allocation.problem import COST, Problem
from offerloop.allocation.solution import Solution

EXACT = 20_000
"""Candidates up to which problems are solved exactly where the fast way finds no plan that keeps to all limits."""


def solve(problem: Problem, *, exactly: bool = True) -> Solution:
    """The plan: no limit exceeded by one unit, at most `most` candidates each, the same in any order of the customers.

    Without `exactly` the exact solver is not asked where the fast way fails. Raises InfeasibleError when no plan is
    found.
    """
    if not problem.limits:
        return everybody(problem)
    candidates = problem.blocks.customers * problem.blocks.width
    if is_one_budget(problem) and candidates > SMALL:
        plan = solve_one_budget(problem)
        if plan is None:
            raise infeasibility_of(problem) or none_found(())
        return plan
    solution = solve_many_limits(problem)
    if solution is not None and not solution.broken:
        return solution
    best = solve_exactly(problem) if exactly and candidates <= EXACT else None
    if best is None:
        raise none_found(solution.broken if solution else ())
    return best


def is_one_budget(problem: Problem) -> bool:
    """Whether it has one limit, of everybody's cost, and one offer for each."""
    first = problem.limits[0]
    return len(problem.limits) == 1 and problem.most == 1 and first.is_plain and first.measure == COST
