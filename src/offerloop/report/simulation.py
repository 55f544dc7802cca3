"""The page of a simulation: what a policy gained over the same shop without offers, period by period."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from offerloop.config import Shop
from offerloop.evaluation.estimate import Estimate
from offerloop.report.blocks import Section, Table, Text
from offerloop.report.numbers import count
from offerloop.report.page import environment, kept_together
from offerloop.report.voice import Voice


@dataclass(frozen=True)
class SimulationFindings:
    """What `offerloop simulate` found."""

    preset: str
    policy: str
    currency: str
    customers: int
    products: int
    worlds: int
    periods: pl.DataFrame
    """A row for each world and period."""
    totals: dict[str, Estimate]
    """profit, sales and buyers gained over the shop without offers, and cost; over all periods, minor units."""


def summarise_simulation(found: SimulationFindings) -> dict[str, Any]:
    """The same for machines."""
    plain = ("value", "low", "high")
    totals = {
        name: {end: None if value != value else round(value, 2) for end, value in zip(plain, _ends(one), strict=True)}
        for name, one in found.totals.items()
    }
    sizes = {name: getattr(found, name) for name in ("preset", "policy", "customers", "products", "worlds")}
    return {"synthetic": True, **sizes, "sentence": sentence(found), "totals_minor": totals}


def _ends(one: Estimate) -> tuple[float, float, float]:
    return one.value, one.low, one.high


def sentence(found: SimulationFindings, language: str = "en") -> str:
    """What was gained, with the spread over worlds."""
    tell = Voice(language, found.currency)
    return tell.say(
        "simulation.found",
        policy=found.policy,
        preset=found.preset,
        periods=count(found.periods["period"].n_unique()),
        worlds=count(found.worlds),
        profit=_money(found.totals["profit"], tell),
        sales=_money(found.totals["sales"], tell),
        cost=_money(found.totals["cost"], tell),
    )


def _money(one: Estimate, tell: Voice) -> str:
    return tell.money.estimate(one) if one.low == one.low else tell.money.text(one.value)


@dataclass(frozen=True)
class _First:
    headline: str
    mark: str
    tiles: tuple[()] = ()
    chart: None = None


def render_simulation(found: SimulationFindings, language: str = "en") -> str:
    """One HTML file that asks no other host for anything."""
    tell = Voice(language, found.currency)
    note = tell.say("simulation.synthetic")
    shop = Shop(name=tell.say("simulation.shop", preset=found.preset), currency=found.currency, note=note)
    page = (
        environment(tell)
        .get_template("simulation.html.j2")
        .render(
            shop=shop,
            first=_First(sentence(found, language), note),
            sections=[_periods(found, tell)],
            mark=lambda text: text,
        )
    )
    return kept_together(page)


def _periods(found: SimulationFindings, tell: Voice) -> Section:
    names = (
        "offered",
        "buyers",
        "sales_minor",
        "cost_minor",
        "profit_minor",
        "plain_sales_minor",
        "plain_profit_minor",
    )
    means = found.periods.group_by("period").agg(pl.col(names).mean()).sort("period")
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
    return Section("periods", tell.say("simulation.label"), tell.say("simulation.message"),
                   (table, Text(tell.say("simulation.how"))))  # fmt: skip
