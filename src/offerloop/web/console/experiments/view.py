"""Experiments: what each plan caused, by its read-outs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from offerloop.evaluation import Estimate
from offerloop.message import Message
from offerloop.money import to_minor
from offerloop.report import Localizer
from offerloop.web.console.blocks import Block, Notice, PageTable, Paragraph, TableColumn, View, Words
from offerloop.web.console.cells import Badge, Cell, Link
from offerloop.web.console.page_request import Page, PageRequest

SHOWN = 50
TITLE = Message("Experiments", context="page title")
READ = Badge("read", Message("read out", context="state of an experiment"), "good")
STOPPED = Badge("stopped", Message("no effect shown", context="state of an experiment"), "warning")
COLUMNS = (
    TableColumn("run", Message("plan", context="column title")),
    TableColumn("days", Message("days", context="column title")),
    TableColumn("state", Message("state", context="column title")),
    TableColumn("finding", Message("finding", context="column title")),
    TableColumn("report", Message("report", context="column title")),
)


def view(request: PageRequest) -> View:
    """Return the read-outs of all plans, the newest first, and what the newest plan's test can show."""
    folders = sorted(request.worker.settings.shop.glob("runs/[0-9]*/readout-*/readout.json"), reverse=True)
    rows = tuple(_row(request, path) for path in folders[:SHOWN])
    empty = Message(
        "No plan was measured yet. When orders after the plan are there, begin a read-out on the page “Jobs”."
    )
    blocks: list[Block] = [
        *_coming(request),
        PageTable("readouts", Message("Read-outs", context="table title"), COLUMNS, rows, empty),
    ]
    return View(TITLE, Message("What plans caused, against customers held back at random."), tuple(blocks))


def _coming(request: PageRequest) -> list[Block]:
    """Say how long the newest plan needs to show its forecast."""
    test = {} if request.run is None else request.run.summary.get("coming_test") or {}
    sentence = test.get("sentence")
    if not sentence or request.run is None:
        return [Notice(Message("Nothing that could be measured is planned."))]
    if request.run.summary.get("language") != request.localizer.language:
        weeks = test.get("weeks_to_show_it")
        sentence = "" if weeks is None else request.localizer(
            "A read-out would take {n} week to show a profit as small as forecast.",
            plural="A read-out would take {n} weeks to show a profit as small as forecast.", n=int(weeks),
        )  # fmt: skip
    address = f"/console/experiment?run={request.run.folder.name}"
    return [
        Paragraph(str(sentence)),
        Notice(Message("The newest plan:", context="before a link"), "neutral", address, _SEE),
    ]


def finding_of(request: PageRequest, readout: Mapping[str, Any]) -> Words:
    """Return what a read-out found in the language of the page; in another than its run's only what profit did."""
    said, run = str(readout.get("sentence") or readout.get("stopped") or ""), request.run_named(str(readout.get("run")))
    if run is None or run.summary.get("language") == request.localizer.language:
        return said
    wanted = ("plan", "profit", "all", "adjusted")
    total = next((one["total"] for one in readout.get("effects", ()) if _about(one) == wanted), None)
    if total is None:
        return Message("No effect is shown; the report says why.", context="finding of a read-out")
    ends = [float(to_minor(str(total[end]), run.currency)) for end in ("value", "low", "high")]
    effect = Localizer(request.localizer.language, run.currency).brief(Estimate(*ends))
    return Message("The plan's offers changed profit by {effect}.", effect=effect)


def _about(effect: Mapping[str, Any]) -> tuple[object, ...]:
    return tuple(effect.get(name) for name in ("comparison", "outcome", "group", "method"))


def _row(request: PageRequest, path: Path) -> tuple[Cell, ...]:
    summary: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    run, readout = path.parent.parent.name, path.parent.name
    state = STOPPED if summary.get("stopped") else READ
    report = Link(request.localizer(_REPORT), f"/console/report?run={run}&readout={readout}")
    finding = finding_of(request, summary)
    link = Link(run, f"/console/experiment?run={run}")
    return link, readout.removeprefix("readout-"), state, finding, report


_SEE = Message("See it as an experiment", context="link")
_REPORT = Message("report", context="link in a table")
PAGE = Page("experiments", TITLE, view, in_navigation=True)
