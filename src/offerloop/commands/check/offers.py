"""The offers of each campaign: what they can cost, and what their effect rests on."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import Any

import polars as pl

from offerloop.commands.check.figures import Shape
from offerloop.config import Campaign, Config, Listed
from offerloop.decision import plan_limits
from offerloop.errors import ConfigError
from offerloop.message import Amount, Message
from offerloop.money import to_text
from offerloop.offers import MissingLimit, Offer, liability_minor, missing_limit
from offerloop.response import unknown_cost


@dataclass(frozen=True)
class OfferCheck:
    """One offer, or why the offers of a campaign cannot be read."""

    campaign_id: str
    offer_id: str
    kind: str
    label: Message | str
    liability_minor: int | None
    """The most that it can cost us; None when that has no limit."""
    basis: str
    """estimated, transferred, assumed or unknown: what its effect rests on."""
    problem: Message | str = ""
    exploration: str = "possible"
    """Whether a few customers may get it at random: possible, no_limit, no_budget or no_plan."""
    missing_limit: MissingLimit | None = None
    """What of it may cost any amount, and the term that would limit that."""

    def line(self, currency: str) -> Message | str:
        """Return one line for people."""
        if not self.offer_id:
            return Message("its offers cannot be read; the problem is named below")
        effect = self._effect()
        if self.liability_minor is None:
            return Message("{offer}: may cost any amount; {effect}", offer=self.label, effect=effect)
        most = Amount(Decimal(to_text(self.liability_minor, currency)), currency)
        return Message(
            "{offer}: costs {most} at most; {effect}",
            context="check of the data",
            offer=self.label,
            most=most,
            effect=effect,
        )

    def _effect(self) -> Message:
        """Say what the effect rests on, and for an unknown one whether anybody gets the offer."""
        if self.basis != "unknown":
            return _BASES[self.basis]
        missing = self.missing_limit
        if self.exploration != "no_limit" or missing is None:
            return _UNKNOWN[self.exploration]
        what = missing.of(_THE_OFFER)
        return _UNLIMITED.with_values(what=what, term=missing.term) if missing.term else _NEVER.with_values(what=what)

    def facts(self) -> dict[str, Any]:
        """Return all fields for programs."""
        return asdict(self) | {"label": str(self.label), "problem": str(self.problem)}


_BASES = {
    "estimated": Message("its effect is estimated from the exposures"),
    "transferred": Message("its effect is estimated from shelf prices"),
    "assumed": Message("its effect is assumed"),
}
"""What the effect of an offer rests on."""
_UNKNOWN = {
    "possible": Message("nothing shows its effect, so it is only given at random, to learn it"),
    "no_budget": Message("nothing shows its effect and explore_budget is 0, so nobody gets it"),
    "no_plan": Message(
        "nothing shows its effect, nor that of any other offer of its campaign, so there is no "
        "plan to explore beside and nobody gets it; give an offer 'assumed'"
    ),
}
"""Who gets an offer of unknown effect whose cost has a limit."""
_THE_OFFER = Message("the offer", context="what may cost any amount")
_UNLIMITED = Message(
    "nothing shows its effect and nothing limits the cost of {what}, so nobody gets it; give {what} '{term}'"
)
_NEVER = Message("nothing shows its effect and nothing can limit the cost of {what}, so nobody gets it")


@dataclass(frozen=True)
class ReadOffers:
    """The offers of every campaign."""

    by_campaign: list[tuple[Campaign, list[Offer]]]
    unreadable: list[OfferCheck]
    """One for each campaign whose offers cannot be read."""

    @classmethod
    def of(cls, config: Config, shape: Shape, listed: Listed = ()) -> ReadOffers:
        """`listed` are the offers of [sources.offers]."""
        read_offers, wrong = list[tuple[Campaign, list[Offer]]](), list[OfferCheck]()
        for campaign in config.campaigns:
            try:
                read_offers.append((campaign, config.offers_of(campaign, shape.categories, listed)))
            except ConfigError as error:
                wrong.append(OfferCheck(campaign.id, "", "", "", None, "unknown", error.message))
        return cls(read_offers, wrong)

    def readable(self, config: Config) -> Config:
        """Return the configuration with the campaigns alone whose offers can be read."""
        return config.model_copy(update={"campaigns": tuple(campaign for campaign, _ in self.by_campaign)})

    @property
    def offers(self) -> list[Offer]:
        """Those that can be read."""
        return [offer for _, offers in self.by_campaign for offer in offers]

    def problems(self, config: Config) -> list[Message]:
        """Return why they cannot be planned together."""
        ids = ((campaign.id, offer.offer_id) for campaign, offers in self.by_campaign for offer in offers)
        shared = config.plan.shared_offer(ids)
        return [] if shared is None else [shared]

    def limit_problems(self, config: Config) -> list[Message]:
        """Return what limits of the plan name that no offer has; nothing while offers of a campaign are not known."""
        if self.unreadable:
            return []
        rows = [
            (campaign.id, offer.offer_id, offer.contact.channel)
            for campaign, offers in self.by_campaign
            for offer in offers
        ]
        columns = dict.fromkeys(("campaign_id", "offer_id", "channel"), pl.String)
        try:
            plan_limits(config, pl.DataFrame(rows, schema=columns, orient="row"))
        except ConfigError as error:
            return [error.message]
        return []

    def checked(self, shown: frozenset[str], *, studied: bool) -> list[OfferCheck]:
        """`shown` are ids of offers whose effects the exposures tell, `studied` is whether shelf prices tell any."""
        checks = list[OfferCheck]()
        for campaign, offers in self.by_campaign:
            of_campaign = [_check(campaign, offer, shown, studied=studied) for offer in offers]
            checks += [replace(one, exploration=_exploration(campaign, one, of_campaign)) for one in of_campaign]
        return [*checks, *self.unreadable]


def _check(campaign: Campaign, offer: Offer, shown: frozenset[str], *, studied: bool) -> OfferCheck:
    most, problem = liability_minor(offer), unlimited_cost(campaign, offer)
    basis = "unknown"
    if offer.offer_id in shown:
        basis = "estimated"
    elif offer.assumed is not None:
        basis = "assumed"
    elif studied and offer.is_like_shelf_price:
        basis = "transferred"
    return OfferCheck(
        campaign.id, offer.offer_id, offer.kind, offer.label_with_minimum(), most, basis, problem or "",
        missing_limit=missing_limit(offer),
    )  # fmt: skip


def unlimited_cost(campaign: Campaign, offer: Offer) -> Message | None:
    """Return why an offer that may cost any amount cannot be planned; None for one that can."""
    missing = missing_limit(offer)
    if missing is None:
        return None
    if offer.assumed is not None:
        return unknown_cost(campaign.id, offer)
    if campaign.budget_basis != "liability":
        return None
    what = missing.of(Message("offer '{offer}'", context="what may cost any amount", offer=offer.offer_id))
    if missing.term is None:
        return Message(
            "{what} of campaign '{campaign}': nothing can limit what it costs; set budget_basis = \"expected\", or "
            "choose another kind of offer",
            what=what,
            campaign=campaign.id,
        )
    return Message(
        "{what} of campaign '{campaign}' needs '{field}': nothing limits its cost",
        what=what,
        campaign=campaign.id,
        field=missing.term,
    )


def _exploration(campaign: Campaign, offer: OfferCheck, offers: list[OfferCheck]) -> str:
    """Return whether the offer may be given at random, beside a plan of the campaign's `offers`."""
    if offer.liability_minor is None:
        return "no_limit"
    if not Decimal(campaign.explore_budget):
        return "no_budget"
    return "possible" if any(one.basis != "unknown" for one in offers) else "no_plan"
