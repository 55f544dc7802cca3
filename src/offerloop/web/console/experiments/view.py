"""Experiments: what each plan caused, by its read-outs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from offerloop.message import Message
from offerloop.web.console.addresses import experiment_address, report_address
from offerloop.web.console.blocks import Block, Notice, PageTable, Paragraph, TableColumn, View
from offerloop.web.console.cells import Badge, Cell, Link
from offerloop.web.console.page_request import Page, PageRequest
from offerloop.workspace import read_readout

SHOWN = 50
TITLE = Message("Experiments", context="page title")
READ = Badge("read", Message("read out", context="state of an experiment"), "good")
STOPPED = Badge("stopped", Message("no effect shown", context="state of an experiment"), "warning")
COLUMNS = (
    TableColumn("run", Message("plan", context="column title")),
    TableColumn("days", Message("period", context="column title")),
    TableColumn("state", Message("state", context="column title")),
    TableColumn("finding", Message("finding", context="column title")),
    TableColumn("report", Message("report", context="column title")),
)


def view(request: PageRequest) -> View:
    """Return the read-outs of all plans, the newest first, and what the newest plan's test can show."""
    folders = sorted(request.worker.settings.shop.glob("runs/[0-9]*/readout-*/readout.json"), reverse=True)
    offset = request.number("from") or 0
    rows = tuple(_row(request, path) for path in folders[offset : offset + SHOWN])
    more = f"/console/experiments?from={offset + SHOWN}" if len(folders) > offset + SHOWN else None
    empty = Message(
        "No plan was measured yet. When orders after the plan are there, begin a read-out on the page “Jobs”."
    )
    blocks: list[Block] = [
        *_planned_test(request),
        PageTable("readouts", Message("Read-outs", context="table title"), COLUMNS, rows, empty, more),
    ]
    return View(TITLE, Message("What plans caused, against customers held back at random."), tuple(blocks))


def _planned_test(request: PageRequest) -> list[Block]:
    """Say how long the newest plan needs to show its forecast."""
    test = {} if request.run is None else request.run.summary.get("coming_test") or {}
    sentence = test.get("sentence")
    if not sentence or request.run is None:
        return [Notice(Message("Nothing that could be measured is planned."))]
    address = experiment_address(request.run.folder.name)
    return [
        Paragraph(str(sentence)),
        Notice(Message("The newest plan:", context="before a link"), "neutral", address, _SEE),
    ]


def finding_of(readout: Mapping[str, Any]) -> str:
    """Return what a read-out found, or why it shows nothing."""
    return str(readout["sentence"] or readout["stopped"] or "")


def _row(request: PageRequest, path: Path) -> tuple[Cell, ...]:
    summary = read_readout(path, request.localizer.language)
    run, readout = path.parent.parent.name, path.parent.name
    state = STOPPED if summary.get("stopped") and not summary.get("effects") else READ
    report = Link(request.localizer(_REPORT), report_address(run, readout))
    finding = finding_of(summary)
    link = Link(run, experiment_address(run))
    days = f"{summary['period']['from']} – {summary['period']['until']}"
    return link, days, state, finding, report


_SEE = Message("See it as an experiment", context="link")
_REPORT = Message("report", context="link in a table")
PAGE = Page("experiments", TITLE, view, in_navigation=True)
