"""What is sent to whom: campaigns solved together within their limits, forecast, launched or not, and drawn in arms."""

from importlib import import_module
from typing import TYPE_CHECKING

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

_MODULES = {
    ".arms": "Arms draw_arms left_out menu",
    ".campaign_case": "CampaignCase",
    ".campaigns": "Planned plan_campaigns",
    ".draw": "MOST_EXPLORE MOST_LEARN Shares draw_explorers draw_holdback n_explorers",
    ".assignment": "LoopPeriod assign business_as_usual coming_test exploration_of usual_rules",
    ".forecast": "AS_SENT Forecast",
    ".nested_limits": "PlanLimit plan_limits",
    ".outside": "choices_left_out",
    ".planning": "Allowed compare plan_period solve_campaigns",
    ".rows": "Outside as_text assignments",
    ".usual": "KnownOffer Usual check_usual_offers wishes_of",
}
_LAZY = {name: module for module, names in _MODULES.items() for name in names.split()}


def __getattr__(name: str) -> object:
    """Load a module when one of its names is first asked for."""
    if name not in _LAZY:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    return getattr(import_module(_LAZY[name], __name__), name)
