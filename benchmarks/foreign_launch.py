"""What is sent by the launch rule, beside other rules for the same estimates, limits and held-out values.

A run sends the plan, or a simpler policy that held-out customers show to be better beyond noise, where its held-out
profit meets the campaign's `send` rule. Beside it stand the same with other `send` rules, the plan without a simpler
policy in its place, always or by the rule, always the one offer for all of highest held-out profit, and whichever of
plan, one offer for all, most likely buyers and nothing has the highest held-out profit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from foreign_learned import LearnedShop
from offerloop.arrays import Ints
from offerloop.decision import CampaignCase, PlanLimit, plan_limits
from offerloop.decision.alternatives.reference_policies import ranked_buyers
from offerloop.decision.forecast import held_out
from offerloop.decision.planning import campaign_cases
from offerloop.decision.policy_choice import affordable, drawn_order, may_be_sent, select_policy
from offerloop.decision.sending_decision import decide_in_order

RULE, ABOVE_ZERO, PROVEN = "launch rule", "above zero", "proven"
PLAN_BY_RULE, PLAN_ALWAYS = "plan by rule", "plan always"
UNIFORM_ALWAYS, HIGHEST = "uniform always", "highest"
WAYS = (RULE, ABOVE_ZERO, PROVEN, PLAN_BY_RULE, PLAN_ALWAYS, UNIFORM_ALWAYS, HIGHEST)
Sent = tuple[CampaignCase, Ints]
"""A campaign, and the rows of its candidates that are sent."""


def launched(shop: LearnedShop) -> dict[str, dict[str, float]]:
    """Return, for each way to decide, true profit and spend of what is sent, and whether anything is sent."""
    (case,) = campaign_cases(shop.effects, shop.allowed.campaigns, shop.config)
    limits = plan_limits(shop.config, shop.effects.offers)
    plan = decide_in_order([case], limits).parts[0].rows
    sent: dict[str, Sent] = {
        RULE: _by_rule(case, plan, limits, "expected"),
        ABOVE_ZERO: _by_rule(case, plan, limits, "likely"),
        PROVEN: _by_rule(case, plan, limits, "proven"),
        PLAN_BY_RULE: (case, plan if may_be_sent(case, plan) else plan[:0]),
        PLAN_ALWAYS: (case, plan),
        UNIFORM_ALWAYS: (case, _best_uniform(case)),
        HIGHEST: (case, _highest(case, plan)),
    }
    return {way: shop.worth(one.keys(rows)) | {"sent": float(len(rows) > 0)} for way, (one, rows) in sent.items()}


def _by_rule(
    case: CampaignCase, plan: Ints, limits: Sequence[PlanLimit], send: Literal["expected", "likely", "proven"]
) -> Sent:
    """Return what a run sends of a campaign with this `send` rule; `likely` asks for a held-out profit above zero."""
    with_rule = replace(case, campaign=case.campaign.model_copy(update={"send": send}))
    part = decide_in_order([select_policy(with_rule, plan)], limits).parts[0]
    return part.case, part.rows if part.send else part.rows[:0]


def _best_uniform(case: CampaignCase) -> Ints:
    """Return the rows of the one offer of highest held-out profit, for as many customers as the budget allows."""
    rows = (np.flatnonzero(case.offer == place) for place in range(len(case.offers)))
    return _highest_of(case, [affordable(case, drawn_order(case.effects, one)) for one in rows])


def _highest(case: CampaignCase, plan: Ints) -> Ints:
    likely = ranked_buyers(case.effects, case.effects["depth"][plan].drop_nulls())
    return _highest_of(case, [plan, _best_uniform(case), affordable(case, likely), plan[:0]])


def _highest_of(case: CampaignCase, policies: Sequence[Ints]) -> Ints:
    return max(policies, key=lambda rows: held_out(case, rows).value)
