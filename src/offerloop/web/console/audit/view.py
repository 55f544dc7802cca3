"""The audit trail: who changed what."""

from __future__ import annotations

from collections.abc import Mapping

from offerloop.message import Message
from offerloop.store import list_people, list_tokens, read_trail
from offerloop.web.console.audit.words import ACTORS, details, done
from offerloop.web.console.blocks import PageTable, TableColumn, View
from offerloop.web.console.cells import Cell, Instant, Named
from offerloop.web.console.page_request import Page, PageRequest
from offerloop.web.roles import Permission

SHOWN = 100
_TOKEN = Message("token “{name}”", context="audit trail")
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
    names |= {one.token_id: request.localizer(_TOKEN.with_values(name=one.name)) for one in database.read(list_tokens)}
    rows = tuple(
        (
            Instant(entry.at),
            _who(entry.actor, names),
            done(entry.action),
            _subject(entry.subject, names),
            details(entry.body),
        )
        for entry in entries
    )
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


def _who(actor: str, names: Mapping[str, str]) -> Cell:
    return Named(actor, ACTORS[actor]) if actor in ACTORS else names.get(actor, actor)


def _subject(subject: str | None, names: Mapping[str, str]) -> str | None:
    return None if subject is None else names.get(subject, subject)


PAGE = Page("audit", TITLE, view, Permission.ADMINISTER, in_navigation=True)
