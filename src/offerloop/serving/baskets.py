"""A basket beside a decision: what the offer would take off it now, or what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

from offerloop.offers import (
    Basket,
    BasketLine,
    Customer,
    FindLeft,
    OfferLeft,
    OfferUsage,
    RejectedOffer,
    Shipment,
    attributes_of,
    known_currency,
    price,
)
from offerloop.serving.deciding import DecisionAsked
from offerloop.serving.policy import ServedOffer
from offerloop.serving.shop_offers import ShopOffers
from offerloop.store import instant

_LINE_NAMES = {
    "unit_price_minor": "unit_minor", "list_price_minor": "list_minor", "lowest_30_days_minor": "lowest_minor",
}  # fmt: skip
"""Fields of a line that the pricing engine calls otherwise."""


@dataclass(frozen=True)
class BasketEffect:
    """What an offer does to a basket, beside the offers for everybody."""

    off_minor: int
    """What it takes off lines and shipping."""
    total_minor: int
    """What is to be paid with it."""
    missing: RejectedOffer | None
    """Why it does not apply, and what would change that; None where it applies."""

    def written(self) -> dict[str, Any]:
        """Return it as an answer has it."""
        missing = self.missing
        at = None if missing is None or missing.at is None else instant(missing.at)
        return {
            "off_minor": self.off_minor,
            "total_minor": self.total_minor,
            "missing": None if missing is None else {
                "why": missing.why.value, "spend_minor": missing.minor, "units": missing.count,
                "names": list(missing.names), "at": at, "by": missing.by,
            },
        }  # fmt: skip


def basket_effect(offer: ServedOffer, request: DecisionAsked, offers: ShopOffers, now: int) -> BasketEffect:
    """Price a basket under the offer of a decision, as if its coupon was presented, and the offers for everybody.

    What the ledger had left of an offer bounds it.
    """
    assert request.basket is not None
    left = {name: OfferLeft(**one) for name, one in request.left.items()}
    basket = basket_of(request.basket, request.customer_id)
    return offer_effect(offer.campaign_id, offer.offer_id, basket, offers, now, left.get)


def offer_effect(
    campaign_id: str, offer_id: str, basket: Basket, offers: ShopOffers, now: int, find_left: FindLeft | None = None
) -> BasketEffect:
    """Price a basket under one offer of a campaign, as if its coupon was presented, and the offers for everybody."""
    basket = replace(basket, codes=basket.codes | {offer_id})
    priced = price(basket, offers.for_customer((campaign_id, offer_id)), now, offers.policy, find_left)
    off = sum(one.off_minor for one in priced.applied if one.offer_id == offer_id)
    missing = next((one for one in priced.rejected if one.offer_id == offer_id), None)
    return BasketEffect(off, priced.total_minor, missing)


def basket_of(written: Mapping[str, Any], customer_id: str | None) -> Basket:
    """Read a basket from its JSON in minor units. Raises InputError for what cannot be priced."""
    usage = {name: OfferUsage(**counts) for name, counts in written.get("usage", {}).items()}
    customer = Customer(
        customer_id, frozenset(written.get("segments", ())), written.get("orders_before"), written.get("loyalty_tier"),
        written.get("lifetime_spend_minor"),
    )  # fmt: skip
    return Basket(
        known_currency(written["currency"]), tuple(_line_of(one) for one in written["lines"]),
        written.get("shipping_minor", 0), customer, written.get("bought_in"), frozenset(written.get("codes", ())),
        usage, written.get("tax_included", True), written.get("payment"), written.get("region"),
        attributes_of(written.get("attributes", {})),
        tuple(Shipment(**{**one, "tax": tax_rate(one.get("tax", "0"))}) for one in written.get("shipments", ())),
    )  # fmt: skip


def _line_of(written: Mapping[str, Any]) -> BasketLine:
    """Read a line from its JSON in minor units. Raises InputError for what cannot be priced."""
    fields = {_LINE_NAMES.get(name, name): value for name, value in written.items()}
    fields["tax"] = tax_rate(written.get("tax", "0"))
    fields["categories"] = tuple(written.get("categories", ()))
    fields["attributes"] = attributes_of(written.get("attributes", {}))
    return BasketLine(**fields)


@lru_cache(maxsize=256)
def tax_rate(text: str) -> Fraction:
    """Return the rate of a tax, of which there are few."""
    return Fraction(text)
