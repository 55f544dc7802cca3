"""Data quality: what was read, what cleaning did to it, and what is missing."""

from __future__ import annotations

from datetime import date

import polars as pl

from offerloop.events import ACTION_NAMES, RULE_NAMES, SOURCE_NAMES
from offerloop.message import Message, Share
from offerloop.web.console.blocks import Notice, PageTable, Stat, Stats, TableColumn, View, start_run
from offerloop.web.console.cells import Cell, Named
from offerloop.web.console.page_request import Page, PageRequest
from offerloop.workspace import RunRead

COLUMNS = (
    TableColumn("source", Message("source", context="column title")),
    TableColumn("rule", Message("rule", context="column title")),
    TableColumn("done", Message("done", context="column title")),
    TableColumn("rows", Message("rows", context="column title"), is_figure=True),
    TableColumn("share", Message("share of those read", context="column title"), is_figure=True),
    TableColumn("why", Message("why", context="column title")),
)
TITLE = Message("Data quality", context="page title")


def view(request: PageRequest) -> View:
    """Return what cleaning did before the newest run."""
    run = request.run
    if run is None:
        return View(TITLE, "", (start_run(Message("No data have been read yet. A run reads and checks them.")),))
    quality = run.table("quality").collect()
    return View(TITLE, _lead(run), (_stats(quality), *_gaps(run), _table(request, quality)))


def _gaps(run: RunRead) -> list[Notice]:
    """Say what the data could not show."""
    return [Notice(str(gap), "warning") for gap in run.summary.get("gaps", [])]


def _lead(run: RunRead) -> Message:
    first, last = (date.fromisoformat(run.summary["period"][name]) for name in ("first_day", "last_day"))
    return Message("The data run from {first} to {last}.", first=first, last=last)


def _count(quality: pl.DataFrame, table: str, action: str) -> int:
    return int(quality.filter((pl.col("table") == table) & (pl.col("action") == action))["rows"].sum())


def _stats(quality: pl.DataFrame) -> Stats:
    read, kept, rejected = (_count(quality, "order_lines", action) for action in ("read", "kept", "rejected"))
    return Stats((
        Stat("read", Message("order lines read", context="figure"), read),
        Stat("kept", Message("order lines used", context="figure"), kept),
        Stat("rejected", Message("rejected", context="figure"), Share(rejected / max(read, 1))),
    ))  # fmt: skip


def _table(request: PageRequest, quality: pl.DataFrame) -> PageTable:
    hits = quality.filter(pl.col("rows") > 0)
    rows = tuple(_row(request, row, quality) for row in hits.iter_rows(named=True))
    return PageTable(
        "rules",
        Message("Rows of each source, and what cleaning did"),
        COLUMNS,
        rows,
        Message("Cleaning found nothing to mend."),
    )


def _row(request: PageRequest, row: dict[str, object], quality: pl.DataFrame) -> tuple[Cell, ...]:
    read, rows = _count(quality, str(row["table"]), "read"), int(str(row["rows"]))
    source, rule, action = str(row["table"]), str(row["rule"]), str(row["action"])
    named = Named(source, SOURCE_NAMES[source]) if source in SOURCE_NAMES else source
    return (
        named, RULE_NAMES.get(rule, rule), ACTION_NAMES.get(action, action), rows,
        Share(rows / read) if read else None, request.localizer.unpacked(str(row["why_message"])),
    )  # fmt: skip


PAGE = Page("quality", TITLE, view, in_navigation=True)
