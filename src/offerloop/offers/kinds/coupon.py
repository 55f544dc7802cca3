"""Coupon 优惠券: a percentage, an amount or a fixed price for what a customer buys of something."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar

from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.offers.base import EACH_CATEGORY, Offer
from offerloop.offers.form import Unit, term, units_per_line_term
from offerloop.offers.kinds.wording import amount_text, percent_text, scope_names
from offerloop.offers.pricing.effects.base import Effect
from offerloop.offers.pricing.effects.chosen_units import OffCheapest, OffInSteps
from offerloop.offers.pricing.effects.each_unit import OffEachUnit
from offerloop.offers.pricing.effects.together import OffTogether
from offerloop.offers.scope import Scope
from offerloop.offers.stacking import Lane

if TYPE_CHECKING:
    from offerloop.offers.terms import WrittenTerms


@dataclass(frozen=True, kw_only=True)
class Coupon(Offer):
    """One of percent, amount and price, on all that it covers together, on every unit, or on the cheapest ones."""

    percent: Fraction | None = term(
        "percent", Message("percentage off", context="term of an offer"), Unit.PERCENT, default=None, most=100
    )
    """Off the price, 0 to 100."""
    amount_minor: int | None = term(
        "amount", Message("amount off", context="term of an offer"), Unit.MONEY, default=None
    )
    price_minor: int | None = term(
        "price", Message("fixed price", context="term of an offer"), Unit.MONEY, default=None
    )
    """Instead: of all together without a scope, of each unit with one."""
    max_minor: int | None = term(
        "max_discount", Message("maximum discount", context="term of an offer"), Unit.MONEY, default=None
    )
    """Without it the liability of a percentage has no finite bound."""
    each_unit: bool = term(
        "each_unit", Message("the amount comes off every unit", context="term of an offer"), Unit.FLAG, default=False
    )
    cheapest: int | None = term(
        "cheapest", Message("only the cheapest units (how many)", context="term of an offer"), Unit.COUNT, default=None
    )

    most_expensive: int | None = term(
        "most_expensive",
        Message("only the most expensive units (how many)", context="term of an offer"),
        Unit.COUNT,
        default=None,
    )
    max_units: int | None = term(
        "max_units", Message("maximum number of units", context="term of an offer"), Unit.COUNT, default=None
    )
    units_per_line: int | None = units_per_line_term()
    steps: tuple[Fraction, ...] = ()
    """Instead of one percentage: off one unit after another, the most expensive first."""

    kind: ClassVar[str] = "coupon"
    lane: ClassVar[Lane] = Lane.COUPON

    def __post_init__(self) -> None:
        if sum(one is not None for one in (self.percent, self.amount_minor, self.price_minor, self.steps or None)) != 1:
            raise InputError(
                Message(
                    "coupon '{offer_id}' needs one of 'percent', 'amount' and 'price', or 'steps'",
                    offer_id=self.offer_id,
                )
            )
        self._check_units()

    def _check_units(self) -> None:
        chosen = sum(map(bool, (self.cheapest, self.most_expensive, self.steps)))
        if chosen > 1 or (self.steps and self.each_unit):
            raise InputError(
                Message("coupon '{offer_id}' chooses its units in more than one way", offer_id=self.offer_id)
            )
        if (self.max_units or self.units_per_line) and (chosen or not self._by_unit):
            raise InputError(
                Message(
                    "coupon '{offer_id}' limits units, which goes with 'each_unit' or a price of each",
                    offer_id=self.offer_id,
                )
            )
        if self.max_minor is not None and (self._by_unit or chosen):
            raise InputError(
                Message(
                    "coupon '{offer_id}' has a 'max_discount', which 'each_unit', 'cheapest', 'most_expensive' and "
                    "steps do not have",
                    offer_id=self.offer_id,
                )
            )

    def effects(self) -> Sequence[tuple[Effect, Scope]]:
        """See `Offer.effects`."""
        each = OffEachUnit(self.percent, self.amount_minor or 0, self.price_minor, self.units_per_line)
        if self.steps:
            return [(OffInSteps(self.steps), self.scope)]
        count = self.cheapest or self.most_expensive
        if count:
            return [(OffCheapest(each, count, bool(self.most_expensive)), self.scope)]
        if self._by_unit:
            return [(each, self.scope)]
        return [(OffTogether(self.percent, self.amount_minor or 0, self.price_minor, self.max_minor), self.scope)]

    @property
    def _by_unit(self) -> bool:
        """Whether it is computed for every unit on its own."""
        return self.each_unit or (self.price_minor is not None and not self.scope.is_everything)

    @property
    def depth(self) -> Fraction | None:
        """See `Offer.depth`."""
        some = self.cheapest or self.most_expensive or self.max_units or self.units_per_line
        plain = self.percent is not None and not some and self.scope == Scope(categories=self.scope.categories)
        return self.percent / 100 if plain and self.percent is not None else None

    @property
    def share_off(self) -> Fraction | None:
        """See `Offer.share_off`."""
        return None if self.percent is None else self.percent / 100

    @property
    def most_minor(self) -> int | None:
        """See `Offer.most_minor`."""
        if self.amount_minor is not None and (self.max_units or not self.each_unit):
            off = self.amount_minor * (self.cheapest or self.most_expensive or self.max_units or 1)
            return off if self.max_minor is None else min(off, self.max_minor)
        return self.max_minor

    @property
    def limiting_term(self) -> str | None:
        """See `Offer.limiting_term`."""
        if self.cheapest or self.most_expensive or self.steps:
            return None
        if self._by_unit:
            return None if self.amount_minor is None else "max_units"
        return "max_discount"

    def label(self) -> Message:
        """See `Offer.label`."""
        what, of_each = self._what(), (self.cheapest or self.most_expensive or 1) > 1
        if self.price_minor is not None:
            price = amount_text(self.price_minor, self.currency)
            if of_each:
                return Message("{what} for {price} each", context="label of an offer", what=what, price=price)
            return Message("{what} for {price}", context="label of an offer", what=what, price=price)
        if self.steps:
            steps = [float(one) for one in self.steps]
            return Message("{percents} % off one unit after another of {what}", percents=steps, what=what)
        if self.percent is None:
            amount = amount_text(self.amount_minor or 0, self.currency)
            if of_each:
                what = Message("each of {what}", context="label of an offer", what=what)
            return Message("{amount} off {what}", context="label of an offer", amount=amount, what=what)
        percent = float(self.percent)
        if self.scope.is_everything and not (self.cheapest or self.most_expensive):
            return Message("{percent} % off everything", context="label of an offer", percent=percent)
        return Message("{percent} % off {what}", context="label of an offer", percent=percent, what=what)

    def _what(self) -> Message | str:
        """Return what it takes something off."""
        what = scope_names(self.scope, self.currency)
        if self.most_expensive:
            text = Message("the {n} most expensive of {what}", context="label of an offer")
            return text.with_values(n=self.most_expensive, what=what)
        if not self.cheapest:
            return self._each_unit(what) if self.each_unit and self.amount_minor is not None else what
        if self.cheapest == 1:
            return Message("the cheapest of {what}", context="label of an offer", what=what)
        return Message("the {n} cheapest of {what}", context="label of an offer", n=self.cheapest, what=what)

    def _each_unit(self, what: Message | str) -> Message:
        if self.scope.is_everything:
            return Message("each unit", context="label of an offer")
        return Message("each unit of {what}", context="label of an offer", what=what)


def read_coupon(terms: WrittenTerms, categories: Sequence[str] | None) -> list[Offer]:
    """Coupons of the given percentages on one category, on every known category, or on everything.

    Without known categories the one coupon as it is written.
    """
    steps = () if terms.get("steps") is None else tuple(terms.percents("steps"))
    if categories is None:
        return [Coupon(**terms.common("coupon"), **terms.own(Coupon), steps=steps)]
    name, on = terms.text("id", "coupon"), terms.get("on")
    percents = [None] if terms.get("percent") is None else terms.percents("percent")
    terms.check_categories(categories)
    scopes = terms.scope_here().of_each(categories) if on == EACH_CATEGORY else [None]
    own, offers = terms.own(Coupon, without="percent"), list[Offer]()
    for scope in scopes:
        for percent in percents:
            coupon = Coupon(**terms.common("coupon", scope), percent=percent, steps=steps, **own)
            offers.append(replace(coupon, offer_id=_offer_id(name, coupon)))
    return offers


def _offer_id(name: str, coupon: Coupon) -> str:
    depth = name if coupon.percent is None else f"{name}-{percent_text(coupon.percent)}"
    return depth if coupon.category is None else f"{depth} {coupon.category}"
