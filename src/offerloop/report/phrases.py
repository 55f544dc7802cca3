"""Small pieces of text that the pages of several commands share."""

from __future__ import annotations

from collections.abc import Mapping

from offerloop.message import Message, Value
from offerloop.report.localizer import Localizer

BASES_OF_EFFECTS = {
    "transferred": Message("transferred from shelf prices"),
    "measured": Message("measured by an earlier read-out"),
    "estimated": Message("estimated from offers shown at random"),
    "assumed": Message("assumed by the shop, not shown by data"),
    "unknown": Message("unknown: nothing shows what it does"),
}
"""What the effect of an offer rests on, by the names in the tables."""
BUDGET_BASES = {
    "liability": Message(
        "Budget basis “liability”: every offer counts at the most it can cost us, so the budget "
        "holds whatever customers do."
    ),
    "expected": Message(
        "Budget basis “expected”: every offer counts at its expected cost, so the budget holds on average only."
    ),
}
"""How an offer counts against the budget."""


_WEEK = 7


def period_text(days: int) -> Message:
    """Return "one week", "2 weeks" or, where the days are no whole weeks, "10 days"."""
    if days == _WEEK:
        return Message("one week", context="length of time")
    if days % _WEEK == 0:
        return Message("{n} week", context="length of time", plural="{n} weeks").with_values(n=days // _WEEK)
    return Message("{n} day", context="length of time", plural="{n} days").with_values(n=days)


def headings(titles: Mapping[str, Message], _: Localizer, *names: str, **values: Value) -> tuple[str, ...]:
    """Translate some of the titles of a table's columns; values complete each."""
    return tuple(_(titles[name].with_values(**values)) for name in names)


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
