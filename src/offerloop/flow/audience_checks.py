"""Campaigns, and business as usual, that reach nobody."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from offerloop.config import Config
from offerloop.decision import Allowed, UsualPolicy, wishes_of
from offerloop.engine import Engine
from offerloop.events import Events
from offerloop.flow.large_shop import PLANNED_CUSTOMERS
from offerloop.flow.learning import planned_period
from offerloop.flow.profiling import audiences, profile
from offerloop.message import Message
from offerloop.offers import NO_OFFER, Offer


def allowed_customers(events: Events, config: Config, engine: Engine) -> Allowed | None:
    """Return who may get which campaign's offers, where an audience or business as usual asks for it.

    None also where that takes profiles and the shop is planned in shards. Raises what audiences raise that cannot be
    asked for.
    """
    if not config.audiences and config.business_as_usual is None:
        return None
    if not config.audiences:
        return audiences(events, events.buyers(), config)
    if events.agreement.customers > PLANNED_CUSTOMERS:
        return None
    return audiences(events, profile(events, engine)[0], config)


def empty_audiences(config: Config, allowed: Allowed) -> list[Message]:
    """Say which campaigns have nobody to send to because of their audience."""
    return [
        Message(
            "campaign '{campaign}' has nobody to send to, as nobody who may get offers is in its audience; correct "
            "'audience' or 'exclude'",
            campaign=campaign.id,
        )
        for campaign in config.campaigns
        if allowed.campaigns[campaign.id].is_empty() and (campaign.audience or campaign.exclude or config.exclude)
    ]


def usual_of_nobody(
    wishes: pl.DataFrame | None, offers: Sequence[tuple[str, Offer]], allowed: Allowed, events: Events, config: Config
) -> list[Message]:
    """Say that business as usual, which names offers, gives none to anybody.

    `wishes` are those of the file, where there is one; `offers` have the ids of their campaigns.
    """
    settings = config.business_as_usual
    if settings is None:
        return []
    if wishes is None:
        everyone = events.buyers()["customer_id"]
        wishes = wishes_of([(one.audience, one.offer) for one in settings.rules], everyone, allowed.audiences)
    names_offers = any(one.offer != NO_OFFER for one in settings.rules) or (wishes["offer_id"] != NO_OFFER).any()
    period = planned_period(events, config)
    valid = [(name, one.offer_id) for name, one in offers if one.conditions.window.is_in(period)]
    table = pl.DataFrame(valid, {"campaign_id": pl.String, "offer_id": pl.String}, orient="row")
    if not names_offers or not UsualPolicy.of(settings.share, wishes, table, allowed.campaigns).table.is_empty():
        return []
    return [
        Message(
            "business as usual gives nobody an offer, so that the plan is compared with nothing; name offers that are "
            "valid in the period of the plan, for customers who may get them"
        )
    ]
