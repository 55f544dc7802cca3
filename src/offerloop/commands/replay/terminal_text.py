"""What `offerloop replay` says on one screen of a terminal."""

from __future__ import annotations

from rich.table import Table

from offerloop.commands.replay.findings import OfferSums, ReplayFindings, ReplayResult, Sums
from offerloop.commands.replay.page import assumption, notes, sentence
from offerloop.money import to_text
from offerloop.report import iso_day, text_page, text_table

_SHOWN = 8
"""Offers, and days, that the terminal has room for."""


def page(done: ReplayResult, language: str = "en") -> str:
    """The finding, what it rests on, the offers and the days, in a few lines."""
    found = done.findings
    left_out = "; ".join(f"{rows:,} rows {rule}" for rule, rows in found.left_out.items())
    return text_page(
        sentence(found, language), assumption(language), "", _offers(found), _by_day(found),
        *([f"Left out: {left_out}"] if left_out else []), *(f"Note: {note}" for note in notes(found, language)),
    )  # fmt: skip


def _offers(found: ReplayFindings) -> Table:
    shown = found.by_offer[:_SHOWN]
    more = f" ({_SHOWN} of {len(found.by_offer)}, most expensive first)" if len(found.by_offer) > _SHOWN else ""
    names = ("offer", "what it is", "orders", "discount", "suppliers pay", "gifts", "largest")
    return text_table(names, (_offer(one, found) for one in shown), names[:2], f"Offers{more}, {found.currency}")


def _offer(one: OfferSums, found: ReplayFindings) -> tuple[str, ...]:
    amounts = (one.discount_minor, one.funded_minor, one.gifts_minor, one.biggest_minor)
    return one.offer_id, one.label, f"{one.touched:,}", *(to_text(part, found.currency) for part in amounts)


def _by_day(found: ReplayFindings) -> Table:
    """The first and the last days, and all together."""
    rows = [(iso_day(day), one) for day, one in found.by_day.items()]
    half = _SHOWN // 2
    shown = rows if len(rows) <= _SHOWN else [*rows[:half], ("...", None), *rows[-half:]]
    names = ("day", "orders", "touched", "before", "discount", "margin before", "margin after")
    cells = ((day, *_cells(one, found.currency)) for day, one in [*shown, ("all", found.total)])
    return text_table(names, cells, title=f"Days in {found.zone}, {found.currency}")


def _cells(one: Sums | None, currency: str) -> list[str]:
    if one is None:
        return []
    amounts = (one.before_minor, one.discount_minor, one.margin_before_minor, one.margin_after_minor)
    texts = ["" if amount is None else to_text(amount, currency) for amount in amounts]
    return [f"{one.orders:,}", f"{one.touched:,}", *texts]
