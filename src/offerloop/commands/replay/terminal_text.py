"""What `offerloop replay` says on one screen of a terminal."""

from __future__ import annotations

from rich.table import Table

from offerloop.commands.replay.columns import columns
from offerloop.commands.replay.findings import OfferSums, ReplayFindings, ReplayResult, Sums
from offerloop.commands.replay.page import assumption, notes, sentence
from offerloop.events import RULE_NAMES
from offerloop.money import to_text
from offerloop.report import Localizer, iso_day, text_page, text_table

_SHOWN = 8
"""Offers, and days, that the terminal has room for."""


def page(done: ReplayResult, language: str = "en") -> str:
    """The finding, what it rests on, the offers and the days, in a few lines."""
    findings, _ = done.findings, Localizer(language, done.findings.currency)
    left_out = [
        _("{n} row {rule}", context="replay", plural="{n} rows {rule}", n=n, rule=_.named(RULE_NAMES, rule))
        for rule, n in findings.left_out.items()
    ]
    said = [*([_("Left out: {rows}", context="replay", rows=_.clauses(left_out))] if left_out else [])]
    said += [_("Note: {note}", context="replay", note=note) for note in notes(findings, language)]
    return text_page(
        sentence(findings, language), assumption(language), "", _offers(findings, _), _by_day(findings, _), *said
    )


def _offers(findings: ReplayFindings, _: Localizer) -> Table:
    shown = findings.by_offer[:_SHOWN]
    title = (
        _(
            "Offers ({n} of {all}, most expensive first), {currency}",
            n=_SHOWN,
            all=len(findings.by_offer),
            currency=findings.currency,
        )
        if len(findings.by_offer) > _SHOWN
        else _("Offers, {currency}", context="table title", currency=findings.currency)
    )
    names = columns(_, "offer", "label", "orders", "discount", "funded_short", "gifts", "biggest_short")
    return text_table(names, (_offer(one, findings, _) for one in shown), names[:2], title)


def _offer(offer: OfferSums, findings: ReplayFindings, _: Localizer) -> tuple[str, ...]:
    amounts = (offer.discount_minor, offer.funded_minor, offer.gifts_minor, offer.biggest_minor)
    return offer.offer_id, _(offer.label), f"{offer.touched:,}", *(to_text(part, findings.currency) for part in amounts)


def _by_day(findings: ReplayFindings, _: Localizer) -> Table:
    """The first and the last days, and all together."""
    rows = [(iso_day(day), one) for day, one in findings.by_day.items()]
    half = _SHOWN // 2
    shown = rows if len(rows) <= _SHOWN else [*rows[:half], ("...", None), *rows[-half:]]
    names = columns(_, "day", "orders", "touched", "before", "discount", "margin_before", "margin_after")
    every = _("all", context="row of a table")
    cells = ((day, *_cells(one, findings.currency)) for day, one in [*shown, (every, findings.total)])
    title = _("Days in {zone}, {currency}", context="table title", zone=findings.zone, currency=findings.currency)
    return text_table(names, cells, title=title)


def _cells(sums: Sums | None, currency: str) -> list[str]:
    if sums is None:
        return []
    amounts = (sums.before_minor, sums.discount_minor, sums.margin_before_minor, sums.margin_after_minor)
    texts = ["" if amount is None else to_text(amount, currency) for amount in amounts]
    return [f"{sums.orders:,}", f"{sums.touched:,}", *texts]
