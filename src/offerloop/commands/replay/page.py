"""The page of a replay: what offers would have cost over past orders, day by day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from offerloop.commands.replay.columns import columns
from offerloop.commands.replay.findings import ReplayFindings, Sums
from offerloop.commands.replay.notes import NOTES
from offerloop.config import Shop
from offerloop.events import RULE_NAMES
from offerloop.message import Message, Value
from offerloop.report import (
    MONDAY,
    MOST_DAYS,
    WEEK,
    Axes,
    Bullets,
    ColumnPart,
    Figure,
    Localizer,
    Opening,
    Section,
    Table,
    Text,
    Tile,
    day_labels,
    figure,
    iso_day,
    money_labels,
    study_page,
)
from offerloop.report import (
    columns as column_chart,
)

TILES = {
    "touched": Message("Orders touched", context="key figure"),
    "discount": Message("Discount", context="key figure"),
    "cost": Message("Paid by the shop"),
    "margin": Message("Margin after", context="key figure"),
}
"""Names of the key figures."""
TILE_NOTES = {
    "touched": Message("{share} of {orders} orders", context="note of a key figure"),
    "discount": Message("{share} of {before} before", context="note of a key figure"),
    "cost": Message("discount and gifts, less {funded} that suppliers pay"),
    "margin": Message("{before} before", context="note of a key figure"),
}
"""What stands below them."""
CHARTS = {
    "day": Message("When the discount would have been given, by day"),
    "week": Message("When the discount would have been given, by week"),
}
"""Titles of the chart, by the width of its bars."""
AXES = {
    "day": Message("day", context="axis title"),
    "week": Message("week", context="axis title"),
}
"""Titles of its axis."""


def sentence(findings: ReplayFindings, language: str = "en") -> str:
    """Return the finding, and what it does to the margin where that is known."""
    _ = Localizer(language, findings.currency)
    return _.sentences([_headline(findings.total, _), _margin(findings.total, _)])


def _headline(total: Sums, _: Localizer) -> str:
    if not total.touched:
        return _(
            "The {n} past order would not have been touched by these offers.",
            plural="None of {n} past orders would have been touched by these offers.",
            n=total.orders,
        )
    money = _.money.exact
    share = _.share(total.touched / total.orders, least=0.001)
    figures = {"orders": _.count(total.orders), "touched": _.count(total.touched), "share": share}
    said = _(
        "Over {orders} past orders these offers would have touched {touched} ({share}) and taken off {discount}",
        **figures,
        discount=money(total.discount_minor),
    )
    said += _(", with gifts for {gifts}", context="replay", gifts=money(total.gifts_minor)) if total.gifts_minor else ""
    return said + _("; {cost} of it paid by the shop itself.", cost=money(total.cost_minor))


def _margin(total: Sums, _: Localizer) -> str:
    before, after, money = total.margin_before_minor, total.margin_after_minor, _.money.exact
    if not total.touched or before is None or after is None:
        return ""
    return _("The margin of these orders goes from {before} to {after}.", before=money(before), after=money(after))


def assumption(language: str = "en") -> str:
    """Return the sentence on what every figure rests on."""
    _ = Localizer(language)
    return _(
        "No change of behaviour assumed: the same orders at the same times, whoever would have bought more or less."
    )


def notes(findings: ReplayFindings, language: str = "en") -> list[str]:
    """Return what a log of orders cannot know, as sentences."""
    _ = Localizer(language, findings.currency)
    return [_(NOTES[one.key].with_values(**one.values)) for one in findings.notes]


def summarise_replay(findings: ReplayFindings, language: str = "en") -> dict[str, Any]:
    """Return the findings for programs; money in minor units."""
    return {
        "sentence": sentence(findings, language),
        "assumption": assumption(language),
        "currency": findings.currency,
        "timezone": findings.zone,
        "totals": findings.total.figures(),
        "by_day": [{"day": iso_day(day), **one.figures()} for day, one in findings.by_day.items()],
        "by_offer": [one.figures() for one in findings.by_offer],
        "left_out": findings.left_out,
        "notes": notes(findings, language),
    }


def render_replay(findings: ReplayFindings, language: str = "en") -> str:
    """Return one HTML file that asks no other host for anything."""
    _, days = Localizer(language, findings.currency), list(findings.by_day)
    headline, margin = _headline(findings.total, _), _margin(findings.total, _)
    first = Opening(headline, margin, assumption(language), _tiles(findings.total, _), _chart(findings, _))
    period = {"first": _.day(days[0]), "last": _.day(days[-1])}
    return study_page(
        _,
        Shop(name=_("Offers over past orders"), currency=findings.currency),
        first,
        [_offers(findings, _), _limits(findings, language), *_left_out(findings, _)],
        title=_("Offers over past orders, {first} to {last}", **period),
        when=_("Orders from {first} to {last}", context="replay", **period),
        footer=_(
            "Made by Offerloop. The figures are in days.csv, offers.csv and replay.json, the "
            "orders touched in orders.csv."
        ),
    )


def _tiles(total: Sums, _: Localizer) -> tuple[Tile, ...]:
    money = _.money.exact
    after, before = total.margin_after_minor, total.margin_before_minor
    unknown = _("not known", context="replay")
    below: dict[str, dict[str, Value]] = {
        "touched": {"share": _.share(total.touched / total.orders, least=0.001), "orders": total.orders},
        "discount": {
            "share": _.share(total.discount_minor / max(total.before_minor, 1), least=0.001),
            "before": money(total.before_minor),
        },
        "cost": {"funded": money(total.funded_minor)},
        "margin": {"before": unknown if before is None else money(before)},
    }
    values = {
        "touched": _.count(total.touched), "discount": money(total.discount_minor), "cost": money(total.cost_minor),
        "margin": unknown if after is None else money(after),
    }  # fmt: skip
    return tuple(
        Tile(_(TILES[name]), value, _(TILE_NOTES[name].with_values(**below[name]))) for name, value in values.items()
    )


def _chart(findings: ReplayFindings, _: Localizer) -> Figure:
    first, last = min(findings.by_day), max(findings.by_day)
    unit = "day" if last - first < MOST_DAYS else "week"
    width = 1 if unit == "day" else WEEK
    periods = findings.by_day if unit == "day" else _weeks(findings.by_day)
    bars = [ColumnPart(day, one.discount_minor / _.money.unit, "") for day, one in periods.items()]
    axes = Axes(day_labels(unit == "day"), money_labels(_.money), _(AXES[unit]))
    build = column_chart(bars, axes, [""], (min(periods), max(periods) + width), width)
    title, measure = (
        _(CHARTS[unit]),
        _("Discount in {currency}", context="measure", currency=findings.currency),
    )
    return figure("discount-by-day", title, measure, build, _days(periods, unit, _), localizer=_,
                  says=assumption(_.language))  # fmt: skip


def _weeks(by_day: Mapping[int, Sums]) -> dict[int, Sums]:
    by_week: dict[int, Sums] = {}
    for day, sums in by_day.items():
        by_week.setdefault(day - (day - MONDAY) % WEEK, Sums()).add(sums)
    return by_week


def _days(periods: Mapping[int, Sums], unit: str, _: Localizer) -> Table:
    rows = tuple(
        (iso_day(day), _.count(sums.orders), _.count(sums.touched), *_amounts(sums, _)) for day, sums in periods.items()
    )
    names = (unit, "orders", "touched", "before", "discount", "funded", "gifts", "margin_before", "margin_after")
    return Table(_(CHARTS[unit]), columns(_, *names), rows)


def _amounts(sums: Sums, _: Localizer) -> tuple[str, ...]:
    amounts = (sums.before_minor, sums.discount_minor, sums.funded_minor, sums.gifts_minor, sums.margin_before_minor,
               sums.margin_after_minor)  # fmt: skip
    return tuple(_("not known", context="replay") if amount is None else _.money.exact(amount) for amount in amounts)


def _offers(findings: ReplayFindings, _: Localizer) -> Section:
    money = _.money.exact
    rows = tuple(
        (offer.offer_id, _(offer.label), _.count(offer.touched), money(offer.discount_minor), money(offer.funded_minor),
         money(offer.gifts_minor), money(offer.biggest_minor))
        for offer in findings.by_offer
    )  # fmt: skip
    names = ("offer", "label", "touched", "discount", "funded", "gifts", "biggest")
    table = Table(_("All offers of the file"), columns(_, *names), rows, n_labels=2)
    return Section(
        "offers",
        _("Offers", context="section name"),
        _("What each offer would have taken off, most expensive first"),
        (table,),
    )


def _limits(findings: ReplayFindings, language: str) -> Section:
    _ = Localizer(language, findings.currency)
    said = tuple(notes(findings, language))
    blocks = (
        Text(assumption(language)),
        Text(
            _(
                "Offers are made to change what people buy; how much they would is not in these "
                "figures. Sales that an offer would have brought are missing from them, and so are "
                "purchases that it would only have moved."
            )
        ),
        *((Bullets(said),) if said else ()),
    )
    return Section("limits", _("What this cannot say"), _("A bill for the past, no forecast"), blocks)


def _left_out(findings: ReplayFindings, _: Localizer) -> list[Section]:
    if not findings.left_out:
        return []
    rows = tuple((_.named(RULE_NAMES, rule), _.count(rows)) for rule, rows in findings.left_out.items())
    columns = (_("why", context="column title"), _("rows", context="column title"))
    table = Table(_("Rows left out, by reason"), columns, rows)
    return [
        Section(
            "left-out",
            _("Left out", context="section name"),
            _("Rows of the file that are not part of any order here"),
            (table,),
        )
    ]
