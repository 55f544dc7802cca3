"""Gift 赠品: something added to the basket for nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from offerloop.message import Message
from offerloop.offers.base import Given, Offer
from offerloop.offers.form import Unit, term
from offerloop.offers.pricing.effects.base import Effect
from offerloop.offers.scope import Scope
from offerloop.offers.stacking import Lane

if TYPE_CHECKING:
    from offerloop.offers.terms import WrittenTerms


@dataclass(frozen=True, kw_only=True)
class Gift(Offer):
    """A product that the shop adds; it changes no price, and its worth counts as what the offer costs."""

    product_id: str = term("product", Message("product given", context="term of an offer"), Unit.TEXT)
    quantity: int = term("quantity", Message("units given", context="term of an offer"), Unit.COUNT, default=1)
    worth_minor: int = term(
        "worth", Message("what it costs the shop", context="term of an offer"), Unit.MONEY, default=0
    )

    kind: ClassVar[str] = "gift"
    lane: ClassVar[Lane] = Lane.PRODUCT

    def effects(self) -> Sequence[tuple[Effect, Scope]]:
        """See `Offer.effects`."""
        return ()

    def gives(self) -> Sequence[Given]:
        """See `Offer.gives`."""
        return (Given(self.label(), self.product_id, self.quantity, self.worth_minor),)

    @property
    def most_minor(self) -> int:
        """See `Offer.most_minor`."""
        return self.worth_minor

    def label(self) -> Message:
        """See `Offer.label`."""
        return Message(
            "{quantity} x {product} as a gift",
            context="label of an offer",
            quantity=self.quantity,
            product=self.product_id,
        )


def read_gift(terms: WrittenTerms, categories: Sequence[str] | None) -> list[Offer]:
    """One offer from `product`, `quantity` and `worth`."""
    del categories
    return [Gift(**terms.common("gift"), **terms.own(Gift))]
