"""Small pieces of text that the pages of several commands share."""

from __future__ import annotations

from offerloop.report.localizer import Localizer


def capital(text: str) -> str:
    """Return a text with a capital letter where it begins with a letter."""
    return text[:1].upper() + text[1:]


def p_words(p_value: float | None, _: Localizer) -> str:
    """Return a p-value as a reader needs it; nothing where there is none."""
    if p_value is None:
        return ""
    return _("below 0.001", context="p-value") if p_value < 0.001 else f"{p_value:.2g}" if p_value < 0.995 else "1"
