"""What `[business_as_usual]` names, who would get it, and whether its budget pays for that."""

from __future__ import annotations

import polars as pl

from offerloop.commands.check.offers import OfferCheck, ReadOffers
from offerloop.config import Config
from offerloop.decision import (
    Allowed,
    KnownOffer,
    check_usual_budget,
    check_usual_offers,
    usual_liability_before_draw,
    usual_policy_of,
    usual_rules,
)
from offerloop.engine import Engine
from offerloop.errors import InputError
from offerloop.events import BUSINESS_AS_USUAL, Events, usual_file
from offerloop.flow import planned_period, usual_of_nobody
from offerloop.message import Message
from offerloop.offers import NO_OFFER, liability_minor
from offerloop.tables import NOT_VALID


def usual_answers(
    config: Config, events: Events, offers: list[OfferCheck], read: ReadOffers, allowed: Allowed | None, engine: Engine
) -> tuple[list[Message], list[Message]]:
    """Return notes and problems; none where the configuration names no business as usual.

    `allowed` says who may get offers; None where that is not known.
    """
    settings, notes = config.business_as_usual, list[Message]()
    if settings is None:
        return [], []
    wanted, wishes = usual_rules(config), None
    try:
        if settings.path is not None:
            customers = events.buyers()["customer_id"]
            wishes, n_unknown = usual_file(settings.path, customers, config.privacy, engine)
            notes += _unknown(n_unknown, str(settings.path))
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
    if allowed is not None:
        named = [(campaign.id, offer) for campaign, of_campaign in read.by_campaign for offer in of_campaign]
        notes += usual_of_nobody(wishes, named, allowed, events, config)
    return notes, []


def _unknown(n: int, path: str) -> list[Message]:
    """Return a note on customers of the file whom the order lines do not know."""
    if not n:
        return []
    return [
        Message(
            "{n} customer in '{path}' is not in the order lines and gets nothing; use the same customer ids",
            plural="{n} customers in '{path}' are not in the order lines and get nothing; use the same customer ids",
            n=n,
            path=path,
        )
    ]


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


def usual_budget_problems(
    config: Config, events: Events, read: ReadOffers, allowed: Allowed, engine: Engine
) -> list[Message]:
    """Return what a run says where business as usual can cost more than its budget; `allowed` may get offers."""
    if config.business_as_usual is None:
        return []
    period = planned_period(events, config)
    rows = [
        (
            campaign.id, offer.offer_id, liability_minor(offer), float(campaign.budget_unit is None),
            "" if offer.conditions.window.is_in(period) else NOT_VALID,
        )
        for campaign, offers in read.by_campaign
        for offer in offers
    ]  # fmt: skip
    columns = {
        "campaign_id": pl.String, "offer_id": pl.String, "cost_liability_minor": pl.Int64, "cost_weight": pl.Float64,
        "basis": pl.String,
    }  # fmt: skip
    table = pl.DataFrame(rows, schema=columns, orient="row")
    try:
        customers = events.buyers()["customer_id"]
        usual = usual_policy_of(customers, allowed, table, config, engine)
        if usual is not None:
            liability = usual_liability_before_draw(customers, usual, table, config.experiment)
            check_usual_budget(liability, config)
    except InputError as error:
        return [error.message]
    return []
