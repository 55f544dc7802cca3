"""What an experiment showed, opened by an attribute or a feature of its customers."""

from __future__ import annotations

from offerloop.evaluation import Estimate
from offerloop.message import Message
from offerloop.report import Dot, figure, forest, money_labels
from offerloop.report import Table as DrawnTable
from offerloop.web.api.experiments import Dimension, DimensionSegment, dimension, dimensions_of
from offerloop.web.console.blocks import Block, Chart, Column, Form, Input, Notice, Table, hidden
from offerloop.web.console.cells import Cell, MinorEstimate
from offerloop.web.console.page_request import Asked
from offerloop.web.problems import Problem
from offerloop.workspace import RunRead

CLEAR = 0.05
COLUMNS = (
    Column("segment", Message("customers with", context="column title")),
    Column("customers", Message("customers", context="column title"), is_figure=True),
    Column("effect", Message("effect on each, with its interval", context="column title"), is_figure=True),
    Column("p_value", Message("p-value, adjusted", context="column title"), is_figure=True),
)


def opened(asked: Asked, run: RunRead) -> list[Block]:
    """Return the choice of a dimension, and the effect in each of its segments where one is chosen."""
    names, chosen = dimensions_of(run), asked.field("by")
    options = tuple((name, name.replace("_", " ")) for name in names)
    form = Form(
        "dimension", "/console/experiment", Message("Open", context="button"),
        (
            hidden("run", run.folder.name),
            Input("by", Message("By", context="field of a form"), "select", chosen, options),
        ),
        method="get", title=Message("Among which customers it worked"),
        explanation=Message("Intervals hold for all groups at once, so that one of many does not look good by chance."),
    )  # fmt: skip
    if chosen not in names:
        return [form]
    try:
        found = dimension(asked.request, run.folder.name, asked.caller, chosen)
    except Problem as problem:
        return [form, Notice(problem.detail or problem.code, "warning")]
    return [form, *_shown(asked, found)]


def _shown(asked: Asked, found: Dimension) -> list[Block]:
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (one.segment, one.n_customers, MinorEstimate(effect, asked.currency), one.p_adjusted)
        for one, effect in _effects(found)
    )
    empty = Message("No group has enough customers with the offer and held back.")
    table = Table("dimension", Message("The effect by group", context="table title"), COLUMNS, rows, empty)
    return [*([_chart(asked, found)] if rows else []), _verdict(found), table]


def _effects(found: Dimension) -> list[tuple[DimensionSegment, Estimate]]:
    return [(one, Estimate(one.difference_minor, one.low_minor, one.high_minor)) for one in found.segments]


def _verdict(found: Dimension) -> Notice:
    if not found.segments:
        return Notice(Message("No group can be compared yet."), "warning")
    few = "" if not found.too_small else Message("Too few customers to compare: {names}.", names=found.too_small)
    if found.p_that_segments_differ is not None and found.p_that_segments_differ < CLEAR:
        return Notice(Message("The groups differ clearly. {few}", context="verdict", few=few), "good")
    return Notice(Message("The groups do not differ clearly: do not choose by them. {few}", few=few))


def _chart(asked: Asked, found: Dimension) -> Chart:
    _, money = asked.localizer, asked.localizer.money
    dots = [Dot("", one.segment, effect.times(1 / money.unit)) for one, effect in _effects(found)]
    title = _("The effect by {dimension}", dimension=found.by.replace("_", " "), context="title of a chart")
    columns = (
        _("customers with", context="column title"),
        _("effect on each, with its interval", context="column title"),
    )
    cells = tuple((one.segment, _.brief(effect)) for one, effect in _effects(found))
    measure = _("Profit for each customer, with the offer less held back, {currency}", currency=asked.currency)
    drawn = DrawnTable(title, columns, cells)
    return Chart(figure("dimension", title, measure, forest(dots, money_labels(money)), drawn, localizer=_))
