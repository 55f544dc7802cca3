"""Flash sale 限时抢购: a percentage off in a short window, of one category or of everything."""

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
class FlashSale:
    """Percent off for some hours. Urgency is part of it, so shelf prices do not tell its effect: no `depth`."""

    offer_id: str
    percent: Fraction
    hours: int
    most_minor: int | None
    funded_share: Fraction
    assumed: Assumption | None = None
    contact: Contact = ANY_CHANNEL
    threshold_minor: int = 0
    kind: str = "flash_sale"
    category: str | None = None
    depth: Fraction | None = None

    @property
    def share_off(self) -> Fraction:
        """See `Offer.share_off`."""
        return self.percent / 100

    def label(self) -> str:
        """See `Offer.label`."""
        scope = "" if self.category is None else f" {self.category}"
        return f"{float(self.percent):g} % off{scope} for {self.hours} hours"


def read_flash_sale(terms: Terms, categories: Sequence[str]) -> list[Offer]:
    """One offer from `percent`, `hours`, `max_discount` and, unless it covers everything, the category `on`."""
    on = terms.get("on")
    if on not in (None, *categories):
        raise InputError(f"the flash sale is on the unknown category '{on}'{near_miss(str(on), categories)}")
    percent, hours = terms.percent("percent"), terms.whole("hours")
    most = terms.money("max_discount") if terms.get("max_discount") is not None else None
    offer_id = terms.text("id", "flash-sale")
    funded, assumed, contact = terms.share("funded_share"), terms.assumption(), terms.contact()
    return [FlashSale(offer_id, percent, hours, most, funded, assumed, contact, category=on)]
