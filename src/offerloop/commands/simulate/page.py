"""The page of a simulation: what policies gained over the same shop without offers, period by period."""

from __future__ import annotations

from typing import Any

import polars as pl

from offerloop.commands.simulate.courses_section import courses_section
from offerloop.commands.simulate.findings import MEASURES, PolicyGains, SimulationFindings
from offerloop.commands.simulate.gains import conversion, dots_of, money_text, plain, points_text, share_text
from offerloop.config import Shop
from offerloop.report import (
    Build,
    Figure,
    Opening,
    Section,
    Table,
    Text,
    Voice,
    count,
    figure,
    file_svg,
    forest,
    percent_labels,
    study_page,
)

WIDTH = 640
"""Pixels of the figure that stands alone."""


def summarise_simulation(found: SimulationFindings) -> dict[str, Any]:
    """The same for machines; money in minor units."""
    sizes = {name: getattr(found, name) for name in ("preset", "customers", "products", "worlds")}
    courses = found.courses
    spend = {"regret_against": courses.ceiling, "same_spend": None if courses.spend is None else plain(courses.spend)}
    policies = {one.name: _summarised(one, found) for one in found.policies}
    return {"synthetic": True, **sizes, "sentence": sentence(found), **spend, "policies": policies}


def _summarised(one: PolicyGains, found: SimulationFindings) -> dict[str, Any]:
    mine = found.courses
    same, regret = mine.same_spend.get(one.name), mine.regret.get(one.name)
    return {
        "gains": {name: plain(estimate) for name, estimate in one.gains.items()},
        "relative": {name: plain(estimate, 6) for name, estimate in one.shares.items()},
        "conversion": plain(conversion(one, found.customers, found.n_periods), 6),
        "lead_at_equal_spend": None if one.lead is None else plain(one.lead),
        "profit_at_same_spend": None if same is None else plain(same),
        "profit_so_far": [plain(estimate) for estimate in mine.profit[one.name]],
        "regret_so_far": None if regret is None else [plain(estimate) for estimate in regret],
        **one.facts,
    }


def sentence(found: SimulationFindings, language: str = "en") -> str:
    """What each policy gained, with the spread over worlds."""
    tell = Voice(language, found.currency)
    opening = tell.say(
        "simulation.found",
        preset=found.preset,
        periods=count(found.n_periods),
        worlds=count(found.worlds),
    )
    return tell.listed([opening, *(_gained(one, found, tell) for one in found.policies)], "sentence")


def _gained(one: PolicyGains, found: SimulationFindings, tell: Voice) -> str:
    money = {name: money_text(one.gains[name], tell) for name in ("profit", "sales", "cost")}
    points = points_text(conversion(one, found.customers, found.n_periods), tell)
    told = [tell.say("simulation.gained", policy=one.name, conversion=points, **money)]
    if one.lead is not None:
        told.append(tell.say("simulation.lead", lead=money_text(one.lead, tell), first=found.policies[0].name))
    if "r2" in one.facts:
        fresh = count(one.facts["fresh_customers"])
        told.append(tell.say("simulation.r2", policy=one.name, r2=f"{one.facts['r2']:.2f}", fresh=fresh))
    return tell.listed(told, "sentence")


def render_simulation(found: SimulationFindings, language: str = "en") -> str:
    """One HTML file that asks no other host for anything."""
    tell = Voice(language, found.currency)
    note = tell.say("simulation.synthetic")
    shop = Shop(name=tell.say("simulation.shop", preset=found.preset), currency=found.currency, note=note)
    sections = [
        _compared(found, tell),
        courses_section(found.courses, found.policies, tell),
        *(_periods(one.name, found, tell) for one in found.policies),
    ]
    opening = Opening(sentence(found, language), mark=note, chart=_chart(found, tell))
    return study_page(tell, shop, opening, sections, title=shop.name, footer=tell.say("simulation.footer"))


def draw_simulation(found: SimulationFindings, language: str = "en") -> str:
    """The chart of the first screen as an SVG file."""
    return file_svg(_dots(found, Voice(language, found.currency))(WIDTH))


def _chart(found: SimulationFindings, tell: Voice) -> Figure:
    title = tell.say("simulation.chart", preset=found.preset)
    mark = tell.say("simulation.synthetic")
    return figure("gains", title, tell.say("simulation.measure"), _dots(found, tell), _shares(found, tell),
                  tell=tell, mark=mark)  # fmt: skip


def _dots(found: SimulationFindings, tell: Voice) -> Build:
    return forest(dots_of(found.policies, found.worlds, tell), percent_labels(tell))


def _shares(found: SimulationFindings, tell: Voice) -> Table:
    rows = tuple((one.name, *(share_text(one.shares[name], tell) for name in MEASURES)) for one in found.policies)
    names = (tell.say("simulation.column.policy"), *(tell.say(f"simulation.measure.{name}") for name in MEASURES))
    return Table(tell.say("simulation.measure"), names, rows)


def _compared(found: SimulationFindings, tell: Voice) -> Section:
    rows = tuple(
        (one.name, *(money_text(one.gains[name], tell) for name in ("profit", "cost", "sales")),
         points_text(conversion(one, found.customers, found.n_periods), tell),
         "" if one.lead is None else money_text(one.lead, tell))
        for one in found.policies
    )  # fmt: skip
    keys = ("policy", "more_profit", "cost", "more_sales", "more_conversion")
    columns = (*(tell.say(f"simulation.column.{key}") for key in keys),
               tell.say("simulation.column.lead", first=found.policies[0].name))  # fmt: skip
    table = Table(tell.say("simulation.table_policies"), columns, rows)
    parts = (table, Text(tell.say("simulation.how")), Text(tell.say("simulation.equal_spend")))
    return Section("policies", tell.say("simulation.label_policies"), tell.say("simulation.message_policies"), parts)


def _periods(policy: str, found: SimulationFindings, tell: Voice) -> Section:
    names = ("offered", "buyers", "sales_minor", "cost_minor", "profit_minor", "plain_sales_minor",
             "plain_profit_minor")  # fmt: skip
    mine = found.periods.filter(pl.col("policy") == policy)
    means = mine.group_by("period").agg(pl.col(names).mean()).sort("period")
    rows = tuple(
        (str(row["period"] + 1), count(row["offered"]), count(row["buyers"]),
         *(tell.money.text(row[name]) for name in ("sales_minor", "cost_minor", "profit_minor")),
         tell.money.text(row["sales_minor"] - row["plain_sales_minor"]),
         tell.money.text(row["profit_minor"] - row["plain_profit_minor"]))
        for row in means.iter_rows(named=True)
    )  # fmt: skip
    keys = ("period", "offered", "buyers", "sales", "cost", "profit", "more_sales", "more_profit")
    columns = tuple(tell.say(f"simulation.column.{key}") for key in keys)
    table = Table(tell.say("simulation.table"), columns, rows)
    label = tell.say("simulation.label", policy=policy)
    return Section(f"periods-{policy}", label, tell.say("simulation.message"), (table,))
