"""Small pieces of text that the pages of several commands share."""

from __future__ import annotations

from offerloop.message import Message
from offerloop.report.localizer import Localizer

BASES_OF_EFFECTS = {
    "transferred": Message("transferred from shelf prices"),
    "measured": Message("measured by an earlier read-out"),
    "estimated": Message("estimated from offers shown at random"),
    "assumed": Message("assumed by the shop, not shown by data"),
    "unknown": Message("unknown: nothing shows what it does"),
}
"""What the effect of an offer rests on, by the names in the tables."""


def capital(text: str) -> str:
    """Return a text with a capital letter where it begins with a letter."""
    return text[:1].upper() + text[1:]


def p_words(p_value: float | None, _: Localizer) -> str:
    """Return a p-value as a reader needs it; nothing where there is none."""
    if p_value is None:
        return ""
    return (
        _("below 0.001", context="p-value")
        if p_value < 0.001
        else _.numbers(f"{p_value:.2g}")
        if p_value < 0.995
        else "1"
    )
