"""The log of events: what a shop reports is taken at least once and stored exactly once, by event id."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, select

from offerloop.store.connect import clock, inserting, reading
from offerloop.store.database import Database
from offerloop.store.reported.choices import choose
from offerloop.store.reported.erased import erased_among, hold_off_erasures
from offerloop.store.reported.incoming import CustomerEvent, Event, epoch_second
from offerloop.store.schema import decisions, events

PATIENCE_SECONDS = 30.0
MOST_AHEAD = 86_400
"""Seconds by which a shop's clock may be ahead of the database's."""
BATCH = 10_000
"""Rows in memory at a time when events are read."""
Values = dict[str, Any]


class RefusedEvent(StrEnum):
    """Why an event was not stored."""

    IN_THE_FUTURE = "in_the_future"
    """It is dated more than a day ahead."""
    OTHER_EVENT = "event_id_reused"
    """Another event with this id is stored."""


@dataclass(frozen=True)
class Taken:
    """What became of a batch of events."""

    accepted: int
    """Stored now."""
    duplicates: int
    """Stored before, and the same."""
    dropped: int
    """Events of customers who were erased."""
    refused: dict[int, RefusedEvent]
    """The reason for each event that was refused, by its place in the batch."""


@dataclass(frozen=True)
class StoredEvent:
    """One event as the store holds it."""

    event_id: str
    kind: str
    customer_id: str | None
    at: int
    body: dict[str, Any]


@dataclass(frozen=True)
class EventLog:
    """The events of one database. Safe to use from many threads.

    Every method waits for a database that is busy or away, and raises StoreError when that takes too long.
    """

    database: Database

    @classmethod
    def open(cls, url: str) -> EventLog:
        """Open the log of a database, SQLite or PostgreSQL. Raises InputError for a URL of another one."""
        return cls(Database.open(url, PATIENCE_SECONDS))

    def close(self) -> None:
        """Let all connections go."""
        self.database.close()

    def take(self, reported: Sequence[Event]) -> Taken:
        """Store what is new of a batch; the answer is given when that is on disk."""
        return self.database.change(lambda connection: take_events(connection, reported))

    def read(self, *kinds: str) -> Iterator[StoredEvent]:
        """Yield the events of some kinds in the order in which they happened, whatever the order of their arrival."""
        query = select(events).where(events.c.kind.in_(kinds)).order_by(events.c.at, events.c.event_id)
        with reading(self.database.engine) as connection:
            for row in connection.execution_options(yield_per=BATCH).execute(query):
                yield stored_event(row)

    def customers(self, *kinds: str) -> list[str]:
        """Return the customers of some kinds of events, sorted."""
        query = (
            select(events.c.customer_id).where(events.c.kind.in_(kinds), events.c.customer_id.is_not(None)).distinct()
        )
        return sorted(self.database.read(lambda connection: list(connection.execute(query).scalars())))

    def of_customer(self, *spellings: str) -> list[StoredEvent]:
        """Return all events of one customer under any of these ids, first things first."""
        query = select(events).where(events.c.customer_id.in_(spellings)).order_by(events.c.at, events.c.event_id)
        return self.database.read(lambda connection: [stored_event(row) for row in connection.execute(query)])


def take_events(connection: Connection, reported: Sequence[Event]) -> Taken:
    """Store what is new of a batch, within the transaction of the connection."""
    hold_off_erasures(connection)
    now = clock(connection)
    gone = erased_among(connection, {one.subject for one in reported if one.subject is not None})
    rows, places, refused, n_dropped = dict[str, Values](), dict[str, list[int]](), dict[int, RefusedEvent](), 0
    for place, event in enumerate(reported):
        row = _row(event, now)
        if row["at"] > now + MOST_AHEAD:
            refused[place] = RefusedEvent.IN_THE_FUTURE
        elif event.subject in gone:
            n_dropped += 1
        elif _same(rows.setdefault(event.event_id, row), row):
            places.setdefault(event.event_id, []).append(place)
        else:
            refused[place] = RefusedEvent.OTHER_EVENT
    new = _insert(connection, [rows[key] for key in sorted(rows)])
    for key in _conflicting_ids(connection, [row for key, row in rows.items() if key not in new]):
        refused |= dict.fromkeys(places[key], RefusedEvent.OTHER_EVENT)
    _choose(connection, [reported[places[key][0]] for key in new], now)
    return Taken(len(new), len(reported) - len(new) - n_dropped - len(refused), n_dropped, refused)


def holds_traffic(connection: Connection) -> bool:
    """Whether anything was reported or decided."""
    return any(connection.execute(select(one).limit(1)).first() is not None for one in (events, decisions))


def _row(event: Event, now: int) -> Values:
    body = json.dumps(event.body(), ensure_ascii=False, sort_keys=True, allow_nan=False)
    kind: str = event.kind  # type: ignore[attr-defined]
    return {
        "event_id": event.event_id, "kind": kind, "customer_id": event.subject, "at": epoch_second(event.at),
        "received_at": now, "body": body,
    }  # fmt: skip


def _insert(connection: Connection, rows: Sequence[Values]) -> set[str]:
    """Store rows that are not there yet, and return the ids of those that were not."""
    if not rows:
        return set()
    statement = inserting(connection, events).on_conflict_do_nothing().returning(events.c.event_id)
    return set(connection.execute(statement, rows).scalars())


def _conflicting_ids(connection: Connection, rows: Sequence[Values]) -> list[str]:
    """Return the ids under which another event than that of the row is stored."""
    wanted = {row["event_id"]: row for row in rows}
    stored = connection.execute(select(events).where(events.c.event_id.in_(sorted(wanted))))
    return [one.event_id for one in stored if not _same(one._asdict(), wanted[one.event_id])]


def _same(stored: Values, row: Values) -> bool:
    return all(stored[name] == row[name] for name in ("kind", "customer_id", "at", "body"))


def _choose(connection: Connection, reported: Sequence[Event], now: int) -> None:
    """Keep who has opted out; of several events of a customer the newest counts, in whatever order they come."""
    said = sorted(
        (event.customer_id, epoch_second(event.at), event.opt_out)
        for event in reported
        if isinstance(event, CustomerEvent) and event.opt_out is not None
    )
    for customer_id, at, opt_out in said:
        choose(connection, customer_id, min(at, now), opt_out=opt_out)


def stored_event(row: Row[Any]) -> StoredEvent:
    """Return a row as an event."""
    return StoredEvent(row.event_id, row.kind, row.customer_id, row.at, json.loads(row.body))
