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
from offerloop.serving.deciding import DecisionInputs
from offerloop.serving.policy import ServedOffer
from offerloop.serving.shop_offers import OwnOffers, ShopOffers
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


def basket_effects(
    served: tuple[ServedOffer, ...], request: DecisionInputs, offers: ShopOffers, now: int
) -> tuple[BasketEffect, ...]:
    """Price a basket under the offers of a decision, as if their coupons were presented, and those for everybody.

    What the ledger had left of an offer bounds it.
    """
    assert request.basket is not None
    left = {name: OfferLeft(**one) for name, one in request.left.items()}
    basket = basket_of(request.basket, request.customer_id)
    return _effects(tuple((one.campaign_id, one.offer_id) for one in served), basket, offers, now, left.get)


def offer_effect(campaign_id: str, offer_id: str, basket: Basket, offers: ShopOffers, now: int) -> BasketEffect:
    """Price a basket under one offer of a campaign, as if its coupon was presented, and the offers for everybody."""
    return _effects(((campaign_id, offer_id),), basket, offers, now, None)[0]


def _effects(
    own: OwnOffers, basket: Basket, offers: ShopOffers, now: int, find_left: FindLeft | None
) -> tuple[BasketEffect, ...]:
    """Price a basket once, and return what each of the customer's own offers does to it."""
    ids = [offer_id for _, offer_id in own]
    basket = replace(basket, codes=basket.codes.union(ids))
    priced = price(basket, offers.for_customer(own), now, offers.policy, find_left)
    off = {one: sum(its.off_minor for its in priced.applied if its.offer_id == one) for one in ids}
    rejected = {one.offer_id: one for one in reversed(priced.rejected)}
    return tuple(BasketEffect(off[one], priced.total_minor, rejected.get(one)) for one in ids)


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
