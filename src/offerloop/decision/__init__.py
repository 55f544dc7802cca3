"""What is sent to whom: campaigns solved together within their limits, forecast, launched or not, and drawn in arms."""

from typing import TYPE_CHECKING

from offerloop.lazy import lazy_exports

if TYPE_CHECKING:
    from offerloop.decision.apply_to_other_customers import CampaignDecisions
    from offerloop.decision.assignment import (
        AssignedOffers,
        assign,
        business_as_usual,
        check_usual_budget,
        coming_test,
        usual_liability,
        usual_liability_before_draw,
        usual_policy_of,
        usual_rules,
    )
    from offerloop.decision.assignment_rows import as_text
    from offerloop.decision.campaign_case import CampaignCase
    from offerloop.decision.campaigns import Planned, plan_campaigns
    from offerloop.decision.exploration import (
        IdleShares,
        LoopPeriod,
        idle_shares,
        limiting_exploration,
        unlimited_exploration,
        unpaid_exploration,
    )
    from offerloop.decision.forecast import Forecast
    from offerloop.decision.left_out_customers import choices_left_out
    from offerloop.decision.nested_limits import PlanLimit, plan_limits
    from offerloop.decision.offers_beside import counted_growth, interaction_discount
    from offerloop.decision.planning import Allowed, compare, plan_period, solve_campaigns
    from offerloop.decision.propensities import Holdback, Shares
    from offerloop.decision.usual_policy import KnownOffer, UsualPolicy, check_usual_offers, wishes_of

__all__ = [
    "Allowed",
    "AssignedOffers",
    "CampaignCase",
    "CampaignDecisions",
    "Forecast",
    "Holdback",
    "IdleShares",
    "KnownOffer",
    "LoopPeriod",
    "PlanLimit",
    "Planned",
    "Shares",
    "UsualPolicy",
    "as_text",
    "assign",
    "business_as_usual",
    "check_usual_budget",
    "check_usual_offers",
    "choices_left_out",
    "coming_test",
    "compare",
    "counted_growth",
    "idle_shares",
    "interaction_discount",
    "limiting_exploration",
    "plan_campaigns",
    "plan_limits",
    "plan_period",
    "solve_campaigns",
    "unlimited_exploration",
    "unpaid_exploration",
    "usual_liability",
    "usual_liability_before_draw",
    "usual_policy_of",
    "usual_rules",
    "wishes_of",
]

__getattr__, __dir__ = lazy_exports(__name__)
