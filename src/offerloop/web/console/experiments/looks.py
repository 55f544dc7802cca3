"""What guards an experiment: figures that must not get worse, and an interval that may be looked at at any time."""

from __future__ import annotations

from offerloop.evaluation import Estimate
from offerloop.message import Message, Share
from offerloop.report import Dot, Table, figure, forest, money_labels
from offerloop.web.api.experiments import ExperimentShown
from offerloop.web.console.blocks import Block, ChartBlock, Heading, PageTable, Paragraph, TableColumn
from offerloop.web.console.cells import Badge, Cell, MinorAmount, MinorEstimate
from offerloop.web.console.page_request import PageRequest

STATES = {
    "within": Badge("within", Message("no worse than allowed", context="state of a guardrail"), "good"),
    "worse": Badge("worse", Message("worse than allowed", context="state of a guardrail"), "bad"),
    "open": Badge("open", Message("not clear yet", context="state of a guardrail"), "warning"),
}
NAMES = {
    "margin_minor": Message("margin before offers", context="guardrail"),
    "bought": Message("customers who bought", context="guardrail"),
}
GUARDRAILS = (
    TableColumn("guardrail", Message("guardrail", context="column title")),
    TableColumn("offered", Message("with the offer", context="column title"), is_figure=True),
    TableColumn("held_back", Message("held back", context="column title"), is_figure=True),
    TableColumn("change", Message("change", context="column title"), is_figure=True),
    TableColumn("from", Message("at least", context="column title"), is_figure=True),
    TableColumn("allowed", Message("allowed", context="column title"), is_figure=True),
    TableColumn("state", Message("state", context="column title")),
)
LOOKS = (
    TableColumn("until", Message("read out until", context="column title")),
    TableColumn("days", Message("days", context="column title"), is_figure=True),
    TableColumn(
        "effect", Message("effect per customer and week, with its interval", context="column title"), is_figure=True
    ),
)


def guardrails(shown: ExperimentShown, currency: str) -> list[Block]:
    """Return the figures that must not fall by more than their margin, whatever profit does."""
    metrics = [] if shown.verdict is None else [one for one in shown.verdict.metrics if one["margin"] is not None]
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            NAMES[metric["metric"]], _value(metric["metric"], metric["value"], currency),
            _value(metric["metric"], metric["control"], currency), _share(metric["share"]), _share(metric["share_low"]),
            Share(-metric["margin"]), STATES[metric["state"]],
        )
        for metric in metrics
    )  # fmt: skip
    empty = Message("The groups are too small to compare.")
    return [PageTable("guardrails", Message("Guardrails", context="table title"), GUARDRAILS, rows, empty)]


def _value(metric: str, value: float, currency: str) -> Cell:
    return Share(value) if metric == "bought" else MinorAmount(round(value), currency)


def _share(value: float | None) -> Share | None:
    return None if value is None else Share(value)


def looks(request: PageRequest, shown: ExperimentShown, currency: str) -> list[Block]:
    """Return the effect at each read-out, with intervals that hold at all of them together."""
    effects = [(one, Estimate(one.difference_minor, one.low_minor, one.high_minor)) for one in shown.looks]
    if not effects:
        return []
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (look.until, look.days, MinorEstimate(effect, currency)) for look, effect in effects
    )
    caption = Message("The effect at each read-out", context="table title")
    table = PageTable("looks", caption, LOOKS, rows, Message("It was not read out yet.", context="empty table"))
    return [Heading(_TITLE), Paragraph(_WHY), _chart(request, [(one.until, effect) for one, effect in effects]), table]


_TITLE = Message("How sure the effect has become")
_WHY = Message("The intervals hold at all read-outs together, so that it does no harm to look early and often.")


def _chart(request: PageRequest, effects: list[tuple[str, Estimate]]) -> ChartBlock:
    _, money = request.localizer, request.localizer.money
    dots = [Dot("", until, effect.times(1 / money.unit)) for until, effect in effects]
    title = _("The effect at each read-out", context="table title")
    measure = _("Profit per customer and week, with the offer less held out, {currency}", currency=request.currency)
    columns = (_(LOOKS[0].title), _(LOOKS[2].title))
    drawn = Table(title, columns, tuple((until, _.brief(effect)) for until, effect in effects))
    return ChartBlock(figure("looks", title, measure, forest(dots, money_labels(money)), drawn, localizer=_))
