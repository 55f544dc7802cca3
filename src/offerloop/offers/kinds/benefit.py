"""Benefit 权益: something given that is no discount, such as a trial, an unlocked lesson, a message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from offerloop.message import Message
from offerloop.offers.base import EACH_CATEGORY, Given, Offer
from offerloop.offers.form import Unit, term
from offerloop.offers.pricing.effects.base import Effect
from offerloop.offers.scope import Scope
from offerloop.offers.stacking import Lane

if TYPE_CHECKING:
    from offerloop.offers.terms import WrittenTerms


@dataclass(frozen=True, kw_only=True)
class Benefit(Offer):
    """Takes a fixed amount from the budget when it is used, or only its contact cost when it is sent."""

    text: str = term("text", Message("what a customer reads", context="term of an offer"), Unit.TEXT)
    takes_minor: int = term(
        "takes", Message("taken from the budget", context="term of an offer"), Unit.MONEY, default=0
    )
    """What it takes from the budget, in the budget's unit."""

    kind: ClassVar[str] = "benefit"
    lane: ClassVar[Lane] = Lane.COUPON

    def effects(self) -> Sequence[tuple[Effect, Scope]]:
        """See `Offer.effects`."""
        return ()

    def gives(self) -> Sequence[Given]:
        """See `Offer.gives`."""
        return (Given(self.text, worth_minor=self.takes_minor),)

    @property
    def most_minor(self) -> int:
        """See `Offer.most_minor`."""
        return self.takes_minor

    def label(self) -> Message:
        """See `Offer.label`."""
        return Message("{text}", context="pattern", text=self.text)


def read_benefit(terms: WrittenTerms, categories: Sequence[str] | None) -> list[Offer]:
    """Benefits from `text` and `takes`, on everything, on one category or on every known one."""
    if categories is None:
        return [Benefit(**terms.common("benefit"), **terms.own(Benefit))]
    terms.check_categories(categories)
    name, on = terms.text("id", "benefit"), terms.names("on")
    own, text = terms.own(Benefit, without="text"), terms.text("text", "")
    if len(on) != 1:
        return [Benefit(**terms.common(name), text=text, **own)]
    offers: list[Offer] = []
    for scope in terms.scope_here().of_each(categories if EACH_CATEGORY in on else sorted(on)):
        (each,) = scope.categories
        common = terms.common(name, scope)
        offers.append(Benefit(**common | {"offer_id": f"{name} {each}"}, text=f"{text}: {each}", **own))
    return offers
