"""The plan of one run or period: for whom it is solved, and how it compares with reference policies."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from offerloop.config import Config
from offerloop.decision.arms import left_out
from offerloop.decision.campaign_case import CampaignCase
from offerloop.decision.campaigns import Planned, plan_campaigns
from offerloop.decision.forecast import Forecast
from offerloop.decision.left_out_customers import choices_left_out
from offerloop.decision.nested_limits import plan_limits
from offerloop.decision.propensities import Holdback
from offerloop.errors import ConfigError
from offerloop.response import Effects
from offerloop.tables import PLAN


@dataclass(frozen=True)
class Allowed:
    """Who may get offers at all."""

    campaigns: dict[str, pl.Series]
    """customer_id of each campaign's audience, without those who may not."""
    no_consent: pl.Series
    """customer_id of those who refuse personalised offers."""
    audiences: pl.DataFrame
    """Members of every audience: audience, customer_id."""

    def effects_of(self, effects: Effects) -> Effects:
        """Return the effects of offers on customers who may get them."""
        of_members = [
            (pl.col("campaign_id") == name) & pl.col("customer_id").is_in(ids.implode())
            for name, ids in self.campaigns.items()
        ]
        return effects.of_rows(effects.effects.select(pl.any_horizontal(of_members)).to_series())

    def split_by_arm(
        self, everyone: pl.Series, config: Config, holdback: Holdback | None
    ) -> tuple[dict[str, pl.Series], dict[str, pl.Series]]:
        """Split the audiences of campaigns: those of `everyone` who can get the plan's offers, and those who cannot, as
        they are in the holdout or the holdback, or have business as usual."""
        usual = 0.0 if config.business_as_usual is None else config.business_as_usual.share
        drawn = left_out(everyone, config.experiment, usual)
        if holdback is not None:
            drawn = drawn | holdback.has(everyone)
        out = everyone.filter(drawn).implode()
        inside = {name: ids.filter(~ids.is_in(out)) for name, ids in self.campaigns.items()}
        return inside, {name: ids.filter(ids.is_in(out)) for name, ids in self.campaigns.items()}


def plan_period(
    profiles: pl.DataFrame,
    effects: Effects,
    allowed: Allowed,
    config: Config,
    *,
    holdback: Holdback | None = None,
    paused: frozenset[str] = frozenset(),
    without_growth: frozenset[str] = frozenset(),
) -> Planned:
    """Plan for the customers who can get what it says, and say what the plan would have for all others.

    A loop has a `holdback`; it explores, and needs to know what offers at random are worth. `paused` are ids of
    campaigns whose plans it does not send, `without_growth` those of which the log shows no growth; see `CampaignCase`.
    """
    inside, outside = allowed.split_by_arm(profiles["customer_id"], config, holdback)
    cases = campaign_cases(effects, inside, config)
    solved = [
        replace(case, is_paused=case.campaign.id in paused, lacks_growth=case.campaign.id in without_growth)
        for case in cases
    ]
    max_offers = config.plan.offers_per_customer
    limits = plan_limits(config, effects.offers)
    planned = plan_campaigns(
        solved, limits, config.plan.campaigns, max_offers=max_offers, explores=holdback is not None
    )
    of_campaigns = zip(planned.forecasts, campaign_cases(effects, outside, config), solved, strict=True)
    sent = [one for one in of_campaigns if one[0].send]
    nobody, in_order = effects.effects.clear(), planned.solved == "in order"
    others = choices_left_out(sent, planned.prices, nobody, max_offers, in_order=in_order)
    return replace(planned, left_out=others)


def solve_campaigns(effects: Effects, allowed: Allowed, config: Config) -> Planned:
    """Solve all campaigns within their limits, and forecast each."""
    cases = campaign_cases(effects, allowed.campaigns, config)
    limits, max_offers = plan_limits(config, effects.offers), config.plan.offers_per_customer
    return plan_campaigns(cases, limits, config.plan.campaigns, max_offers=max_offers)


def campaign_cases(effects: Effects, audiences: dict[str, pl.Series], config: Config) -> list[CampaignCase]:
    """The candidates of each campaign's customers. Raises ConfigError where one could get the same offer twice."""
    if (shared := config.plan.shared_offer(effects.offers.select("campaign_id", "offer_id").iter_rows())) is not None:
        raise ConfigError(shared)
    cases, (first, fit) = [], effects.views[0]
    divisions = [(effects.effects.with_columns(first), fit), *effects.views[1:]]
    for campaign in config.campaigns:
        inside = pl.col("customer_id").is_in(audiences[campaign.id].implode())
        rows = effects.effects.select((pl.col("campaign_id") == campaign.id) & inside).to_series().arg_true()
        budget = config.minor(campaign.budget, campaign)
        cases.append(CampaignCase.of(divisions, effects.offers, campaign, budget, rows, effects.shared_errors))
    return cases


def compare(forecasts: list[Forecast], assigned: pl.DataFrame) -> pl.DataFrame:
    """Return plans beside reference policies, and each plan that is sent for those who get it."""
    planned = assigned.filter(pl.col("arm") == PLAN)
    tables = []
    for forecast in forecasts:
        tables.append(forecast.comparison)
        if forecast.send:
            receivers = planned.filter(pl.col("campaign_id") == forecast.campaign_id)["customer_id"]
            tables.append(forecast.as_sent(receivers).select(forecast.comparison.columns))
    return pl.concat(tables)
