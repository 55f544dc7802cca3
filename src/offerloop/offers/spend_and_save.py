"""Spend-and-save 满减: an amount off once the basket reaches a threshold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from offerloop.errors import InputError
from offerloop.offers.base import ANY_CHANNEL, Assumption, Contact, Offer

if TYPE_CHECKING:
    from offerloop.offers.reading import Terms


@dataclass(frozen=True)
class SpendAndSave:
    """`off` less when one basket costs at least `spend`."""

    offer_id: str
    spend_minor: int
    off_minor: int
    funded_share: Fraction
    text: str
    """The written terms, for the label."""
    assumed: Assumption | None = None
    contact: Contact = ANY_CHANNEL
    kind: str = "spend_and_save"
    category: str | None = None
    depth: Fraction | None = None
    share_off: Fraction | None = None

    @property
    def threshold_minor(self) -> int:
        """See `Offer.threshold_minor`."""
        return self.spend_minor

    @property
    def most_minor(self) -> int:
        """See `Offer.most_minor`."""
        return self.off_minor

    def label(self) -> str:
        """See `Offer.label`."""
        return self.text


def read_spend_and_save(terms: Terms, categories: Sequence[str]) -> list[Offer]:
    """One offer from `spend` and `save`."""
    del categories  # it covers the whole basket
    spend, off = terms.money("spend"), terms.money("save")
    if off > spend:
        raise InputError(f"'save' ({terms.need('save')}) is more than 'spend' ({terms.need('spend')})")
    offer_id = terms.text("id", "spend-and-save")
    text = f"{terms.need('save')} off from {terms.need('spend')} {terms.currency}"
    funded, assumed, contact = terms.share("funded_share"), terms.assumption(), terms.contact()
    return [SpendAndSave(offer_id, spend, off, funded, text, assumed, contact)]
