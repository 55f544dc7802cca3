"""One view as a page of HTML, as JSON, or one of its tables as CSV."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import asdict
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from offerloop.message import Message
from offerloop.report import Localizer, kept_together, template_environment, text_functions
from offerloop.web.answering import without_formula
from offerloop.web.console.blocks import (
    BudgetSlider,
    ChartBlock,
    Facts,
    Form,
    Notice,
    PageTable,
    Stats,
    Tree,
    View,
    Words,
)
from offerloop.web.console.cells import cell_figure, cell_text, csv_columns

if TYPE_CHECKING:
    from jinja2 import Environment

ROOM = "offerloop.web"
BYTE_ORDER_MARK = "\ufeff"
_STYLE = re.compile(r' style="[^"]*"')


def as_html(template: str, localizer: Localizer, zone: ZoneInfo, **values: object) -> str:
    """Render a template of the console in one language, with moments in one time zone."""
    functions = {**text_functions(localizer), "said": _template_functions(localizer, zone), "zone": zone.key}
    page = _environment().get_template(template).render(**functions, **values)
    return kept_together(page)


def as_json(view: View, _: Localizer) -> dict[str, object]:
    """Return all that a page shows as plain figures."""
    figures: dict[str, object] = {"title": words(view.title, _), "lead": words(view.lead, _)}
    for block in view.blocks:
        match block:
            case Stats() | Facts():
                name = "stats" if isinstance(block, Stats) else block.name
                figures[name] = {item.name: cell_figure(item.value, _) for item in block.items}
            case PageTable():
                figures[block.name] = _rows(block, _)
            case Tree():
                figures[block.name] = _rows(block.table, _)
            case ChartBlock():
                figures[block.figure.name] = {"finding": block.figure.title, "rows": block.figure.table.rows}
            case BudgetSlider():
                points = [asdict(point) for point in block.points]
                figures[block.name] = {"currency": block.currency, "chosen": block.chosen, "points": points}
            case Notice():
                figures.setdefault("notices", []).append(words(block.text, _))  # type: ignore[attr-defined]
            case Form():
                figures.setdefault("forms", []).append(block.name)  # type: ignore[attr-defined]
    return figures


def _rows(table: PageTable, _: Localizer) -> list[dict[str, object]]:
    names = [column.name for column in table.columns]
    return [dict(zip(names, (cell_figure(cell, _) for cell in row), strict=True)) for row in table.rows]


def as_csv(table: PageTable, _: Localizer) -> str:
    """Return a table with one column for each figure; texts that a spreadsheet would run begin with an apostrophe.

    Spreadsheets know by the mark at its beginning that it is UTF-8.
    """
    names = [column.name for column in table.columns]
    rows = [
        {key: value for name, cell in zip(names, row, strict=True) for key, value in csv_columns(name, cell, _).items()}
        for row in table.rows
    ]
    written = io.StringIO()
    headers = list(dict.fromkeys(key for row in rows for key in row)) or names
    writer = csv.DictWriter(written, headers, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(
        {key: without_formula(value) if isinstance(value, str) else value for key, value in row.items()} for row in rows
    )
    return f"{BYTE_ORDER_MARK}{written.getvalue()}"


def words(text: Words, _: Localizer) -> str:
    """Return a sentence of ours in a language, and a text of the shop's as it is."""
    return _(text) if isinstance(text, Message) else text


def without_style(svg: str) -> str:
    """Return a drawing without inline styles, which the content security policy forbids."""
    return _STYLE.sub("", svg)


def slider_points(slider: BudgetSlider, _: Localizer) -> list[dict[str, object]]:
    """Return the figures of each point of a curve as a reader sees them."""
    in_currency = Localizer(_.language, slider.currency)
    money = in_currency.money
    return [
        {
            "budget_minor": round(point.budget_minor), "budget": money.text(point.budget_minor),
            "spend": money.text(point.spend_minor), "customers": _.count(point.n_customers),
            "profit": in_currency.brief(point.profit),
            "more": money.significant(point.shadow_price * money.unit),
        }
        for point in slider.points
    ]  # fmt: skip


def _template_functions(_: Localizer, zone: ZoneInfo) -> dict[str, object]:
    """Return what templates call to write words and values."""
    return {
        "words": lambda text: words(text, _), "cell": lambda value: cell_text(value, _, zone),
        "drawn": without_style, "kind": lambda value: type(value).__name__,
        "points": lambda slider: slider_points(slider, _),
    }  # fmt: skip


def compile_templates() -> None:
    """Compile all templates of the console."""
    environment = _environment()
    for name in environment.list_templates(extensions=["j2"]):
        environment.get_template(name)


@cache
def _environment() -> Environment:
    from jinja2 import PackageLoader

    return template_environment(PackageLoader(ROOM, "console"))
