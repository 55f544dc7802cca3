"""Which candidate of each customer to take, so that profit is most and every limit holds."""

from typing import TYPE_CHECKING

from offerloop.lazy import lazy_exports

if TYPE_CHECKING:
    from offerloop.allocation.candidates import CandidateRows, budget_unit, counted_cost, positions, ranks
    from offerloop.allocation.limits import RETURN, CandidateTable, whole
    from offerloop.allocation.on_disk import OnDisk
    from offerloop.allocation.problem import COST, COUNT, Block, Limit, Problem
    from offerloop.allocation.rolling import PLAN_WEIGHT, RollingSample
    from offerloop.allocation.solution import Solution
    from offerloop.allocation.solving import solve

__all__ = [
    "COST",
    "COUNT",
    "PLAN_WEIGHT",
    "RETURN",
    "Block",
    "CandidateRows",
    "CandidateTable",
    "Limit",
    "OnDisk",
    "Problem",
    "RollingSample",
    "Solution",
    "budget_unit",
    "counted_cost",
    "positions",
    "ranks",
    "solve",
    "whole",
]

__getattr__, __dir__ = lazy_exports(__name__)
