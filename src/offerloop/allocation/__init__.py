"""Which candidate of each customer to take, so that profit is most and every limit holds."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from offerloop.allocation.candidates import Candidates, budget_unit, counted_cost, positions
    from offerloop.allocation.limits import Table, whole
    from offerloop.allocation.problem import COST, COUNT, Block, Limit, Problem
    from offerloop.allocation.solution import Solution
    from offerloop.allocation.solving import solve

__all__ = [
    "COST",
    "COUNT",
    "Block",
    "Candidates",
    "Limit",
    "Problem",
    "Solution",
    "Table",
    "budget_unit",
    "counted_cost",
    "positions",
    "solve",
    "whole",
]

_MODULES = {
    ".candidates": "Candidates budget_unit counted_cost positions",
    ".limits": "Table whole",
    ".problem": "COST COUNT Block Limit Problem",
    ".solution": "Solution",
    ".solving": "solve",
}
_LAZY = {name: module for module, names in _MODULES.items() for name in names.split()}


def __getattr__(name: str) -> object:
    """Load a module when one of its names is first asked for."""
    if name not in _LAZY:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    return getattr(import_module(_LAZY[name], __name__), name)
