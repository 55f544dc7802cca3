"""What `offerloop replay` says on one screen of a terminal."""

from __future__ import annotations

from rich.table import Table

from offerloop.commands.replay.columns import heads
from offerloop.commands.replay.findings import OfferSums, ReplayFindings, ReplayResult, Sums
from offerloop.commands.replay.page import assumption, notes, sentence
from offerloop.events import RULE_NAMES
from offerloop.money import to_text
from offerloop.report import Localizer, iso_day, text_page, text_table

_SHOWN = 8
"""Offers, and days, that the terminal has room for."""


def page(done: ReplayResult, language: str = "en") -> str:
    """The finding, what it rests on, the offers and the days, in a few lines."""
    found, _ = done.findings, Localizer(language, done.findings.currency)
    left_out = [
        _("{n} row {rule}", context="replay", plural="{n} rows {rule}", n=n, rule=_.named(RULE_NAMES, rule))
        for rule, n in found.left_out.items()
    ]
    said = [*([_("Left out: {rows}", context="replay", rows=_.clauses(left_out))] if left_out else [])]
    said += [_("Note: {note}", context="replay", note=note) for note in notes(found, language)]
    return text_page(sentence(found, language), assumption(language), "", _offers(found, _), _by_day(found, _), *said)


def _offers(found: ReplayFindings, _: Localizer) -> Table:
    shown = found.by_offer[:_SHOWN]
    title = (
        _(
            "Offers ({n} of {all}, most expensive first), {currency}",
            n=_SHOWN,
            all=len(found.by_offer),
            currency=found.currency,
        )
        if len(found.by_offer) > _SHOWN
        else _("Offers, {currency}", context="table title", currency=found.currency)
    )
    names = heads(_, "offer", "label", "orders", "discount", "funded_short", "gifts", "biggest_short")
    return text_table(names, (_offer(one, found, _) for one in shown), names[:2], title)


def _offer(one: OfferSums, found: ReplayFindings, _: Localizer) -> tuple[str, ...]:
    amounts = (one.discount_minor, one.funded_minor, one.gifts_minor, one.biggest_minor)
    return one.offer_id, _(one.label), f"{one.touched:,}", *(to_text(part, found.currency) for part in amounts)


def _by_day(found: ReplayFindings, _: Localizer) -> Table:
    """The first and the last days, and all together."""
    rows = [(iso_day(day), one) for day, one in found.by_day.items()]
    half = _SHOWN // 2
    shown = rows if len(rows) <= _SHOWN else [*rows[:half], ("...", None), *rows[-half:]]
    names = heads(_, "day", "orders", "touched", "before", "discount", "margin_before", "margin_after")
    every = _("all", context="row of a table")
    cells = ((day, *_cells(one, found.currency)) for day, one in [*shown, (every, found.total)])
    title = _("Days in {zone}, {currency}", context="table title", zone=found.zone, currency=found.currency)
    return text_table(names, cells, title=title)


def _cells(one: Sums | None, currency: str) -> list[str]:
    if one is None:
        return []
    amounts = (one.before_minor, one.discount_minor, one.margin_before_minor, one.margin_after_minor)
    texts = ["" if amount is None else to_text(amount, currency) for amount in amounts]
    return [f"{one.orders:,}", f"{one.touched:,}", *texts]
