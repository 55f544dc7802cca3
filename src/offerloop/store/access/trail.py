"""The audit trail: who changed what and when."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select

from offerloop.store.connect import clock, one_at_a_time
from offerloop.store.schema import trail

CURRENCY_NOTED = "currency noted"


@dataclass(frozen=True)
class TrailEntry:
    """One change."""

    entry_id: int
    at: int
    actor: str
    action: str
    subject: str | None
    body: Mapping[str, Any]


def add_entry(connection: Connection, actor: str, action: str, subject: str | None = None, **body: object) -> None:
    """Record a change in the transaction that makes it. Nothing of it may tell who a customer is."""
    row = {"at": clock(connection), "actor": actor, "action": action, "subject": subject, "body": json.dumps(body)}
    connection.execute(insert(trail).values(row))


def read_trail(connection: Connection, before: int | None, limit: int) -> list[TrailEntry]:
    """Return entries whose number is below `before`, the newest first."""
    wanted = select(trail).order_by(trail.c.entry_id.desc()).limit(limit)
    rows = connection.execute(wanted if before is None else wanted.where(trail.c.entry_id < before))
    return [TrailEntry(one.entry_id, one.at, one.actor, one.action, one.subject, json.loads(one.body)) for one in rows]


def note_currency(connection: Connection, currency: str) -> str | None:
    """Note in which currency amounts of the database count from now on; return the one before, where it was another."""
    one_at_a_time(connection, "currency")
    newest = select(trail.c.body).where(trail.c.action == CURRENCY_NOTED).order_by(trail.c.entry_id.desc()).limit(1)
    written = connection.execute(newest).scalar_one_or_none()
    before = None if written is None else str(json.loads(written)["currency"])
    if before == currency:
        return None
    add_entry(connection, "start", CURRENCY_NOTED, currency=currency)
    return before
