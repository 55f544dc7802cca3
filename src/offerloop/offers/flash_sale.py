"""Flash sale 限时抢购: a percentage off in a short window, with a limit for each customer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

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
        return f"{float(self.percent):g} % off for {self.hours} hours"


def read_flash_sale(terms: Terms, categories: Sequence[str]) -> list[Offer]:
    """One offer from `percent`, `hours` and `max_discount`."""
    del categories  # it covers the whole basket
    percent, hours = terms.percent("percent"), terms.whole("hours")
    most = terms.money("max_discount") if terms.get("max_discount") is not None else None
    offer_id = terms.text("id", "flash-sale")
    funded, assumed, contact = terms.share("funded_share"), terms.assumption(), terms.contact()
    return [FlashSale(offer_id, percent, hours, most, funded, assumed, contact)]
