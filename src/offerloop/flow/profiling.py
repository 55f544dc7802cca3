"""Profile customers, and say who may get which campaign's offers."""

from __future__ import annotations

import polars as pl

from offerloop.config import Config
from offerloop.decision import (
    Allowed,
)
from offerloop.engine import Engine, collect
from offerloop.errors import EvidenceError
from offerloop.events import Events
from offerloop.message import Message
from offerloop.profiles import PastEvents, Purchases, build_profiles, members
from offerloop.tables import (
    AUDIENCE_MEMBERS,
)

Profiles = tuple[pl.DataFrame, Purchases]
"""Profiles, and what of them a later day changes for few customers."""


def profile(events: Events, engine: Engine) -> Profiles:
    """Profile customers. Raises EvidenceError when there is nobody to compare with."""
    del engine
    return _profiled(events, Purchases.of(past_of(events), events.as_of_day))


def extend_profile(earlier: Profiles, events: Events, engine: Engine) -> Profiles:
    """Profile customers again after a day: the purchases of customers whom it changes are summed up, and of no
    others."""
    return _profiled(events, earlier[1].at(past_of(events), events.as_of_day, engine))


def past_of(events: Events) -> PastEvents:
    """What profiles are made from."""
    return PastEvents(
        events.order_lines, events.products, events.audiences, events.redemptions, events.browsing, events.exposures
    )


def _profiled(events: Events, purchases: Purchases) -> Profiles:
    bulk_buyers = events.bulk_buyers["customer_id"]
    profiles = build_profiles(past_of(events), events.campaigns, events.as_of_day, bulk_buyers, purchases)
    if profiles.height < 2:
        raise EvidenceError(
            Message(
                "the order lines hold {n} customer; a plan chooses between customers: give the orders of more",
                plural="the order lines hold {n} customers; a plan chooses between customers: give the orders of more",
                n=profiles.height,
            )
        )
    return profiles, purchases


def audiences(events: Events, profiles: pl.DataFrame, config: Config, *, is_whole: bool = True) -> Allowed:
    """Who may get which campaign's offers: its audience, less exclusions and refusals; see `members` for `is_whole`."""
    attributes = collect(events.customers).drop(config.profiles.audit_only, strict=False)
    fresh = [name for name in attributes.columns if name == "customer_id" or name not in profiles.columns]
    with_attributes = profiles.join(attributes.select(fresh), on="customer_id", how="left")
    groups = {name: members(rule, with_attributes, name, is_whole=is_whole) for name, rule in config.audiences.items()}
    refused = events.no_consent["customer_id"]
    campaigns = {}
    for campaign in config.campaigns:
        inside = profiles["customer_id"] if campaign.audience is None else groups[campaign.audience]
        for name in (config.exclude, campaign.exclude):
            inside = inside if name is None else inside.filter(~inside.is_in(groups[name].implode()))
        campaigns[campaign.id] = inside.filter(~inside.is_in(refused.implode())).sort()
    listed = [pl.DataFrame({"customer_id": ids}).with_columns(audience=pl.lit(name)) for name, ids in groups.items()]
    empty = AUDIENCE_MEMBERS.empty().with_columns(profiles["customer_id"].clear())
    rows = pl.concat([empty, *(one.select(empty.columns) for one in listed)])
    return Allowed(campaigns, refused, AUDIENCE_MEMBERS.check(rows))
