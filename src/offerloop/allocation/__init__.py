"""Stage 5: which customer gets which offer under a budget, the random part of the plan, and its forecast."""

from offerloop.allocation.arms import Arms, draw_arms, menu
from offerloop.allocation.forecast import Forecast, forecast_campaign
from offerloop.allocation.hull import Solution, solve
from offerloop.allocation.problem import Problem

__all__ = ["Arms", "Forecast", "Problem", "Solution", "draw_arms", "forecast_campaign", "menu", "solve"]
