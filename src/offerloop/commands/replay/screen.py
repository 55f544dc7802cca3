"""What `offerloop replay` says on one screen of a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO

from rich.console import Console
from rich.table import Table

from offerloop.commands.replay.findings import Replayed, ReplayFindings, Sums
from offerloop.commands.replay.page import assumption, notes, sentence
from offerloop.money import to_text
from offerloop.report import iso_day

WIDTH = 100
_SHOWN = 8
"""Offers, and days, that the terminal has room for."""


def page(done: Replayed, language: str = "en") -> str:
    """The finding, what it rests on, the offers and the days, in a few lines."""
    found, text = done.findings, StringIO()
    console = Console(file=text, width=WIDTH, highlight=False, markup=False, emoji=False)
    console.print(sentence(found, language))
    console.print(assumption(language), end="\n\n")
    console.print(_offers(found), end="\n")
    console.print(_by_day(found), end="\n")
    if found.left_out:
        console.print("Left out:", "; ".join(f"{rows:,} rows {rule}" for rule, rows in found.left_out.items()))
    for note in notes(found, language):
        console.print(f"Note: {note}")
    return text.getvalue().rstrip()


def _columns(title: str, labels: Sequence[str], figures: Sequence[str]) -> Table:
    table = Table(*labels, title=title, title_justify="left", box=None, pad_edge=False)
    for name in figures:
        table.add_column(name, justify="right")
    return table


def _offers(found: ReplayFindings) -> Table:
    shown = found.by_offer[:_SHOWN]
    more = f" ({_SHOWN} of {len(found.by_offer)}, most expensive first)" if len(found.by_offer) > _SHOWN else ""
    table = _columns(
        f"Offers{more}, {found.currency}", ("offer", "what it is"),
        ("orders", "discount", "suppliers pay", "gifts", "largest"),
    )  # fmt: skip
    for one in shown:
        amounts = (one.discount_minor, one.funded_minor, one.gifts_minor, one.biggest_minor)
        table.add_row(one.offer_id, one.label, f"{one.touched:,}", *(to_text(part, found.currency) for part in amounts))
    return table


def _by_day(found: ReplayFindings) -> Table:
    """The first and the last days, and all together."""
    rows = [(iso_day(day), one) for day, one in found.by_day.items()]
    names = ("orders", "touched", "before", "discount", "margin before", "margin after")
    table = _columns(f"Days in {found.zone}, {found.currency}", ("day",), names)
    half = _SHOWN // 2
    shown = rows if len(rows) <= _SHOWN else [*rows[:half], ("...", None), *rows[-half:]]
    for day, one in [*shown, ("all", found.total)]:
        table.add_row(day, *([] if one is None else _cells(one, found.currency)))
    return table


def _cells(one: Sums, currency: str) -> list[str]:
    amounts = (one.before_minor, one.discount_minor, one.margin_before_minor, one.margin_after_minor)
    texts = ["" if amount is None else to_text(amount, currency) for amount in amounts]
    return [f"{one.orders:,}", f"{one.touched:,}", *texts]
