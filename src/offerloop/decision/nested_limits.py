"""The nested budgets and contact caps of a configuration, each with the offers that it counts.

A money budget of several campaigns counts each of them by its own `budget_basis`; a campaign whose budget counts
something else than money is in no budget but its own and those of its offers. Contact caps count customers of all
campaigns.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import polars as pl

from offerloop.config import Campaign, Config, fits_pattern
from offerloop.errors import ConfigError, near_miss
from offerloop.message import Message
from offerloop.money import MICRO

Key = tuple[str, str]
"""Campaign and offer."""


@dataclass(frozen=True)
class PlanLimit:
    """The most that some offers may take together."""

    kind: Literal["campaign", "offers", "team", "total", "contacts", "channel"]
    name: str
    """The campaign, pattern of offers, team or channel; empty for limits of everything."""
    campaign_id: str | None
    """The one campaign that it concerns."""
    at_most: int
    """Minor units of the budget, or customers."""
    unit: str
    """What a budget counts: the shop's currency or the campaign's unit; "contacts" for caps of contacts."""
    offers: frozenset[Key]

    @property
    def counts_contacts(self) -> bool:
        """Whether it counts customers, not costs."""
        return self.kind in ("contacts", "channel")

    @property
    def scale(self) -> int:
        """Units by which the solver's limits are kept in one unit of `at_most`."""
        return 1 if self.counts_contacts else MICRO


def plan_limits(config: Config, offers: pl.DataFrame) -> tuple[PlanLimit, ...]:
    """All limits of a plan. Raises ConfigError for a channel or a pattern of offers that no offer has."""
    keys = offers.select("campaign_id", "offer_id").rows()
    limits = [_of_campaign(one, config, keys) for one in config.campaigns]
    for campaign in config.campaigns:
        limits += [_of_offers(campaign, pattern, config, keys) for pattern in campaign.offer_budgets]
    in_money = {one.id for one in config.campaigns if one.budget_unit is None}
    money = [key for key in keys if key[0] in in_money]
    for team, budget in config.plan.team_budgets.items():
        members = {one.id for one in config.campaigns if one.team == team}
        if members:
            limits.append(_money("team", team, budget, config, (key for key in money if key[0] in members)))
    if config.plan.total_budget is not None:
        limits.append(_money("total", "", config.plan.total_budget, config, money))
    if config.plan.contacts is not None:
        limits.append(PlanLimit("contacts", "", None, config.plan.contacts, "contacts", frozenset(keys)))
    return (*limits, *_channels(config, offers))


def _of_campaign(campaign: Campaign, config: Config, keys: Iterable[Key]) -> PlanLimit:
    counted = frozenset(key for key in keys if key[0] == campaign.id)
    amount = config.minor(campaign.budget, campaign)
    return PlanLimit("campaign", campaign.id, campaign.id, amount, config.unit(campaign), counted)


def _of_offers(campaign: Campaign, pattern: str, config: Config, keys: Iterable[Key]) -> PlanLimit:
    offer_ids = [offer for owner, offer in keys if owner == campaign.id]
    counted = frozenset((campaign.id, offer) for offer in offer_ids if fits_pattern(offer, pattern))
    if not counted:
        raise ConfigError(
            Message(
                "campaign '{id}': offer_budgets names '{pattern}', which no offer's id fits{near}",
                id=campaign.id,
                pattern=pattern,
                near=near_miss(pattern, offer_ids),
            )
        )
    amount = config.minor(campaign.offer_budgets[pattern], campaign)
    return PlanLimit("offers", pattern, campaign.id, amount, config.unit(campaign), counted)


def _money(kind: Literal["team", "total"], name: str, budget: str, config: Config, keys: Iterable[Key]) -> PlanLimit:
    return PlanLimit(kind, name, None, config.minor(budget), config.shop.currency, frozenset(keys))


def _channels(config: Config, offers: pl.DataFrame) -> list[PlanLimit]:
    channels = offers["channel"].unique().sort().to_list()
    for channel in config.plan.contacts_by_channel:
        if channel not in channels:
            raise ConfigError(
                Message(
                    "plan.contacts_by_channel names the channel '{channel}', which no offer has{near} (known: {known})",
                    channel=channel,
                    near=near_miss(channel, channels),
                    known=channels,
                )
            )
    return [
        PlanLimit(
            "channel", channel, None, number, "contacts",
            frozenset(offers.filter(pl.col("channel") == channel).select("campaign_id", "offer_id").rows()),
        )
        for channel, number in config.plan.contacts_by_channel.items()
    ]  # fmt: skip
