"""The effect of an experiment in the segments of an attribute or a feature of its customers."""

from __future__ import annotations

from offerloop.evaluation import Estimate
from offerloop.message import Message
from offerloop.profiles import FEATURES
from offerloop.report import Dot, Table, figure, forest, money_labels
from offerloop.web.api.experiments import Dimension, DimensionSegment, dimension, dimensions_of
from offerloop.web.console.blocks import Block, ChartBlock, Form, Input, Notice, PageTable, TableColumn, hidden
from offerloop.web.console.cells import Cell, MinorEstimate
from offerloop.web.console.page_request import PageRequest
from offerloop.web.problems import HttpProblem
from offerloop.workspace import RunRead

CLEAR = 0.05
"""Segments differ clearly below this p-value."""
COLUMNS = (
    TableColumn("segment", Message("customers with", context="column title")),
    TableColumn("customers", Message("customers", context="column title"), is_figure=True),
    TableColumn("effect", Message("effect on each, with its interval", context="column title"), is_figure=True),
    TableColumn("p_value", Message("p-value, adjusted", context="column title"), is_figure=True),
)


def effect_by_segment(request: PageRequest, run: RunRead) -> list[Block]:
    """Return the choice of a dimension, and the effect in each of its segments where one is chosen."""
    names, chosen = dimensions_of(run), request.field("by")
    options = tuple((name, _dimension_words(name)) for name in names)
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
        split = dimension(request.http, run.folder.name, request.caller, chosen)
    except HttpProblem as problem:
        return [form, Notice(problem.detail or problem.code, "warning")]
    return [form, *_shown(request, split)]


def _dimension_words(name: str) -> Message | str:
    """Return the words for a feature of customers; an attribute of the shop has its own name."""
    meanings = {one.name: one.meaning for one in FEATURES} | {"one_day_only": _ONE_DAY_ONLY}
    return meanings.get(name, name.replace("_", " "))


_ONE_DAY_ONLY = Message("bought on one day only", context="feature")


def _shown(request: PageRequest, split: Dimension) -> list[Block]:
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (segment.segment, segment.n_customers, MinorEstimate(effect, request.currency), segment.p_adjusted)
        for segment, effect in _effects(split)
    )
    empty = Message("No group has enough customers with the offer and held back.")
    table = PageTable("dimension", Message("The effect by group", context="table title"), COLUMNS, rows, empty)
    return [*([_chart(request, split)] if rows else []), _verdict(split), table]


def _effects(split: Dimension) -> list[tuple[DimensionSegment, Estimate]]:
    return [(one, Estimate(one.difference_minor, one.low_minor, one.high_minor)) for one in split.segments]


def _verdict(split: Dimension) -> Notice:
    if not split.segments:
        return Notice(Message("No group can be compared yet."), "warning")
    few = "" if not split.too_small else Message("Too few customers to compare: {names}.", names=split.too_small)
    if split.p_that_segments_differ is not None and split.p_that_segments_differ < CLEAR:
        return Notice(Message("The groups differ clearly. {few}", context="verdict", few=few), "good")
    return Notice(Message("The groups do not differ clearly: do not choose by them. {few}", few=few))


def _chart(request: PageRequest, split: Dimension) -> ChartBlock:
    _, money = request.localizer, request.localizer.money
    dots = [Dot("", one.segment, effect.times(1 / money.unit)) for one, effect in _effects(split)]
    title = _("The effect by {dimension}", dimension=_dimension_words(split.by), context="title of a chart")
    columns = (
        _("customers with", context="column title"),
        _("effect on each, with its interval", context="column title"),
    )
    cells = tuple((one.segment, _.brief(effect)) for one, effect in _effects(split))
    measure = _("Profit for each customer, with the offer less held back, {currency}", currency=request.currency)
    drawn = Table(title, columns, cells)
    return ChartBlock(figure("dimension", title, measure, forest(dots, money_labels(money)), drawn, localizer=_))
