"""Flash sale 限时抢购: a lower price in a short window, for a limited stock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar

from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.offers.base import Offer
from offerloop.offers.form import Unit, term, units_per_line_term
from offerloop.offers.kinds.wording import amount_text, scope_names
from offerloop.offers.pricing.effects.base import Effect
from offerloop.offers.pricing.effects.each_unit import OffEachUnit
from offerloop.offers.pricing.effects.together import OffTogether
from offerloop.offers.scope import Scope
from offerloop.offers.stacking import Lane

if TYPE_CHECKING:
    from offerloop.offers.terms import WrittenTerms


@dataclass(frozen=True, kw_only=True)
class FlashSale(Offer):
    """Percent off or a price for some hours. Urgency is part of it, so shelf prices do not tell its effect: no `depth`.

    Stock and limits count units; a customer's units and those sold so far stand in the basket.
    """

    percent: Fraction | None = term(
        "percent", Message("percentage off", context="term of an offer"), Unit.PERCENT, default=None
    )
    price_minor: int | None = term(
        "price", Message("price of a unit", context="term of an offer"), Unit.MONEY, default=None
    )
    hours: int | None = term("hours", Message("hours it lasts", context="term of an offer"), Unit.HOURS, default=None)
    max_minor: int | None = term(
        "max_discount", Message("maximum discount", context="term of an offer"), Unit.MONEY, default=None
    )
    stock: int | None = term("stock", Message("units for sale", context="term of an offer"), Unit.COUNT, default=None)
    per_customer: int | None = term(
        "per_customer", Message("units per customer", context="term of an offer"), Unit.COUNT, default=None
    )
    units_per_line: int | None = units_per_line_term()

    kind: ClassVar[str] = "flash_sale"
    lane: ClassVar[Lane] = Lane.FLASH_SALE

    def __post_init__(self) -> None:
        if (self.percent is None) == (self.price_minor is None):
            raise InputError(
                Message("flash sale '{offer_id}' needs either 'percent' or 'price'", offer_id=self.offer_id)
            )
        if self.max_minor is not None and self.limiting_term is None:
            raise InputError(
                Message(
                    "the 'max_discount' of flash sale '{offer_id}' goes with a 'percent' and without a limit of units",
                    offer_id=self.offer_id,
                )
            )

    def effects(self) -> Sequence[tuple[Effect, Scope]]:
        """See `Offer.effects`."""
        if self.max_minor is not None and self.percent is not None:
            return [(OffTogether(self.percent, most_minor=self.max_minor), self.scope)]
        return [(OffEachUnit(self.percent, 0, self.price_minor, self.units_per_line), self.scope)]

    @property
    def share_off(self) -> Fraction | None:
        """See `Offer.share_off`."""
        return None if self.percent is None else self.percent / 100

    @property
    def most_minor(self) -> int | None:
        """See `Offer.most_minor`."""
        return self.max_minor

    @property
    def limiting_term(self) -> str | None:
        """See `Offer.limiting_term`."""
        limits_units = self.stock or self.per_customer or self.units_per_line
        return None if limits_units or self.price_minor is not None else "max_discount"

    def label(self) -> Message:
        """See `Offer.label`."""
        what, hours = scope_names(self.scope, self.currency), {} if self.hours is None else {"n": self.hours}
        if self.percent is None:
            text = _AT_A_PRICE if self.hours is None else _AT_A_PRICE_FOR_HOURS
            return text.with_values(what=what, price=amount_text(self.price_minor or 0, self.currency), **hours)
        percent = float(self.percent)
        if self.scope.is_everything:
            text = _OFF if self.hours is None else _OFF_FOR_HOURS
            return text.with_values(percent=percent, **hours)
        text = _OFF_SOME if self.hours is None else _OFF_SOME_FOR_HOURS
        return text.with_values(percent=percent, what=what, **hours)


_AT_A_PRICE = Message("{what} at {price}", context="label of an offer")
_AT_A_PRICE_FOR_HOURS = Message(
    "{what} at {price} for {n} hour", context="label of an offer", plural="{what} at {price} for {n} hours"
)
_OFF = Message("{percent} % off", context="label of an offer")
_OFF_FOR_HOURS = Message(
    "{percent} % off for {n} hour", context="label of an offer", plural="{percent} % off for {n} hours"
)
_OFF_SOME = Message("{percent} % off {what}", context="label of an offer")
_OFF_SOME_FOR_HOURS = Message(
    "{percent} % off {what} for {n} hour", context="label of an offer", plural="{percent} % off {what} for {n} hours"
)


def read_flash_sale(terms: WrittenTerms, categories: Sequence[str] | None) -> list[Offer]:
    """One offer; in a campaign it has hours."""
    if categories is not None:
        terms.check_categories(categories)
        terms.whole("hours")
    return [FlashSale(**terms.common("flash-sale"), **terms.own(FlashSale))]
