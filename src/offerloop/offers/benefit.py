"""Benefit 权益: something given that is no discount, such as a trial, an unlocked lesson, a message."""

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
class Benefit:
    """Takes a fixed amount from the budget when it is used, or only its contact cost when it is sent."""

    offer_id: str
    text: str
    """What a customer would read."""
    takes_minor: int
    """From the budget, in its unit."""
    category: str | None
    funded_share: Fraction
    assumed: Assumption | None = None
    contact: Contact = ANY_CHANNEL
    threshold_minor: int = 0
    kind: str = "benefit"
    depth: Fraction | None = None
    share_off: Fraction | None = None

    @property
    def most_minor(self) -> int:
        """See `Offer.most_minor`."""
        return self.takes_minor

    def label(self) -> str:
        """See `Offer.label`."""
        return self.text


def read_benefit(terms: Terms, categories: Sequence[str]) -> list[Offer]:
    """Benefits from `text` and `takes`, on everything, on one category or on every known one."""
    text, name, on = terms.text("text", ""), terms.text("id", "benefit"), terms.get("on")
    if on not in (None, EACH_CATEGORY, *categories):
        raise InputError(f"benefit '{name}' is on the unknown category '{on}'{near_miss(str(on), categories)}")
    takes = 0 if terms.get("takes") is None else terms.money("takes")
    funded, assumed, contact = terms.share("funded_share"), terms.assumption(), terms.contact()
    scope: Sequence[str | None] = categories if on == EACH_CATEGORY else [on]
    return [
        Benefit(
            offer_id=name if one is None else f"{name} {one}",
            text=text if one is None else f"{text}: {one}",
            takes_minor=takes, category=one, funded_share=funded, assumed=assumed, contact=contact,
        )
        for one in scope
    ]  # fmt: skip
