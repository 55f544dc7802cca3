"""Buy X get Y 买赠: for every so many units, some more at less, or for nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar

from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.offers.base import Offer
from offerloop.offers.form import Unit, term, units_per_line_term
from offerloop.offers.kinds.wording import scope_names
from offerloop.offers.pricing.effects.base import Effect
from offerloop.offers.pricing.effects.chosen_units import BuyGet
from offerloop.offers.pricing.effects.each_unit import OffEachUnit
from offerloop.offers.scope import EVERYTHING, Scope
from offerloop.offers.stacking import Lane

if TYPE_CHECKING:
    from offerloop.offers.terms import WrittenTerms


@dataclass(frozen=True, kw_only=True)
class BuyXGetY(Offer):
    """What is got is the cheapest of all that count, or comes from a scope of its own."""

    buy: int = term("buy", Message("units to buy", context="term of an offer"), Unit.COUNT)
    get: int = term("get", Message("units to get", context="term of an offer"), Unit.COUNT)
    percent: Fraction = term(
        "percent",
        Message("percentage off these", context="term of an offer"),
        Unit.PERCENT,
        default=Fraction(100),
        most=100,
    )
    got_from: Scope | None = term(
        "got_from", Message("these come from", context="term of an offer"), Unit.SCOPE, default=None
    )
    times: int | None = term(
        "times", Message("maximum number of times", context="term of an offer"), Unit.COUNT, default=None
    )
    most_expensive: bool = term(
        "most_expensive", Message("the most expensive ones", context="term of an offer"), Unit.FLAG, default=False
    )
    """Whether what is got are the most expensive units instead of the cheapest."""
    units_per_line: int | None = units_per_line_term()
    """Units that are bought or got."""

    kind: ClassVar[str] = "buy_x_get_y"
    lane: ClassVar[Lane] = Lane.PRODUCT

    def __post_init__(self) -> None:
        if self.buy < 1 or self.get < 1:
            raise InputError(Message("'{offer_id}' must have 'buy' and 'get' of 1 or more", offer_id=self.offer_id))

    def effects(self) -> Sequence[tuple[Effect, Scope]]:
        """See `Offer.effects`."""
        effect = BuyGet(
            self.buy, self.get, OffEachUnit(self.percent), self.got_from, self.times, self.most_expensive,
            self.units_per_line,
        )  # fmt: skip
        return [(effect, self.scope)]

    @property
    def share_off(self) -> Fraction | None:
        """See `Offer.share_off`."""
        return self.percent / 100 * Fraction(self.get, self.buy + self.get)

    def label(self) -> Message:
        """See `Offer.label`."""
        got_from = self.got_from if self.got_from not in (None, EVERYTHING) else self.scope
        other = scope_names(got_from, self.currency)
        if self.most_expensive:
            other = Message("the most expensive of {what}", context="label of an offer", what=other)
        text = (
            Message("buy {buy} of {what}, get {get} of {other} free")
            if self.percent == 100
            else Message("buy {buy} of {what}, get {get} of {other} at {percent} % off")
        )
        return text.with_values(
            buy=self.buy,
            what=scope_names(self.scope, self.currency),
            get=self.get,
            other=other,
            percent=float(self.percent),
        )


def read_buy_x_get_y(terms: WrittenTerms, categories: Sequence[str] | None) -> list[Offer]:
    """One offer from `buy` and `get`."""
    del categories
    return [BuyXGetY(**terms.common("buy-get"), **terms.own(BuyXGetY))]
