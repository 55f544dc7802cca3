"""Decisions on campaigns, carried out for customers by whom they were not made.

In a shop of very many customers a random sample of them decides which campaigns are sent, and whether by their plan or
by a simpler policy. Any other part of the customers then solves the campaigns that are sent within its own share of
each limit. The shares add up to no more than the whole, so no limit is exceeded; as parts are drawn by hash and large,
the next unit of a budget brings about the same in each.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from offerloop.config import Config
from offerloop.decision.alternatives.reference_policies import SAME, ranked_buyers
from offerloop.decision.campaign_case import KEYS, PLAN, CampaignCase
from offerloop.decision.campaigns import Planned, SentOffers, Solving
from offerloop.decision.joint import best_of_joint_and_ordered, solve_in_order
from offerloop.decision.left_out_customers import choices_left_out
from offerloop.decision.nested_limits import plan_limits
from offerloop.decision.plan_costs import offer_prices
from offerloop.decision.planning import Allowed, campaign_cases
from offerloop.decision.policy_choice import affordable, drawn_order, restricted
from offerloop.response import Effects


@dataclass(frozen=True)
class DecidedPolicy:
    """What a campaign that is sent gives."""

    policy: str
    """The name `plan`, or that of the reference policy that replaces it."""
    offers: tuple[str, ...]
    """Ids of the offers that it gave to the customers who decided."""
    depths: pl.Series
    """Depths of these offers, as often as they were given."""

    def for_others(self, case: CampaignCase) -> CampaignCase:
        """Return a case of other customers with the candidates that the policy leaves, as far as its budget pays."""
        if self.policy == PLAN:
            return case
        if self.policy == SAME:
            is_same = case.effects["offer_id"].cast(pl.String).is_in(self.offers)
            ranked = drawn_order(case.effects, np.flatnonzero(is_same.to_numpy()))
        else:
            ranked = ranked_buyers(case.effects, self.depths)
        return restricted(case, self.policy, affordable(case, ranked))


@dataclass(frozen=True)
class _Sent:
    """What one campaign sends; see `PolicySent`."""

    policy: str
    plan: pl.DataFrame


@dataclass(frozen=True)
class CampaignDecisions:
    """What was decided of all campaigns."""

    sent: dict[str, DecidedPolicy]
    """The policies of the campaigns that are sent, by campaign."""
    solved: Solving

    @classmethod
    def of(cls, planned: Planned) -> CampaignDecisions:
        """Take them from the plan of the customers who decided."""
        policies = {
            forecast.campaign_id: DecidedPolicy(
                forecast.policy,
                tuple(forecast.plan["offer_id"].unique().sort()),
                forecast.plan["depth"].drop_nulls(),
            )
            for forecast in planned.forecasts
            if forecast.send
        }
        return cls(policies, planned.solved)

    def carried_out(self, everyone: pl.Series, effects: Effects, allowed: Allowed, config: Config) -> SentOffers:
        """Return what the campaigns give to other customers, whose share of each limit `config` has."""
        inside, outside = (self._cases(effects, one, config) for one in allowed.split_by_arm(everyone, config, None))
        if not any(one.effects.height for one in inside):
            nothing = effects.effects.clear().select(KEYS)
            return SentOffers(list(self.sent), nothing, nothing)
        whole = [self.sent[one.campaign.id].for_others(one) for one in inside]
        limits = plan_limits(config, effects.offers)
        solve = best_of_joint_and_ordered if self.solved == "jointly" else solve_in_order
        max_offers = config.plan.offers_per_customer
        solved = solve(whole, limits, max_offers)
        sent = [_Sent(one.policy, one.table(solved.rows[one.campaign.id])) for one in whole]
        prices = offer_prices([(one, solved.prices) for one in whole], limits)
        cases = list(zip(sent, outside, inside, strict=True))
        nobody, in_order = effects.effects.clear(), self.solved == "in order"
        others = choices_left_out(cases, prices, nobody, max_offers, in_order=in_order)
        return SentOffers(list(self.sent), pl.concat([one.plan.select(KEYS) for one in sent]), others)

    def _cases(self, effects: Effects, audiences: dict[str, pl.Series], config: Config) -> list[CampaignCase]:
        """Return the candidates of the campaigns that are sent."""
        cases = campaign_cases(effects, audiences, config)
        return [case for case in cases if case.campaign.id in self.sent]
