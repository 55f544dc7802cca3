"""Business as usual: what the shop does today, as a policy that says for every customer what they would get."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from offerloop.errors import ConfigError, near_miss
from offerloop.message import Message
from offerloop.offers import NO_OFFER

_NAMED = 8
"""Offers that a message names."""


@dataclass(frozen=True)
class KnownOffer:
    """An offer of a campaign, as far as business as usual asks for it."""

    campaign_id: str
    offer_id: str
    liability_minor: int | None
    """The most that it can cost; None without a limit."""
    in_money: bool
    """Whether its campaign's budget counts the shop's money."""


@dataclass(frozen=True)
class UsualPolicy:
    """The policy for everybody, and the share of customers who get it."""

    share: float
    table: pl.DataFrame
    """customer_id, campaign_id, offer_id of those to whom it gives an offer."""

    @classmethod
    def of(
        cls, share: float, wishes: pl.DataFrame, offers: pl.DataFrame, audiences: dict[str, pl.Series]
    ) -> UsualPolicy:
        """Give each customer the offer of the first campaign that has it and in whose audience they are, else nothing.

        `wishes`: customer_id, offer_id. `offers`: campaign_id, offer_id. `audiences`: customer_id of those who may get
        each campaign's offers, in the campaigns' order: nobody without consent.
        """
        inside = [
            pl.DataFrame({"customer_id": ids}).with_columns(campaign_id=pl.lit(name), place=pl.lit(place))
            for place, (name, ids) in enumerate(audiences.items())
        ]
        keys = ["customer_id", "campaign_id", "offer_id"]
        first_choices = wishes.join(offers.select("campaign_id", "offer_id"), on="offer_id").join(
            pl.concat(inside), on=["customer_id", "campaign_id"]
        )
        return cls(share, first_choices.sort("customer_id", "place").unique("customer_id", keep="first").select(keys))


def wishes_of(rules: Sequence[tuple[str | None, str]], everyone: pl.Series, members: pl.DataFrame) -> pl.DataFrame:
    """Return customer_id, offer_id by the first rule that fits each customer; a rule is (audience or None, offer).

    `members`: audience, customer_id.
    """
    left, tables = everyone, [pl.DataFrame({"customer_id": everyone.clear()}).with_columns(offer_id=pl.lit(""))]
    for audience, offer in rules:
        inside = left if audience is None else members.filter(audience=audience)["customer_id"]
        inside_customers = left.filter(left.is_in(inside.implode()))
        tables.append(pl.DataFrame({"customer_id": inside_customers}).with_columns(offer_id=pl.lit(offer)))
        left = left.filter(~left.is_in(inside_customers.implode()))
    return pl.concat(tables)


def check_usual_offers(wanted: Sequence[tuple[Message | str, str]], offers: Sequence[KnownOffer]) -> None:
    """Raise ConfigError for an offer that business as usual cannot give; `wanted` are places and offer ids."""
    names = sorted({one.offer_id for one in offers})
    for place, offer_id in wanted:
        if offer_id == NO_OFFER:
            continue
        listed = [one for one in offers if one.offer_id == offer_id]
        if not listed:
            raise ConfigError(
                Message(
                    "{place} names the offer '{offer_id}', which no campaign has{near} (known: {known}; "
                    "'{no_offer}' for none)",
                    place=place,
                    offer_id=offer_id,
                    near=near_miss(offer_id, names),
                    known=[*names[:_NAMED], *(["..."] if len(names) > _NAMED else [])],
                    no_offer=NO_OFFER,
                )
            )
        for offer in listed:
            _check_affordable(place, offer)


def _check_affordable(place: Message | str, offer: KnownOffer) -> None:
    """Raise ConfigError for an offer of which a budget in money cannot tell how many it pays for."""
    if not offer.in_money:
        raise ConfigError(
            Message(
                "{place} names the offer '{offer_id}' of campaign '{campaign_id}', whose budget_unit is not "
                "money: name an offer of another campaign",
                place=place,
                offer_id=offer.offer_id,
                campaign_id=offer.campaign_id,
            )
        )
    if offer.liability_minor is None:
        raise ConfigError(
            Message(
                "{place} names the offer '{offer_id}' of campaign '{campaign_id}', which may cost any "
                "amount: limit it, such as by 'max_discount', so that business_as_usual.budget can be kept",
                place=place,
                offer_id=offer.offer_id,
                campaign_id=offer.campaign_id,
            )
        )
