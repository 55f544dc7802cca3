"""The audit trail: who changed what."""

from __future__ import annotations

import json

from offerloop.message import Message
from offerloop.store import list_people, list_tokens, read_trail
from offerloop.web.console.blocks import PageTable, TableColumn, View
from offerloop.web.console.cells import Instant
from offerloop.web.console.page_request import Page, PageRequest
from offerloop.web.roles import Permission

SHOWN = 100
TITLE = Message("Audit", context="page title")
COLUMNS = (
    TableColumn("at", Message("when", context="column title")),
    TableColumn("actor", Message("who", context="column title")),
    TableColumn("action", Message("did what", context="column title")),
    TableColumn("subject", Message("to what", context="column title")),
    TableColumn("body", Message("with", context="column title")),
)


def view(request: PageRequest) -> View:
    """Return the newest changes."""
    before = request.number("before")
    database = request.worker.database
    entries = database.read(lambda one: read_trail(one, before, SHOWN))
    names = {one.person_id: one.name for one in database.read(list_people)}
    names |= {one.token_id: one.name for one in database.read(list_tokens)}
    rows = tuple(
        (
            Instant(one.at), names.get(one.actor, one.actor), one.action, one.subject,
            json.dumps(dict(one.body), ensure_ascii=False) if one.body else None,
        )
        for one in entries
    )  # fmt: skip
    more = f"/console/audit?before={entries[-1].entry_id}" if len(entries) == SHOWN else None
    return View(
        TITLE,
        "",
        (
            PageTable(
                "trail",
                Message("Changes", context="table title"),
                COLUMNS,
                rows,
                Message("Nothing was changed.", context="message"),
                more,
            ),
        ),
    )


PAGE = Page("audit", TITLE, view, Permission.ADMINISTER, in_navigation=True)
