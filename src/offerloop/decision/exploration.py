"""How much of their budgets campaigns spend on random offers, and what keeps customers from getting any."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil

import polars as pl
from scipy.stats import norm

from offerloop.config import Campaign, Config, shared_budgets, within_shared
from offerloop.decision.propensities import MOST_LEARN
from offerloop.evaluation import Estimate, se_of
from offerloop.events import LoopExposures
from offerloop.message import Message
from offerloop.money import MICRO, to_text
from offerloop.offers import MissingLimit
from offerloop.tables import NOT_VALID


@dataclass(frozen=True)
class LoopPeriod:
    """What a loop adds to a run, which is one of its periods."""

    exposures: LoopExposures
    """What it gave before."""
    holdback: float
    """Share of customers from whom the plan's offer is held back."""
    paused: frozenset[str]
    """Ids of the campaigns whose plans are not sent."""


IdleShares = Mapping[str, float]
"""The share of its budget that each campaign which is not sent spends on random offers. Up to MOST_LEARN of the
customers draw then."""


def idle_shares(
    period: LoopPeriod | None, offers: pl.DataFrame, offers_with_effects: Iterable[str], unsent: Mapping[str, Estimate]
) -> IdleShares | None:
    """Return what a period of a loop explores with beside `explore_budget`; None for a run.

    It is all of an idle budget while too little was shown of some of its offers, otherwise `idle_share`.
    `offers_with_effects` are the ids of offers whose effects were learned from what was shown, `unsent` the campaigns
    that are not sent, with the profit of offers at random. While a campaign is paused, its idle budget stays unspent.
    """
    if period is None:
        return None
    valid = offers.filter(pl.col("basis") != NOT_VALID)
    untried = set(valid.filter(~pl.col("offer_id").is_in(list(offers_with_effects)))["campaign_id"])
    idle = {name: profit for name, profit in unsent.items() if name not in period.paused}
    return {name: 1.0 if name in untried else idle_share(profit) for name, profit in idle.items()}


def idle_share(profit: Estimate) -> float:
    """Return the share of an idle budget that random offers may spend: the probability that they pay.

    So exploring ends where it cannot change the plan any more; this is probability matching (Thompson 1933) for the
    campaign as a whole.
    """
    return float(norm.cdf(profit.value / se_of(profit))) if profit.has_interval else float(profit.value > 0)


def explore_minor(config: Config, idle_shares: IdleShares | None, taken: pl.DataFrame) -> dict[str, int]:
    """Return what random offers of each campaign may cost.

    Idle budgets are within what plans that are sent, EFFECTS `taken`, leave of the budgets that campaigns share.
    """
    own = {one.id: config.minor(one.explore_budget, one) for one in config.campaigns}
    if idle_shares is None:
        return own
    exploring = [one for one in config.campaigns if own[one.id] > 0]
    idle = {one.id: int(idle_shares.get(one.id, 0.0) * config.minor(one.budget, one)) for one in exploring}
    teams = {one.id: one.team for one in config.campaigns if one.budget_unit is None}
    shared = shared_budgets(teams, config.plan.team_budgets, config.plan.total_budget, config.shop.currency)
    idle = within_shared(idle, {one.id: _counted_minor(one, taken) for one in config.campaigns}, shared)
    return {name: minor + idle.get(name, 0) for name, minor in own.items()}


def _counted_minor(campaign: Campaign, taken: pl.DataFrame) -> int:
    """Return what EFFECTS of a plan take of budgets by the `budget_basis` of a campaign."""
    of_campaign = taken.filter(pl.col("campaign_id") == campaign.id)
    if campaign.budget_basis == "expected":
        return ceil(of_campaign["cost_expected_micro"].sum() / MICRO)
    return int(of_campaign["cost_liability_minor"].sum())


def unpaid_exploration(config: Config, campaign: Campaign, liabilities: Iterable[int | None]) -> Message | None:
    """Say that nobody explores where one offer can cost more than `explore_budget`; None where somebody may.

    A campaign that a loop does not send explores with its idle budget as well.

    Exploration is paid as if everyone drew the most expensive offer. `liabilities`: the most that each offer can cost.
    """
    budget, unit = config.minor(campaign.explore_budget, campaign), config.unit(campaign)
    highest = max((one or 0 for one in liabilities), default=0)
    if not 0 < budget < highest:
        return None
    most = to_text(highest, unit)
    return Message(
        "campaign '{campaign}' explores with {budget} {unit}, and its most expensive offer can "
        "cost {most}: while it is sent, nobody gets an offer at random; raise explore_budget to {most} or more, "
        "or lower what the offer can cost",
        campaign=campaign.id,
        budget=campaign.explore_budget,
        unit=unit,
        most=most,
    )


def unlimited_exploration(config: Config, campaign: Campaign, missing: Mapping[str, MissingLimit]) -> list[Message]:
    """Say which offers nobody gets at random as they may cost any amount. `missing`: what lacks a limit, by id."""
    if not config.minor(campaign.explore_budget, campaign):
        return []
    return [
        (_UNLIMITED if limit.term else _NEVER_LIMITED).with_values(
            what=limit.of(Message("offer '{offer}'", context="what may cost any amount", offer=offer_id)),
            campaign=campaign.id,
            term=limit.term or "",
        )
        for offer_id, limit in missing.items()
    ]


_UNLIMITED = Message(
    "{what} of campaign '{campaign}' may cost any amount, so nobody gets it at random, and only those whom the plan "
    "chooses show its effect; add '{term}' to let it be explored"
)
_NEVER_LIMITED = Message(
    "{what} of campaign '{campaign}' may cost any amount, which nothing can limit, so nobody gets it at random, and "
    "only those whom the plan chooses show its effect"
)


def limiting_exploration(config: Config, most_minor: Mapping[str, int], n_customers: int) -> Message | None:
    """Say which campaign keeps others of a loop from spending idle budgets while it is sent; None where none does.

    So few of the `n_customers` explore that every campaign can pay for all of them. `most_minor` is the most that one
    offer of each campaign can cost.
    """
    n_own, n_idle = dict[str, int](), dict[str, int]()
    for campaign in config.campaigns:
        budget, own = (config.minor(amount, campaign) for amount in (campaign.budget, campaign.explore_budget))
        if own > 0:
            most = max(most_minor.get(campaign.id, 0), 1)
            n_own[campaign.id], n_idle[campaign.id] = own // most, (budget + own) // most
    least = min(n_own, key=n_own.__getitem__, default="")
    others = [name for name, number in n_idle.items() if name != least and number > n_own[least]]
    if not others or not 0 < n_own[least] < int(MOST_LEARN * n_customers):
        return None
    limiting = next(one for one in config.campaigns if one.id == least)
    return Message(
        "while campaign '{campaign}' is sent, its explore_budget of {budget} {unit} pays for {n} customer who "
        "explores, and no more explore in {others}, whatever their idle budgets; raise it, or set it to 0 to let them "
        "explore alone",
        plural="while campaign '{campaign}' is sent, its explore_budget of {budget} {unit} pays for {n} customers who "
        "explore, and no more explore in {others}, whatever their idle budgets; raise it, or set it to 0 to let them "
        "explore alone",
        n=n_own[least],
        campaign=least,
        budget=limiting.explore_budget,
        unit=config.unit(limiting),
        others=others,
    )
