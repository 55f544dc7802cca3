"""The audit trail: who changed what and when."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select

from offerloop.store.connect import clock
from offerloop.store.schema import trail


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
