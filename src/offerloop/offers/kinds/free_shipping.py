"""Free shipping 包邮, or a part of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar

from offerloop.message import Message
from offerloop.offers.base import Offer
from offerloop.offers.form import Unit, term
from offerloop.offers.pricing.effects.base import Effect
from offerloop.offers.pricing.effects.shipping import OffShipping
from offerloop.offers.scope import Scope
from offerloop.offers.stacking import Lane

if TYPE_CHECKING:
    from offerloop.offers.terms import WrittenTerms


@dataclass(frozen=True, kw_only=True)
class FreeShipping(Offer):
    """A percentage of shipping; all of it unless something else is said."""

    percent: Fraction = term(
        "percent", Message("percentage off", context="term of an offer"), Unit.PERCENT, default=Fraction(100), most=100
    )
    max_minor: int | None = term(
        "max_discount", Message("maximum discount", context="term of an offer"), Unit.MONEY, default=None
    )

    methods: frozenset[str] = frozenset()
    """Shipping methods that it is about; empty for all."""

    kind: ClassVar[str] = "free_shipping"
    lane: ClassVar[Lane] = Lane.SHIPPING

    def effects(self) -> Sequence[tuple[Effect, Scope]]:
        """See `Offer.effects`."""
        return [(OffShipping(self.percent, self.max_minor, self.scope.shops, self.methods), self.scope)]

    @property
    def most_minor(self) -> int | None:
        """See `Offer.most_minor`."""
        return self.max_minor

    @property
    def limiting_term(self) -> str | None:
        """See `Offer.limiting_term`."""
        return "max_discount"

    def label(self) -> Message:
        """See `Offer.label`."""
        if self.percent == 100:
            label = Message("free shipping", context="label of an offer")
        else:
            label = Message("{percent} % off shipping", context="label of an offer", percent=float(self.percent))
        limits = sorted(self.scope.shops) + sorted(self.methods)
        if not limits:
            return label
        return Message("{label} ({limits})", context="label of an offer", label=label, limits=limits)


def read_free_shipping(terms: WrittenTerms, categories: Sequence[str] | None) -> list[Offer]:
    """Read one offer of free shipping."""
    del categories
    methods = terms.names("methods")
    return [FreeShipping(**terms.common("free-shipping"), **terms.own(FreeShipping), methods=methods)]
