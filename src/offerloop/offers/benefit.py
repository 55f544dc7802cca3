"""Benefit 权益: something given that is no discount, such as a trial, an unlocked lesson, a message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from offerloop.errors import InputError, near_miss
from offerloop.offers.base import ANY_CHANNEL, Assumption, Contact, Offer

if TYPE_CHECKING:
    from offerloop.offers.reading import Terms


@dataclass(frozen=True)
class Benefit:
    """Takes a fixed amount from the budget when it is used; nobody knows its effect before it was tried."""

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
    """One benefit from `text`, `takes` and perhaps a category in `on`."""
    text, takes, on = terms.text("text", ""), terms.money("takes"), terms.get("on")
    if on is not None and on not in categories:
        raise InputError(f"benefit '{text}' is on the unknown category '{on}'{near_miss(str(on), categories)}")
    funded, assumed, contact = terms.share("funded_share"), terms.assumption(), terms.contact()
    return [Benefit(terms.text("id", "benefit"), text, takes, on, funded, assumed, contact)]
