"""Coupon 优惠券: a percentage off the products of one category, up to a maximum discount."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from offerloop.errors import InputError, near_miss
from offerloop.offers.base import ANY_CHANNEL, EACH_CATEGORY, Assumption, Contact, Offer

if TYPE_CHECKING:
    from offerloop.offers.reading import Terms


@dataclass(frozen=True)
class Coupon:
    """A percentage off everything that the customer buys in a category in one basket."""

    offer_id: str
    percent: Fraction
    """Off the list price, 0 to 100."""
    category: str | None
    most_minor: int | None
    """Maximum discount; without one the liability has no finite bound."""
    funded_share: Fraction
    assumed: Assumption | None = None
    contact: Contact = ANY_CHANNEL
    threshold_minor: int = 0
    kind: str = "coupon"

    @property
    def depth(self) -> Fraction:
        """See `Offer.depth`."""
        return self.percent / 100

    @property
    def share_off(self) -> Fraction:
        """See `Offer.share_off`."""
        return self.depth

    def label(self) -> str:
        """See `Offer.label`."""
        return f"{float(self.percent):g} % off {self.category or 'everything'}"


def read_coupon(terms: Terms, categories: Sequence[str]) -> list[Offer]:
    """Coupons of the given percentages on one category, on every known category, or on everything."""
    percents, name = terms.percents("percent"), terms.text("id", "coupon")
    on = terms.get("on")
    if on not in (None, EACH_CATEGORY, *categories):
        raise InputError(f"coupon '{name}' is on the unknown category '{on}'{near_miss(str(on), categories)}")
    scope: Sequence[str | None] = categories if on == EACH_CATEGORY else [on]
    most = terms.money("max_discount") if terms.get("max_discount") is not None else None
    funded, assumed, contact = terms.share("funded_share"), terms.assumption(), terms.contact()
    return [
        Coupon(_offer_id(name, percent, category), percent, category, most, funded, assumed, contact)
        for category in scope
        for percent in percents
    ]


def _offer_id(name: str, percent: Fraction, category: str | None) -> str:
    depth = f"{name}-{float(percent):g}"
    return depth if category is None else f"{depth} {category}"
