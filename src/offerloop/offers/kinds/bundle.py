"""Bundle 组合价: some units of each of several parts together at one price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar

from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.offers.base import Offer
from offerloop.offers.form import Unit, term, units_per_line_term
from offerloop.offers.kinds.wording import all_of, amount_text, scope_names
from offerloop.offers.pricing.effects.base import Effect
from offerloop.offers.pricing.effects.bundle import BundleOf
from offerloop.offers.scope import Scope
from offerloop.offers.stacking import Lane

if TYPE_CHECKING:
    from offerloop.offers.terms import WrittenTerms


@dataclass(frozen=True, kw_only=True)
class Bundle(Offer):
    """Parts of a scope and a number of units, at a price or a percentage less."""

    parts: tuple[tuple[Scope, int], ...] = term("parts", Message("parts", context="term of an offer"), Unit.TABLE)
    price_minor: int | None = term(
        "price", Message("price of the bundle", context="term of an offer"), Unit.MONEY, default=None
    )
    percent: Fraction | None = term(
        "percent", Message("percentage off", context="term of an offer"), Unit.PERCENT, default=None
    )
    times: int | None = term(
        "times", Message("maximum number of times", context="term of an offer"), Unit.COUNT, default=None
    )
    units_per_line: int | None = units_per_line_term()

    kind: ClassVar[str] = "bundle"
    lane: ClassVar[Lane] = Lane.PRODUCT

    def __post_init__(self) -> None:
        if (self.percent is None) == (self.price_minor is None):
            raise InputError(Message("bundle '{offer_id}' needs either 'price' or 'percent'", offer_id=self.offer_id))
        if not self.scope.is_everything:
            raise InputError(
                Message(
                    "what bundle '{offer_id}' is about stands in its parts, not beside them", offer_id=self.offer_id
                )
            )
        if not self.parts or any(count < 1 for _, count in self.parts):
            raise InputError(
                Message("bundle '{offer_id}' needs 'parts', each with a 'count' of 1 or more", offer_id=self.offer_id)
            )

    def effects(self) -> Sequence[tuple[Effect, Scope]]:
        """See `Offer.effects`."""
        bundle = BundleOf(self.parts, self.price_minor, self.percent, self.times, self.units_per_line)
        return [(bundle, self.parts[0][0])]

    @property
    def share_off(self) -> Fraction | None:
        """See `Offer.share_off`."""
        return None if self.percent is None else self.percent / 100

    def label(self) -> Message:
        """See `Offer.label`."""
        part = Message("{count} of {what}", context="label of an offer")
        parts = [(count, scope_names(scope, self.currency)) for scope, count in self.parts]
        what = all_of([part.with_values(count=count, what=names) for count, names in parts])
        if self.percent is not None:
            percent = float(self.percent)
            return Message("{what} together: {percent} % off", context="label of an offer", what=what, percent=percent)
        price = amount_text(self.price_minor or 0, self.currency)
        return Message("{what} together for {price}", context="label of an offer", what=what, price=price)


def read_bundle(terms: WrittenTerms, categories: Sequence[str] | None) -> list[Offer]:
    """One offer from `parts`, each with a scope and a `count`."""
    del categories
    rows = terms.rows("parts", terms.need("parts"))
    parts = tuple((row.scope_here(), row.whole("count")) for row in rows)
    for row in rows:
        row.finish()
    return [Bundle(**terms.common("bundle"), parts=parts, **terms.own(Bundle, without="parts"))]
