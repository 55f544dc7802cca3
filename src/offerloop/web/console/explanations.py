"""Explanations of an offer, one for each kind of reader."""

from __future__ import annotations

from offerloop.message import Message
from offerloop.web.console.blocks import Block, Heading, Listing, Paragraph

AUDIENCES = {
    "support": Message("Why: what support may say", context="heading above an explanation"),
    "customer": Message("Why: what the customer may read", context="heading above an explanation"),
    "marketer": Message("Why: in full, with what would change it", context="heading above an explanation"),
}
"""The heading for each kind of reader."""


def explanation(audience: str, text: str) -> tuple[Block, Block]:
    """Return an explanation under its heading; the one for marketers has tables in it, whose spaces stay."""
    heading = AUDIENCES[audience]
    return Heading(heading), Listing(text, heading) if audience == "marketer" else Paragraph(text)
