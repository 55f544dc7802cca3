"""What of an offer may cost any amount, and the term that would limit it."""

from __future__ import annotations

from dataclasses import dataclass

from offerloop.message import Message
from offerloop.offers.base import Offer
from offerloop.offers.kinds.combined import Combined
from offerloop.offers.reading import offer_form

_NOT_IN_PARTS = ("max_units",)
"""Terms that a part of a combined offer cannot have."""


@dataclass(frozen=True)
class MissingLimit:
    """A term that would limit what an offer, or a part of a combined one, can cost."""

    kind: str
    term: str | None
    """Its name in a file; None where no term can limit the cost."""
    parts: tuple[int, ...] = ()
    """Places of the part, counted from 1, in the combined offer and in those within it."""

    @property
    def field(self) -> str:
        """Return where the term belongs in the written offer, such as ``parts.1.max_discount``."""
        return ".".join([*(f"parts.{one - 1}" for one in self.parts), *([self.term] if self.term else [])])

    @property
    def label(self) -> Message | str:
        """Return what a form calls the term."""
        return next((one.label for one in offer_form(self.kind) if one.written == self.term), "")

    def of(self, offer: Message) -> Message:
        """Name what may cost any amount by the words for the offer that it is, or is a part of."""
        place = ".".join(map(str, self.parts))
        if not place:
            return offer
        return Message("part {place} of {offer}", context="part of an offer", place=place, offer=offer)


def missing_limit(offer: Offer, *parts: int) -> MissingLimit | None:
    """Return what of an offer may cost any amount, first what no term can limit; None where its cost has a limit."""
    if offer.most_minor is not None:
        return None
    if isinstance(offer, Combined):
        missing = [missing_limit(part, *parts, place) for place, part in enumerate(offer.parts, 1)]
        return min(filter(None, missing), key=lambda one: one.term is not None)
    term = offer.limiting_term
    return MissingLimit(offer.kind, None if parts and term in _NOT_IN_PARTS else term, parts)
