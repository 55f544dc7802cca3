"""Check one campaign against the configuration of its shop, without its data: what `offerloop check` says of it."""

from __future__ import annotations

from collections.abc import Iterator

from offerloop.commands.check.offers import unlimited_cost
from offerloop.config import Campaign, CampaignFault, Config
from offerloop.errors import InputError
from offerloop.offers import Offer, missing_limit, read_offers


def campaign_problems(config: Config, campaign: Campaign) -> list[CampaignFault]:
    """Return why a campaign could not be planned beside those of the configuration, each with the key at fault."""
    return [*config.faults_of(campaign), *_offer_problems(config, campaign)]


def _offer_problems(config: Config, campaign: Campaign) -> Iterator[CampaignFault]:
    """Yield what is wrong with each offer, or, where each can be read, with all together."""
    wrong, unit, zone = False, config.unit(campaign), config.shop.timezone
    for place, written in enumerate(campaign.offers):
        field = f"offers.{place}"
        try:
            offers = read_offers([written], None, unit, zone=zone)
        except InputError as error:
            wrong = True
            yield CampaignFault(f"{field}.{error.field}".rstrip("."), error.message)
        else:
            yield from _unlimited(campaign, offers, field)
    if not wrong:
        try:
            read_offers(campaign.offers, None, unit, zone=zone)
        except InputError as error:
            yield CampaignFault("offers", error.message)


def _unlimited(campaign: Campaign, offers: list[Offer], field: str) -> Iterator[CampaignFault]:
    for offer in offers:
        problem, missing = unlimited_cost(campaign, offer), missing_limit(offer)
        if problem is not None and missing is not None:
            yield CampaignFault(f"{field}.{missing.field}".rstrip("."), problem)
