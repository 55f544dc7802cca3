"""One run as an experiment: its state, its draw, what it caused, what drove it, and how long it has to last."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from offerloop.message import Message
from offerloop.report import Localizer
from offerloop.web.api.experiments import ExperimentShown, planner, show_experiment
from offerloop.web.console.addresses import report_address
from offerloop.web.console.arms import ARMS
from offerloop.web.console.blocks import (
    Block,
    Facts,
    Form,
    Heading,
    Input,
    Notice,
    PageTable,
    Paragraph,
    Stat,
    TableColumn,
    View,
    hidden,
)
from offerloop.web.console.cells import Badge, Cell, Link
from offerloop.web.console.experiments.dimension import effect_by_segment
from offerloop.web.console.experiments.drivers import drivers
from offerloop.web.console.experiments.looks import guardrails, looks
from offerloop.web.console.experiments.view import finding_of
from offerloop.web.console.page_request import Page, PageRequest
from offerloop.web.problems import HttpProblem
from offerloop.workspace import RunRead, readouts_of

STATES = {
    "not_sent": Badge("not_sent", Message("nothing was sent", context="state of an experiment")),
    "running": Badge("running", Message("running, not read out yet", context="state of an experiment"), "warning"),
    "measured": Badge("measured", Message("measured", context="state of an experiment"), "good"),
    "stopped": Badge("stopped", Message("no effect shown", context="state of an experiment"), "warning"),
}
ACTIONS = {
    "ship": Badge("ship", Message("keep it: it pays", context="verdict"), "good"),
    "roll back": Badge("roll back", Message("roll it back: it costs", context="verdict"), "bad"),
    "go on": Badge("go on", Message("go on: not clear yet", context="verdict"), "warning"),
    "stop": Badge("stop", Message("stop: the draw is broken", context="verdict"), "bad"),
}
CHECKS = (
    TableColumn("check", Message("check of the draw", context="column title")),
    TableColumn("held_back", Message("held back", context="column title"), is_figure=True),
    TableColumn("others", Message("others", context="column title"), is_figure=True),
    TableColumn("p_value", Message("p-value", context="column title"), is_figure=True),
    TableColumn("passes", Message("passes", context="column title")),
)
WEEKLY_EFFECT = "100.00"
YEAR_DAYS = 365


def view(request: PageRequest) -> View:
    """Return one run as an experiment."""
    run = request.needed("run", lambda name: request.run_named(name or None))
    shown = show_experiment(request.http, run.folder.name, request.caller)
    blocks: list[Block] = [
        _facts(run, shown, request.localizer),
        _checks(shown),
        *_readout(request, run, shown),
        *_planning(request, run),
    ]
    return View(
        Message("Experiment of {day}", context="page title", day=date.fromisoformat(shown.began_on)), "", tuple(blocks)
    )


def _facts(run: RunRead, shown: ExperimentShown, _: Localizer) -> Facts:
    titles = {one.id: one.title for one in run.campaigns}
    words = {name: badge.text for name, badge in ARMS.items()}
    groups = [
        _("{group}: {n}", context="customers of a group", group=_.named(words, group.arm), n=group.n_customers)
        for group in shown.groups
    ]
    verdict = None if shown.verdict is None else ACTIONS.get(shown.verdict.action)
    return Facts(
        "experiment",
        (
            Stat("state", Message("state", context="label of a figure"), STATES[shown.state]),
            Stat("verdict", Message("verdict", context="label of a figure"), verdict),
            Stat("campaigns", Message("campaigns that were sent", context="label of a figure"),
                 [titles.get(one, one) for one in shown.campaigns]),
            Stat("groups", Message("customers by arm", context="label of a figure"), groups),
            Stat("until", Message("read out until", context="label of a figure"), shown.read_out_until),
            Stat(
                "report", Message("the report of the run", context="label of a link"),
                Link(shown.experiment_id, report_address(shown.experiment_id)),
            ),
        ),
    )  # fmt: skip


def _checks(shown: ExperimentShown) -> PageTable:
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (check.check, check.held_back, check.others, check.p_value, check.passes) for check in shown.checks
    )
    empty = Message("No offer was planned, so there is nothing to compare.")
    return PageTable("checks", Message("Whether the draw is sound"), CHECKS, rows, empty)


def _readout(request: PageRequest, run: RunRead, shown: ExperimentShown) -> list[Block]:
    """Return what the newest read-out found, and what profit is made of in both groups."""
    if shown.read_out is None:
        said = Message("It was not read out yet. When orders after the plan are there, begin a read-out.")
        return [Notice(said, "neutral", "/console/jobs", Message("Begin a read-out", context="link"))]
    sentence = finding_of(shown.read_out)
    shop = request.worker.settings.shop
    readout = next(one for one in readouts_of(shop) if one.parent.parent.name == run.folder.name)
    return [
        Heading(Message("What it caused", context="heading")), Notice(sentence),
        *_adjusted(shown.read_out), *drivers(readout.parent, run.currency),
        *guardrails(shown, run.currency), *looks(request, shown, run.currency), *effect_by_segment(request, run),
    ]  # fmt: skip


def _adjusted(read_out: Mapping[str, Any]) -> list[Block]:
    """Say why differences of means are not the effect, where that is adjusted."""
    covariate = read_out.get("adjusted_by")
    return [Paragraph(_ADJUSTED.with_values(covariate=covariate))] if covariate else []


_ADJUSTED = Message(
    "Finding, verdict and effects are adjusted by: {covariate}. The groups differed in that by chance before the plan, "
    "so the difference of the plain means below may be another."
)


def _planning(request: PageRequest, run: RunRead) -> list[Block]:
    """Return how many days it takes to show an effect of a size that the reader chooses."""
    unit = Localizer("en", run.currency).money.unit
    written = request.field("effect") or WEEKLY_EFFECT
    effect = Input(
        "effect", Message("Total effect per week", context="field of a form"), value=written,
        hint=Message("In the shop's money, such as 100.00."),
    )  # fmt: skip
    named = hidden("run", run.folder.name)
    title = Message("How long it has to last", context="form title")
    form = Form(
        "planner", "/console/experiment", Message("Count the days", context="button"), (effect, named), method="get",
        title=title,
    )  # fmt: skip
    try:
        weekly = round(float(written) * unit)
        planned = planner(request.http, run.folder.name, request.caller, max(1, min(weekly, 10**12 - 1)))
    except (ValueError, OverflowError):
        return [form, Notice(Message("The effect must be a number, such as 100.00."), "bad")]
    except HttpProblem:
        return [form, Notice(Message("Nothing that could be measured is planned."))]
    if planned.days is None:
        said = Message("No number of days would show an effect this small with these groups.")
    elif planned.days > YEAR_DAYS:
        said = Message("No read-out within a year would show an effect this small with these groups.")
    else:
        said = Message("A read-out shows it after {n} day, in 80 of 100 cases.",
                       plural="A read-out shows it after {n} days, in 80 of 100 cases.", n=planned.days)  # fmt: skip
    return [form, Notice(said)]


PAGE = Page("experiment", Message("Experiment", context="page title"), view)
