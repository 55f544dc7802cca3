"""The page of a replay: what offers would have cost over past orders, day by day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from offerloop.commands.replay.findings import ReplayFindings, Sums
from offerloop.config import Shop
from offerloop.report import (
    MONDAY,
    MOST_DAYS,
    WEEK,
    Axes,
    Bullets,
    Column,
    Figure,
    Opening,
    Section,
    Table,
    Text,
    Tile,
    Voice,
    columns,
    count,
    day_labels,
    figure,
    iso_day,
    money_labels,
    study_page,
)


def sentence(found: ReplayFindings, language: str = "en") -> str:
    """Return the finding in one sentence."""
    tell, total = Voice(language, found.currency), found.total
    if not total.touched:
        return tell.say("replay.nothing", orders=count(total.orders))
    money = tell.money.text
    share = tell.share(total.touched / total.orders, least=0.001)
    figures = {"orders": count(total.orders), "touched": count(total.touched), "share": share}
    said = tell.say("replay.found", **figures, discount=money(total.discount_minor))
    said += tell.say("replay.gifts", gifts=money(total.gifts_minor)) if total.gifts_minor else ""
    said += tell.say("replay.paid", cost=money(total.cost_minor))
    before, after = total.margin_before_minor, total.margin_after_minor
    if before is None or after is None:
        return said
    return tell.listed([said, tell.say("replay.margin", before=money(before), after=money(after))], "sentence")


def assumption(language: str = "en") -> str:
    """Return the sentence on what every figure rests on."""
    return Voice(language, "").say("replay.assumption")


def notes(found: ReplayFindings, language: str = "en") -> list[str]:
    """Return what a log of orders cannot know, as sentences."""
    tell = Voice(language, found.currency)
    return [tell.say(f"replay.note.{one.key}", **one.values) for one in found.notes]


def summarise_replay(found: ReplayFindings, language: str = "en") -> dict[str, Any]:
    """Return the findings for programs; money in minor units."""
    return {
        "sentence": sentence(found, language),
        "assumption": assumption(language),
        "currency": found.currency,
        "timezone": found.zone,
        "totals": found.total.figures(),
        "by_day": [{"day": iso_day(day), **one.figures()} for day, one in found.by_day.items()],
        "by_offer": [one.figures() for one in found.by_offer],
        "left_out": found.left_out,
        "notes": notes(found, language),
    }


def render_replay(found: ReplayFindings, language: str = "en") -> str:
    """Return one HTML file that asks no other host for anything."""
    tell, days = Voice(language, found.currency), list(found.by_day)
    first = Opening(sentence(found, language), "", assumption(language), _tiles(found.total, tell), _chart(found, tell))
    period = {"first": tell.day(days[0]), "last": tell.day(days[-1])}
    return study_page(
        tell, Shop(name=tell.say("replay.shop"), currency=found.currency), first,
        [_offers(found, tell), _limits(found, language), *_left_out(found, tell)],
        title=tell.say("replay.title", **period), when=tell.say("replay.when", **period),
        footer=tell.say("replay.footer"),
    )  # fmt: skip


def _tiles(total: Sums, tell: Voice) -> tuple[Tile, ...]:
    money = tell.money.text
    after, before = total.margin_after_minor, total.margin_before_minor
    unknown = tell.say("replay.unknown")
    notes = {
        "touched": {"share": tell.share(total.touched / total.orders, least=0.001), "orders": count(total.orders)},
        "discount": {
            "share": tell.share(total.discount_minor / max(total.before_minor, 1), least=0.001),
            "before": money(total.before_minor),
        },
        "cost": {"funded": money(total.funded_minor)},
        "margin": {"before": unknown if before is None else money(before)},
    }
    values = {
        "touched": count(total.touched), "discount": money(total.discount_minor), "cost": money(total.cost_minor),
        "margin": unknown if after is None else money(after),
    }  # fmt: skip
    return tuple(
        Tile(tell.say(f"replay.tile.{name}"), value, tell.say(f"replay.tile.{name}_note", **notes[name]))
        for name, value in values.items()
    )


def _chart(found: ReplayFindings, tell: Voice) -> Figure:
    first, last = min(found.by_day), max(found.by_day)
    unit = "day" if last - first < MOST_DAYS else "week"
    width = 1 if unit == "day" else WEEK
    periods = found.by_day if unit == "day" else _weeks(found.by_day)
    bars = [Column(day, one.discount_minor / tell.money.unit, "") for day, one in periods.items()]
    axes = Axes(day_labels(unit == "day"), money_labels(tell.money), tell.say(f"replay.axis.{unit}"))
    build = columns(bars, axes, [""], (min(periods), max(periods) + width), width)
    title, measure = tell.say(f"replay.chart.{unit}"), tell.say("replay.measure", currency=found.currency)
    return figure("discount-by-day", title, measure, build, _days(periods, unit, tell), tell=tell,
                  says=assumption(tell.language))  # fmt: skip


def _weeks(by_day: Mapping[int, Sums]) -> dict[int, Sums]:
    found: dict[int, Sums] = {}
    for day, one in by_day.items():
        found.setdefault(day - (day - MONDAY) % WEEK, Sums()).add(one)
    return found


def _days(periods: Mapping[int, Sums], unit: str, tell: Voice) -> Table:
    rows = tuple(
        (iso_day(day), count(one.orders), count(one.touched), *_amounts(one, tell)) for day, one in periods.items()
    )
    names = (unit, "orders", "touched", "before", "discount", "funded", "gifts", "margin_before", "margin_after")
    heads = tuple(tell.say(f"replay.column.{name}") for name in names)
    return Table(tell.say(f"replay.chart.{unit}"), heads, rows)


def _amounts(one: Sums, tell: Voice) -> tuple[str, ...]:
    amounts = (one.before_minor, one.discount_minor, one.funded_minor, one.gifts_minor, one.margin_before_minor,
               one.margin_after_minor)  # fmt: skip
    return tuple(tell.say("replay.unknown") if amount is None else tell.money.text(amount) for amount in amounts)


def _offers(found: ReplayFindings, tell: Voice) -> Section:
    money = tell.money.text
    rows = tuple(
        (one.offer_id, one.label, count(one.touched), money(one.discount_minor), money(one.funded_minor),
         money(one.gifts_minor), money(one.biggest_minor))
        for one in found.by_offer
    )  # fmt: skip
    names = ("offer", "label", "touched", "discount", "funded", "gifts", "biggest")
    heads = tuple(tell.say(f"replay.column.{name}") for name in names)
    table = Table(tell.say("replay.table_offers"), heads, rows, n_labels=2)
    return Section("offers", tell.say("replay.label_offers"), tell.say("replay.message_offers"), (table,))


def _limits(found: ReplayFindings, language: str) -> Section:
    tell = Voice(language, found.currency)
    said = tuple(notes(found, language))
    blocks = (Text(assumption(language)), Text(tell.say("replay.behaviour")), *((Bullets(said),) if said else ()))
    return Section("limits", tell.say("replay.label_limits"), tell.say("replay.message_limits"), blocks)


def _left_out(found: ReplayFindings, tell: Voice) -> list[Section]:
    if not found.left_out:
        return []
    rows = tuple((tell.own(rule), count(rows)) for rule, rows in found.left_out.items())
    heads = (tell.say("replay.column.rule"), tell.say("replay.column.rows"))
    table = Table(tell.say("replay.table_left_out"), heads, rows)
    return [Section("left-out", tell.say("replay.label_left_out"), tell.say("replay.message_left_out"), (table,))]
