"""The offers of each campaign: what they can cost, and what their effect rests on."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from offerloop.config import Campaign, Config, Listed
from offerloop.errors import ConfigError
from offerloop.money import to_text
from offerloop.offers import Offer
from offerloop.offers.base import liability_minor
from offerloop.service.check_figures import Shape


@dataclass(frozen=True)
class OfferCheck:
    """One offer, or why the offers of a campaign cannot be read."""

    campaign_id: str
    offer_id: str
    kind: str
    label: str
    liability_minor: int | None
    """The most that it can cost us; None when that has no limit."""
    basis: str
    """estimated, transferred, assumed or unknown: what its effect rests on."""
    problem: str = ""

    def line(self, currency: str) -> str:
        """For people."""
        if self.liability_minor is None:
            return self.problem or f"{self.label}: may cost any amount; {_BASES[self.basis]}"
        return f"{self.label}: costs {to_text(self.liability_minor, currency)} at most; {_BASES[self.basis]}"

    def facts(self) -> dict[str, Any]:
        """For programs."""
        return asdict(self)


_BASES = {
    "estimated": "its effect is estimated from the exposures",
    "transferred": "its effect is estimated from shelf prices",
    "assumed": "its effect is assumed",
    "unknown": "nothing shows its effect, so it is only given by lot to learn it",
}


@dataclass(frozen=True)
class ReadOffers:
    """The offers of every campaign."""

    by_campaign: list[tuple[Campaign, list[Offer]]]
    unreadable: list[OfferCheck]
    """One for each campaign whose offers cannot be read."""

    @classmethod
    def of(cls, config: Config, shape: Shape, listed: Listed = ()) -> ReadOffers:
        """`listed` are the offers of [sources.offers]."""
        found, wrong = list[tuple[Campaign, list[Offer]]](), list[OfferCheck]()
        for campaign in config.campaigns:
            try:
                found.append((campaign, config.offers_of(campaign, shape.categories, listed)))
            except ConfigError as error:
                wrong.append(OfferCheck(campaign.id, "", "", "", None, "unknown", str(error)))
        return cls(found, wrong)

    @property
    def offers(self) -> list[Offer]:
        """Those that can be read."""
        return [offer for _, offers in self.by_campaign for offer in offers]

    def checked(self, shown: frozenset[str], *, studied: bool) -> list[OfferCheck]:
        """`shown` are ids of offers whose effects the exposures tell, `studied` is whether shelf prices tell any."""
        found = [_check(one, offer, shown, studied=studied) for one, offers in self.by_campaign for offer in offers]
        return [*found, *self.unreadable]


def _check(campaign: Campaign, offer: Offer, shown: frozenset[str], *, studied: bool) -> OfferCheck:
    most, problem = liability_minor(offer), ""
    if most is None and (campaign.budget_basis == "liability" or offer.assumed is not None):
        problem = f"offer '{offer.offer_id}' of campaign '{campaign.id}' needs 'max_discount': nothing limits its cost"
    basis = "unknown"
    if offer.offer_id in shown:
        basis = "estimated"
    elif offer.assumed is not None:
        basis = "assumed"
    elif studied and offer.depth is not None and offer.category is not None:
        basis = "transferred"
    return OfferCheck(campaign.id, offer.offer_id, offer.kind, offer.label(), most, basis, problem)
