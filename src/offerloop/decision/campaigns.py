"""The allocation stage for all campaigns: what is sent to whom, the forecast of each campaign, and what limits cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import polars as pl

from offerloop.arrays import Ints
from offerloop.decision.campaign_case import KEYS, CampaignCase
from offerloop.decision.forecast import Forecast
from offerloop.decision.joint import limit_capacities, solve_jointly
from offerloop.decision.nested_limits import PlanLimit
from offerloop.decision.plan_costs import PlanCosts, offer_prices
from offerloop.decision.policy_choice import select_policy
from offerloop.decision.sending_decision import better_of, decide_in_order, decide_jointly
from offerloop.evaluation import Estimate

Solving = Literal["jointly", "in order"]


@dataclass(frozen=True)
class SentOffers:
    """What plans that are sent have for customers, before the random draw."""

    campaigns: list[str]
    """Ids of the campaigns that are sent."""
    taken: pl.DataFrame
    """customer_id, campaign_id, offer_id of what limits count."""
    left_out: pl.DataFrame
    """The same for customers who do not get it; see `choices_left_out`."""

    @property
    def of_everybody(self) -> pl.DataFrame:
        """Both."""
        return pl.concat([self.taken, self.left_out])


@dataclass(frozen=True)
class Planned:
    """What was decided, and what it is worth."""

    forecasts: list[Forecast]
    """One for each campaign, in the order of the configuration."""
    solved: Solving
    """How the plan was found: `in order` also where that order has more profit than the joint plan."""
    limits: pl.DataFrame
    """What the order and each limit cost: PLAN_LIMITS."""
    prices: pl.DataFrame
    """The price of what each offer takes from limits: OFFER_PRICES."""
    left_out: pl.DataFrame = field(default_factory=pl.DataFrame)
    """customer_id, campaign_id, offer_id: what it would have for customers who do not get it."""

    def sent_offers(self) -> SentOffers:
        """Return what the campaigns that are sent have for everybody."""
        sent = [one.campaign_id for one in self.forecasts if one.send]
        nobody = self.left_out.clear()
        taken = pl.concat([nobody, *(one.plan.select(KEYS) for one in self.forecasts if one.send)])
        return SentOffers(sent, taken, self.left_out.filter(pl.col("campaign_id").is_in(sent)))

    def unsent(self) -> dict[str, Estimate]:
        """Return the campaigns that are not sent, with the profit of offers at random where a loop explores."""
        unsent = [one for one in self.forecasts if not one.send]
        return {one.campaign_id: one.at_random for one in unsent if one.at_random is not None}


def plan_campaigns(
    cases: Sequence[CampaignCase],
    limits: Sequence[PlanLimit],
    solving: Solving,
    *,
    max_offers: int = 1,
    explores: bool = False,
) -> Planned:
    """Decide on all campaigns; each first selects its policy, as if there were only its own budget.

    A customer gets at most one offer of each campaign and `max_offers` of all. `explores` says whether offers at
    random are valued too.
    """
    cases = [select_policy(one, _alone(one, limits)) for one in cases]
    ordered = decide_in_order(cases, limits, max_offers)
    alone = replace(ordered, solved="jointly")
    joint = better_of(decide_jointly(cases, limits, max_offers), ordered) if len(cases) > 1 else alone
    decision = joint if solving == "jointly" else ordered
    costs = PlanCosts(tuple(cases), tuple(limits), max_offers)
    return Planned(
        forecasts=[one.forecast(explores=explores) for one in decision.parts],
        solved=decision.solved,
        limits=costs.table(decision, joint, ordered),
        prices=offer_prices([(one.case, one.prices) for one in decision.parts], limits),
    )


def _alone(case: CampaignCase, limits: Sequence[PlanLimit]) -> Ints:
    """Rows that the campaign's plan takes within its own budget."""
    own = [one for one in limits if one.kind == "campaign" and one.campaign_id == case.campaign.id]
    return solve_jointly([case], own, limit_capacities(own)).rows[case.campaign.id]
