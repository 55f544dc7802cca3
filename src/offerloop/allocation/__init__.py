"""Stage 5: which customer gets which offer under a budget, the random part of the plan, and its forecast."""

from offerloop.allocation.arms import Arms, draw_arms, menu
from offerloop.allocation.campaign_case import CampaignCase
from offerloop.allocation.campaigns import Planned, plan_campaigns
from offerloop.allocation.forecast import Forecast
from offerloop.allocation.plan_limits import PlanLimit, plan_limits
from offerloop.allocation.problem import Block, Limit, Problem
from offerloop.allocation.solution import Solution
from offerloop.allocation.solving import solve

__all__ = [
    "Arms", "Block", "CampaignCase", "Forecast", "Limit", "PlanLimit", "Planned", "Problem", "Solution", "draw_arms",
    "menu", "plan_campaigns", "plan_limits", "solve",
]  # fmt: skip
