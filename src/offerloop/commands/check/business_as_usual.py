"""What `[business_as_usual]` names, and who would get it, as far as order lines and offers tell."""

from __future__ import annotations

import polars as pl

from offerloop.commands.check.offers import OfferCheck
from offerloop.config import Config
from offerloop.decision import KnownOffer, check_usual_offers, usual_rules
from offerloop.engine import Engine, collect
from offerloop.errors import InputError
from offerloop.events import BUSINESS_AS_USUAL, Events, read_business_as_usual
from offerloop.message import Message
from offerloop.offers import NO_OFFER


def usual_answers(
    config: Config, events: Events, offers: list[OfferCheck], engine: Engine
) -> tuple[list[Message], list[Message]]:
    """Return notes and problems; none where the configuration names no business as usual."""
    settings, notes = config.business_as_usual, list[Message]()
    if settings is None:
        return [], []
    wanted = usual_rules(config)
    try:
        if settings.path is not None:
            customers = collect(events.order_lines.select("customer_id").unique(), "customer_id")["customer_id"]
            wishes = read_business_as_usual(settings.path, customers, config.privacy, engine)
            wanted = [(BUSINESS_AS_USUAL, one) for one in wishes["offer_id"].unique().sort()]
            notes += _without_consent(wishes, events, str(settings.path))
        units = {one.id: one.budget_unit for one in config.campaigns}
        known_offers = [
            KnownOffer(offer.campaign_id, offer.offer_id, offer.liability_minor, units[offer.campaign_id] is None)
            for offer in offers
            if offer.offer_id
        ]
        check_usual_offers(wanted, known_offers)
    except InputError as error:
        return notes, [error.message]
    return notes, []


def _without_consent(wishes: pl.DataFrame, events: Events, path: str) -> list[Message]:
    """Return a note on customers who would get an offer and did not agree to any."""
    offered = wishes.filter(wishes["offer_id"] != NO_OFFER)["customer_id"]
    refuse = int(offered.is_in(events.no_consent["customer_id"].implode()).sum())
    if not refuse:
        return []
    return [
        Message(
            "{n} of the {all} customers with an offer in '{path}' has not agreed to personalised offers and gets none",
            plural="{n} of the {all} customers with an offer in '{path}' have not agreed to personalised "
            "offers and get none",
            n=refuse,
            all=len(offered),
            path=path,
        )
    ]
