"""From the terms written in a configuration or a file to offers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from offerloop.catalogue import Catalogue
from offerloop.errors import InputError
from offerloop.offers.base import NO_OFFER, Offer
from offerloop.offers.terms import Terms

OFFER_KINDS = Catalogue(
    "offer kind",
    {
        "coupon": "offerloop.offers.coupon:read_coupon",
        "spend_and_save": "offerloop.offers.spend_and_save:read_spend_and_save",
        "flash_sale": "offerloop.offers.flash_sale:read_flash_sale",
        "buy_x_get_y": "offerloop.offers.buy_x_get_y:read_buy_x_get_y",
        "bundle": "offerloop.offers.bundle:read_bundle",
        "gift": "offerloop.offers.gift:read_gift",
        "free_shipping": "offerloop.offers.free_shipping:read_free_shipping",
        "combined": "offerloop.offers.combined:read_combined",
        "benefit": "offerloop.offers.benefit:read_benefit",
    },
)


def read_offers(written: Sequence[Mapping[str, Any]], categories: Sequence[str] | None, currency: str) -> list[Offer]:
    """All offers of a campaign. Raises InputError for unknown kinds and fields, and for an id that is taken.

    Without known categories every offer is read as it stands, one for each.
    """
    offers: list[Offer] = []
    for one in written:
        terms = Terms(one, currency)
        read = OFFER_KINDS.load(str(terms.need("kind") if "kind" in one else ""))
        offers.extend(read(terms, categories))
        terms.finish()
    ids = [offer.offer_id for offer in offers]
    if NO_OFFER in ids:
        raise InputError(f"the id '{NO_OFFER}' stands for giving nothing; choose another")
    seen: set[str] = set()
    for offer_id in ids:
        if offer_id in seen:
            raise InputError(f"two offers have the id '{offer_id}'; give each its own 'id'")
        seen.add(offer_id)
    return offers


def read_one(terms: Terms, offer_id: str) -> Offer:
    """One offer as it stands; its id unless it has one."""
    read = OFFER_KINDS.load(str(terms.get("kind") or ""))
    (offer,) = read(terms.named(offer_id), None)
    terms.finish()
    return offer
