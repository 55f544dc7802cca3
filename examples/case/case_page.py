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
    words,
)
from offerloop.commands.simulate.page import CHANGE, SHOP, SYNTHETIC
from offerloop.config import Shop
from offerloop.report import Localizer, Opening, Section, Table, Text, figure, study_page


def render_case(found: CaseFindings, language: str = "en") -> str:
    """The verdict with its chart; below it what pays best, policies at equal spend, every budget, and satisfaction."""
    _ = Localizer(language, found.currency)
    mark = _(SYNTHETIC)
    shop = Shop(name=_(SHOP, preset=found.preset), currency=found.currency, note=mark)
    told = verdict(found, language)
    budgets = _table(words(_, "table.sweep"), sweep_table(found, language), 2)
    chart = figure("growth", words(_, "chart.sweep"), words(_, "x"), sweep_chart(found, language), budgets,
                   localizer=_, says=told, mark=mark)  # fmt: skip
    return study_page(
        _, shop, Opening(told, mark=mark, chart=chart),
        [_best(found, _), _equal(found, _), _contentment(found, _)],
        title=shop.name, footer=words(_, "footer"),
    )  # fmt: skip


def _best(found: CaseFindings, _: Localizer) -> Section:
    parts = (Text(best(found, _.language)), Text(opening(found, _.language)))
    return Section("best", words(_, "label.best"), words(_, "message.best"), parts)


def _equal(found: CaseFindings, _: Localizer) -> Section:
    table = _table(words(_, "table.equal"), equal_table(found, _.language), 1)
    told = compared(found, _.language)
    chart = figure("equal", words(_, "message.equal"), _(CHANGE),
                   equal_chart(found, _.language), table, localizer=_, says=told)  # fmt: skip
    return Section("equal", words(_, "label.equal"), words(_, "message.equal"), (chart, Text(told), table))


def _contentment(found: CaseFindings, _: Localizer) -> Section:
    depths = [one.level for one in found.tried if one.gained.name == BLANKET]
    wanted = [("same", 1.0), (found.ours, 1.0), *((BLANKET, depth) for depth in (depths[:1] + depths[-1:]))]
    parts = tuple(Text(text) for text in contentment(found, wanted, _.language))
    return Section("contentment", words(_, "label.content"), words(_, "message.content"), parts)


def _table(caption: str, rows: pl.DataFrame, labels: int) -> Table:
    return Table(caption, tuple(rows.columns), tuple(tuple(map(str, row)) for row in rows.rows()), labels)
