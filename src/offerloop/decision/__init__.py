"""What is sent to whom: campaigns solved together within their limits, forecast, launched or not, and drawn in arms."""

from typing import TYPE_CHECKING

from offerloop.lazy import lazy_exports

if TYPE_CHECKING:
    from offerloop.decision.arms import Arms, draw_arms, left_out, menu
    from offerloop.decision.assignment import (
        LoopPeriod,
        assign,
        business_as_usual,
        coming_test,
        exploration_of,
        usual_rules,
    )
    from offerloop.decision.campaign_case import CampaignCase
    from offerloop.decision.campaigns import Planned, plan_campaigns
    from offerloop.decision.draw import MOST_EXPLORE, MOST_LEARN, Shares, draw_explorers, draw_holdback, n_explorers
    from offerloop.decision.forecast import AS_SENT, Forecast
    from offerloop.decision.nested_limits import PlanLimit, plan_limits
    from offerloop.decision.outside import choices_left_out
    from offerloop.decision.planning import Allowed, compare, plan_period, solve_campaigns
    from offerloop.decision.rows import Outside, as_text, assignments
    from offerloop.decision.usual import KnownOffer, Usual, check_usual_offers, wishes_of

__all__ = [
    "AS_SENT",
    "MOST_EXPLORE",
    "MOST_LEARN",
    "Allowed",
    "Arms",
    "CampaignCase",
    "Forecast",
    "KnownOffer",
    "LoopPeriod",
    "Outside",
    "PlanLimit",
    "Planned",
    "Shares",
    "Usual",
    "as_text",
    "assign",
    "assignments",
    "business_as_usual",
    "check_usual_offers",
    "choices_left_out",
    "coming_test",
    "compare",
    "draw_arms",
    "draw_explorers",
    "draw_holdback",
    "exploration_of",
    "left_out",
    "menu",
    "n_explorers",
    "plan_campaigns",
    "plan_limits",
    "plan_period",
    "solve_campaigns",
    "usual_rules",
    "wishes_of",
]

__getattr__, __dir__ = lazy_exports(__name__)
