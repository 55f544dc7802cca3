"""The page of planning: what a budget, a supplier's share and an exploration share would bring, by simulation."""

from __future__ import annotations

import math
from typing import Any

from offerloop.commands.simulate.findings import Brought, PlanningFindings
from offerloop.commands.simulate.gains import conversion, drawable, money_text, plain, points_text
from offerloop.commands.simulate.page import WIDTH
from offerloop.config import Shop
from offerloop.evaluation import Estimate
from offerloop.market import LEVERS
from offerloop.report import (
    Axes,
    Build,
    Figure,
    Line,
    Opening,
    Section,
    Table,
    Text,
    Voice,
    count,
    courses,
    figure,
    file_svg,
    money_labels,
    percent_labels,
    study_page,
)

MEASURES = ("profit", "sales", "cost")


def summarise_planning(found: PlanningFindings) -> dict[str, Any]:
    """The same for machines; gains in minor units."""
    sizes = {name: getattr(found, name) for name in ("preset", "customers", "products", "worlds", "periods")}
    leading = {"best": _levers(found.best), "next": _levers(found.following), "lead": plain(found.lead)}
    rows = [
        {
            **_levers(one),
            "gains": {name: plain(estimate) for name, estimate in one.gained.gains.items()},
            "relative": {name: plain(estimate, 6) for name, estimate in one.gained.shares.items()},
            "conversion": plain(conversion(one.gained, found.customers, found.periods), 6),
        }
        for one in found.brought
    ]
    return {"synthetic": True, **sizes, "sentence": planning_sentence(found), **leading, "combinations": rows}


def _levers(one: Brought) -> dict[str, str | float | None]:
    return {"policy": one.policy, **{lever: getattr(one, lever) for lever in LEVERS}}


def planning_sentence(found: PlanningFindings, language: str = "en") -> str:
    """Which combination brings most, and whether its lead is beyond the spread over worlds."""
    tell, gained = Voice(language, found.currency), found.best.gained
    profit = gained.gains["profit"]
    kind = "loss" if profit.value <= 0 else "unclear" if not _told_apart(profit) else "most"
    most = tell.say(
        f"planning.{kind}",
        preset=found.preset, periods=count(found.periods), worlds=count(found.worlds),
        best=_named(found.best, found, tell), profit=money_text(profit, tell),
        sales=money_text(gained.gains["sales"], tell), cost=money_text(gained.gains["cost"], tell),
        conversion=points_text(conversion(gained, found.customers, found.periods), tell),
    )  # fmt: skip
    return tell.listed([most, _lead(found, tell)], "sentence")


def _told_apart(one: Estimate) -> bool:
    """Whether it differs from zero beyond the spread over worlds; one world cannot say."""
    return math.isnan(one.low) or one.is_clear


def _lead(found: PlanningFindings, tell: Voice) -> str:
    values = {"next": _named(found.following, found, tell), "lead": money_text(found.lead, tell)}
    if found.worlds == 1:
        return tell.say("planning.lead_unknown", **values)
    return tell.say("planning.lead_clear" if found.lead.is_clear else "planning.lead_unclear", **values)


def _named(one: Brought, found: PlanningFindings, tell: Voice) -> str:
    """The levers that vary, and the policy where there are several."""
    told = [tell.say(f"planning.{lever}", value=_value(one, lever, tell)) for lever in found.varied
            if getattr(one, lever) is not None]  # fmt: skip
    several = len({other.policy for other in found.brought}) > 1
    return tell.series([*([tell.say("planning.policy", policy=one.policy)] if several else []), *told])


def _value(one: Brought, lever: str, tell: Voice) -> str:
    value = getattr(one, lever)
    if value is None:
        return ""
    return tell.money.exact(value * tell.money.unit) if lever == "budget" else tell.level(value)


def render_planning(found: PlanningFindings, language: str = "en") -> str:
    """One HTML file that asks no other host for anything."""
    tell = Voice(language, found.currency)
    note = tell.say("simulation.synthetic")
    shop = Shop(name=tell.say("simulation.shop", preset=found.preset), currency=found.currency, note=note)
    opening = Opening(planning_sentence(found, language), mark=note, chart=_chart(found, tell))
    footer = tell.say("planning.footer")
    return study_page(tell, shop, opening, [_section(found, tell)], title=shop.name, footer=footer)


def draw_planning(found: PlanningFindings, language: str = "en") -> str:
    """The chart of the first screen as an SVG file."""
    return file_svg(_lines(found, Voice(language, found.currency))(WIDTH))


def _chart(found: PlanningFindings, tell: Voice) -> Figure:
    title = tell.say("planning.chart", best=_named(found.best, found, tell))
    measure = tell.say("planning.measure", periods=count(found.periods))
    return figure("planning", title, measure, _lines(found, tell), _table(found, ("profit",), tell), tell=tell,
                  mark=tell.say("simulation.synthetic"))  # fmt: skip


def _lines(found: PlanningFindings, tell: Voice) -> Build:
    """Profit against the first lever that varies; what does not depend on it stands level."""
    lever, unit = found.varied[0], 1 / tell.money.unit
    lines: dict[str, list[tuple[float, Estimate]]] = {}
    for one in found.brought:
        estimate, own = drawable(one.gained.gains["profit"]).times(unit), getattr(one, lever)
        points = [(x, estimate) for x in (found.values(lever) if own is None else [own])]
        lines.setdefault(_line_name(one, found, tell), []).extend(points)
    drawn = [Line(name, tuple(sorted(points, key=lambda point: point[0]))) for name, points in lines.items()]
    labels = money_labels(tell.money) if lever == "budget" else percent_labels(tell)
    return courses(drawn, Axes(labels, money_labels(tell.money), tell.say(f"planning.column.{lever}")))


def _line_name(one: Brought, found: PlanningFindings, tell: Voice) -> str:
    """The levers that vary beside the chart's own, and the policy where there are several or nothing else varies."""
    others = [lever for lever in found.varied[1:] if getattr(one, lever) is not None]
    told = [tell.say(f"planning.short.{lever}", value=_value(one, lever, tell)) for lever in others]
    several = len({other.policy for other in found.brought}) > 1
    return tell.listed([*([one.policy] if several or not told else []), *told])


def _table(found: PlanningFindings, measures: tuple[str, ...], tell: Voice) -> Table:
    keys = {"profit": "more_profit", "sales": "more_sales", "cost": "cost"}
    columns = (
        tell.say("simulation.column.policy"),
        *(tell.say(f"planning.column.{lever}") for lever in LEVERS),
        *(tell.say(f"simulation.column.{keys[name]}") for name in measures),
        tell.say("simulation.column.more_conversion"),
    )
    rows = tuple(
        (one.policy, *(_value(one, lever, tell) for lever in LEVERS),
         *(money_text(one.gained.gains[name], tell) for name in measures),
         points_text(conversion(one.gained, found.customers, found.periods), tell))
        for one in found.brought
    )  # fmt: skip
    return Table(tell.say("planning.table"), columns, rows, n_labels=4)


def _section(found: PlanningFindings, tell: Voice) -> Section:
    parts = (_table(found, MEASURES, tell), Text(tell.say("planning.how")), Text(tell.say("planning.levers")))
    return Section("planning", tell.say("planning.label"), tell.say("planning.message"), parts)
