"""Stage 5: which customer gets which offer under a budget, the random part of the plan, and its forecast."""

from offerloop.allocation.arms import Arms, draw_arms, menu
from offerloop.allocation.forecast import Forecast, forecast_campaign
from offerloop.allocation.problem import Block, Limit, Problem
from offerloop.allocation.solution import Solution
from offerloop.allocation.solving import solve

__all__ = [
    "Arms", "Block", "Forecast", "Limit", "Problem", "Solution", "draw_arms", "forecast_campaign", "menu", "solve",
]  # fmt: skip
