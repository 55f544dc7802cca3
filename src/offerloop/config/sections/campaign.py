"""`[[campaigns]]`: offers with one budget, and what keeps one from being a campaign of a shop."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field

from offerloop.config.sections.section import ConfigSection
from offerloop.errors import InputError, near_miss
from offerloop.message import Message
from offerloop.money import DIGITS, is_unit, to_minor


class Campaign(ConfigSection, use_attribute_docstrings=True):  # the HTTP reference has its keys, too
    """`[[campaigns]]`: offers with one budget."""

    id: str
    """Short name, used in tables."""
    title: str
    """What a reader calls it."""
    budget: str
    """The most that the plan may cost us, such as "1000.00"."""
    offer_budgets: dict[str, str] = Field(default_factory=dict)
    """Offer id, or a pattern (* and ?) of ids = the most that these offers may take of the budget together."""
    team: str | None = None
    """Team in `plan.team_budgets` whose budget the campaign shares."""
    budget_basis: Literal["liability", "expected"] = "liability"
    """`liability`: every assigned offer counts at the most one use can cost; `expected`: at its expected cost."""
    budget_unit: str | None = None
    """What the budget counts when it is not the shop's money, such as seats or contacts: then the plan maximises value,
    and what offers take from the budget is not subtracted from it."""
    send: Literal["proven", "expected", "likely"] = "proven"
    """When the plan is sent, by the profit of customers left out of the choice: `proven`, if its interval lies above
    zero; `expected`, if it is more than 0.6 standard errors above zero; `likely` (for loops), if it is above zero, with
    a stricter test once the log would show growth. See docs/concepts/loop.md, When a plan is sent."""
    explore_budget: str = "0.00"
    """The most that random offers may cost, on top of `budget`. At most a tenth of the customers explore; in a loop, up
    to half while the campaign is not sent. A run explores only in campaigns that are sent."""
    audience: str | None = None
    """Name of the audience that may get its offers; default: everyone."""
    exclude: str | None = None
    """Name of an audience that may not."""
    offers: tuple[dict[str, Any], ...] = ()
    """The offers: `kind` and that kind's terms; may be empty when `[sources.offers]` lists them."""

    def offers_among(self, listed: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the offers of a source that are this campaign's; those without `campaign_id` are every campaign's."""
        return [
            {name: value for name, value in entry.items() if name != "campaign_id"}
            for entry in listed
            if entry.get("campaign_id") in (None, self.id)
        ]

    def some_offers_among(self, listed: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the same. Raises InputError where the source has other offers and the campaign none of its own."""
        own = self.offers_among(listed)
        if listed and not own and not self.offers:
            raise InputError(
                Message(
                    "it has no offers, as [sources.offers] has only ones of other campaigns, such as '{other}'; write "
                    "'{id}' in the column that campaign_id is read from, or leave campaign_id out",
                    other=listed[0]["campaign_id"],
                    id=self.id,
                )
            )
        return own

    def unit(self, currency: str) -> str:
        """Return what the budget counts in a shop of this currency."""
        return self.budget_unit or currency


@dataclass(frozen=True)
class CampaignFault:
    """Why a campaign cannot be planned, and the key that is at fault."""

    field: str
    message: Message


def campaign_faults(
    campaign: Campaign,
    currency: str,
    audiences: Collection[str],
    teams: Collection[str],
    *,
    offers_elsewhere: bool,
) -> Iterator[CampaignFault]:
    """Yield what does not fit the shop. `offers_elsewhere` is whether a source lists offers of campaigns."""
    yield from _audience_faults(campaign, audiences)
    if not campaign.offers and not offers_elsewhere:
        no_offers = Message(
            "campaign '{id}' has no offers; add [[campaigns.offers]] or [sources.offers]", id=campaign.id
        )
        yield CampaignFault("offers", no_offers)
    unit_faults = list(_unit_faults(campaign, currency))
    yield from unit_faults or _amount_faults(campaign, currency)
    yield from _team_faults(campaign, teams)


def _audience_faults(campaign: Campaign, audiences: Collection[str]) -> Iterator[CampaignFault]:
    for key in ("audience", "exclude"):
        name = getattr(campaign, key)
        if name is not None and name not in audiences:
            place = Message("campaign '{id}' {key}", context="place in a configuration", id=campaign.id, key=key)
            unknown = Message(
                "{place} names the audience '{name}', which is not defined{near}",
                place=place,
                name=name,
                near=near_miss(name, audiences),
            )
            yield CampaignFault(key, unknown)


def _unit_faults(campaign: Campaign, currency: str) -> Iterator[CampaignFault]:
    if campaign.budget_unit is None:
        return
    if not is_unit(campaign.budget_unit):
        small = Message("'budget_unit' of campaign '{id}' must be small letters, such as \"seats\"", id=campaign.id)
        yield CampaignFault("budget_unit", small)
    elif DIGITS[campaign.budget_unit] != DIGITS[currency]:
        hundredths = Message(
            "'budget_unit' of campaign '{id}' counts in hundredths; {currency} does not",
            id=campaign.id,
            currency=currency,
        )
        yield CampaignFault("budget_unit", hundredths)


def _amount_faults(campaign: Campaign, currency: str) -> Iterator[CampaignFault]:
    amounts = {name: getattr(campaign, name) for name in ("budget", "explore_budget")}
    amounts |= {f"offer_budgets.{name}": amount for name, amount in campaign.offer_budgets.items()}
    for name, amount in amounts.items():
        place = Message("'{key}' of campaign '{id}'", context="place in a configuration", key=name, id=campaign.id)
        fault = amount_fault(amount, campaign.unit(currency), place)
        if fault is not None:
            yield CampaignFault(name, fault)


def _team_faults(campaign: Campaign, teams: Collection[str]) -> Iterator[CampaignFault]:
    if campaign.team is None:
        return
    if campaign.team not in teams:
        unknown = Message(
            "campaign '{id}' names the team '{team}', which has no budget in plan.team_budgets{near}",
            id=campaign.id,
            team=campaign.team,
            near=near_miss(campaign.team, teams),
        )
        yield CampaignFault("team", unknown)
    if campaign.budget_unit is not None:
        other = Message(
            "campaign '{id}' counts {budget_unit}, so it cannot share the money of team '{team}'; remove "
            "'team' or 'budget_unit'",
            id=campaign.id,
            budget_unit=campaign.budget_unit,
            team=campaign.team,
        )
        yield CampaignFault("team", other)


def amount_fault(written: str, unit: str, name: Message | str) -> Message | None:
    """Return what is wrong with an amount that cannot be read or is below zero; None for one that can be."""
    try:
        amount = to_minor(written, unit)
    except InputError as error:
        return Message("{name}: {error}", context="error", name=name, error=error.message)
    return Message("{name} is below zero", context="error", name=name) if amount < 0 else None
