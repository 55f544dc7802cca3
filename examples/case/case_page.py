"""The case's read-out as one page that asks no other host for anything."""

from __future__ import annotations

import polars as pl

from case_text import (
    BLANKET,
    CaseFindings,
    best,
    compared,
    contentment,
    equal_chart,
    equal_table,
    opening,
    sweep_chart,
    sweep_table,
    verdict,
)
from offerloop.config import Shop
from offerloop.report import Opening, Section, Table, Text, Voice, figure, study_page


def render_case(found: CaseFindings, language: str = "en") -> str:
    """The verdict with its chart; below it what pays best, policies at equal spend, every budget, and satisfaction."""
    tell = Voice(language, found.currency)
    mark = tell.say("simulation.synthetic")
    shop = Shop(name=tell.say("simulation.shop", preset=found.preset), currency=found.currency, note=mark)
    told = verdict(found, language)
    budgets = _table(tell.say("case.table.sweep"), sweep_table(found, language), 2)
    chart = figure("growth", tell.say("case.chart.sweep"), tell.say("case.x"), sweep_chart(found, language), budgets,
                   tell=tell, says=told, mark=mark)  # fmt: skip
    return study_page(
        tell, shop, Opening(told, mark=mark, chart=chart),
        [_best(found, tell), _equal(found, tell), _contentment(found, tell)],
        title=shop.name, footer=tell.say("case.footer"),
    )  # fmt: skip


def _best(found: CaseFindings, tell: Voice) -> Section:
    parts = (Text(best(found, tell.language)), Text(opening(found, tell.language)))
    return Section("best", tell.say("case.label.best"), tell.say("case.message.best"), parts)


def _equal(found: CaseFindings, tell: Voice) -> Section:
    table = _table(tell.say("case.table.equal"), equal_table(found, tell.language), 1)
    told = compared(found, tell.language)
    chart = figure("equal", tell.say("case.message.equal"), tell.say("simulation.measure"),
                   equal_chart(found, tell.language), table, tell=tell, says=told)  # fmt: skip
    return Section("equal", tell.say("case.label.equal"), tell.say("case.message.equal"), (chart, Text(told), table))


def _contentment(found: CaseFindings, tell: Voice) -> Section:
    depths = [one.level for one in found.tried if one.gained.name == BLANKET]
    wanted = [("same", 1.0), (found.ours, 1.0), *((BLANKET, depth) for depth in (depths[:1] + depths[-1:]))]
    parts = tuple(Text(text) for text in contentment(found, wanted, tell.language))
    return Section("contentment", tell.say("case.label.content"), tell.say("case.message.content"), parts)


def _table(caption: str, rows: pl.DataFrame, labels: int) -> Table:
    return Table(caption, tuple(rows.columns), tuple(tuple(map(str, row)) for row in rows.rows()), labels)
