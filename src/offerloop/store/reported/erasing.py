"""Erase a customer from every table: what only tells of the customer is deleted, and what adds up stays under a random
key that nothing links to the customer."""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, Text, delete, func, insert, select, text, update

from offerloop.errors import StoreError
from offerloop.message import Message, packed
from offerloop.store.connect import clock
from offerloop.store.database import Database
from offerloop.store.migrations import changeable
from offerloop.store.reported.choices import delete_choice
from offerloop.store.reported.erased import hold_off_erasures, note_erased
from offerloop.store.schema import (
    campaign_revisions,
    coupons,
    customer_keys,
    customers,
    events,
    history,
    jobs,
    locks,
    metadata,
    notices,
    redemptions,
    request_answers,
    requests,
    steps,
    trail,
)

KEPT_EVENTS = ("order", "return", "redemption")
"""Kinds of events with amounts, which stay under the key."""
DISTINCT = 6
"""Signs of an id from which on it does not stand in other texts by chance."""
_LEDGER = (coupons, customers, locks, redemptions, history)
_NAMES = ("code", "lock_key", "redemption_id", "request_key")
"""Columns of the ledger that hold names which the shop gave, and which may hold the customer's id."""
_APPEND_ONLY = (history, steps, trail, campaign_revisions)
_ERASED = Message("erased with a customer")
_CLEAN_SECONDS = 30.0


@dataclass(frozen=True)
class Erased:
    """What became of a customer."""

    key: str
    """What stands in place of the id; it says nothing and is linked to nothing."""
    deleted: int
    """Rows that are gone."""
    kept: int
    """Rows that stay under the key."""


def erase_from_store(connection: Connection, customer_id: str) -> Erased:
    """Erase a customer within the transaction of the connection, and drop events that come later."""
    hold_off_erasures(connection, alone=True)
    note_erased(connection, customer_id, clock(connection))
    key = _key_like(customer_id)
    deleted, kept = _events(connection, customer_id, key)
    with _lifted(connection, history):
        kept += _ledger(connection, customer_id, key)
    deleted += delete_choice(connection, customer_id)
    for table in (customer_keys, notices):
        deleted += _count(connection, delete(table).where(table.c.customer_id == customer_id))
    quoted = request_answers.c.body.contains(json.dumps(customer_id, ensure_ascii=False), autoescape=True)
    deleted += _count(connection, delete(request_answers).where(quoted))
    if len(customer_id) >= DISTINCT:
        names_customer = jobs.c.failure.contains(customer_id, autoescape=True)
        connection.execute(update(jobs).where(names_customer).values(failure=packed(_ERASED)))
    return Erased(key, deleted, kept)


def change_steps(connection: Connection, change: Callable[[Any], Any]) -> int:
    """Change what the steps of all loops came to, and return how many were changed."""
    changed = 0
    with _lifted(connection, steps):
        for row in connection.execute(select(steps)).all():
            other = json.dumps(change(json.loads(row.body)), allow_nan=False)
            if other != row.body:
                place = (steps.c.name == row.name) & (steps.c.period == row.period) & (steps.c.step == row.step)
                connection.execute(update(steps).where(place).values(body=other))
                changed += 1
    return changed


def erase_traces(connection: Connection, customer_id: str, key: str, columns: Iterable[str]) -> None:
    """Put the key in place of an id in all texts of some columns, such as a name that the shop gave to an order."""
    for name in columns:
        table_name, _, column_name = name.partition(".")
        table = metadata.tables[table_name]
        column = table.c[column_name]
        within = column.contains(customer_id, autoescape=True)
        holds = within if len(customer_id) >= DISTINCT else column == customer_id
        changed = update(table).where(holds).values({column_name: func.replace(column, customer_id, key)})
        if table in _APPEND_ONLY:
            with _lifted(connection, table):
                connection.execute(changed)
        else:
            connection.execute(changed)


def clean_up(database: Database) -> None:
    """Overwrite what was deleted and changed, also in SQLite's log of writes.

    Raises StoreError where readers keep SQLite from it for too long.
    """
    raw = database.engine.raw_connection()
    try:
        cursor = raw.cursor()
        if database.engine.dialect.name == "sqlite":
            _vacuum_sqlite(cursor)
        else:
            driver: Any = raw.dbapi_connection
            driver.autocommit = True
            cursor.execute("vacuum")
            driver.autocommit = False
    finally:
        raw.close()


def traces_of(connection: Connection, customer_id: str) -> list[str]:
    """Return the columns that hold the id of a customer: as it is, or for long ids also within other texts."""
    traces = []
    for table in metadata.sorted_tables:
        for column in (one for one in table.c if isinstance(one.type, Text)):
            holds = column == customer_id
            if len(customer_id) >= DISTINCT:
                holds = column.contains(customer_id, autoescape=True)
            elif column.name != "customer_id":
                continue
            if connection.execute(select(text("1")).select_from(table).where(holds).limit(1)).first() is not None:
                traces.append(f"{table.name}.{column.name}")
    return traces


def _vacuum_sqlite(cursor: Any) -> None:  # noqa: ANN401 - a cursor of the driver
    cursor.execute("vacuum")
    deadline = time.monotonic() + _CLEAN_SECONDS
    while cursor.execute("pragma wal_checkpoint(truncate)").fetchone()[0]:
        if time.monotonic() > deadline:
            raise StoreError(
                Message("readers hold the log of SQLite's writes open, so it cannot be overwritten; try again")
            )
        time.sleep(0.05)


def _key_like(customer_id: str) -> str:
    """Return a random key that can stand in place of an id: a number for a number."""
    return str(10**17 + secrets.randbelow(8 * 10**17)) if customer_id.isdecimal() else f"erased-{secrets.token_hex(16)}"


def _count(connection: Connection, statement: Any) -> int:  # noqa: ANN401 - a delete or an update
    return int(connection.execute(statement).rowcount)


def _events(connection: Connection, customer_id: str, key: str) -> tuple[int, int]:
    """Delete what the customer saw, said and is, and give what was bought names that the shop does not know."""
    of_customer = events.c.customer_id == customer_id
    deleted = _count(connection, delete(events).where(of_customer, events.c.kind.not_in(KEPT_EVENTS)))
    kept = connection.execute(select(events.c.event_id, events.c.body).where(of_customer)).all()
    for event_id, body in kept:
        other = _without_names(json.loads(body), lambda name: _renamed(name, customer_id, key))
        changed = {"event_id": secrets.token_hex(12), "customer_id": key, "body": json.dumps(other, sort_keys=True)}
        connection.execute(update(events).where(events.c.event_id == event_id).values(changed))
    if kept:
        _opt_out(connection, key)
    return deleted, len(kept)


def _opt_out(connection: Connection, key: str) -> None:
    """Let no plan give an offer to what is left of the customer."""
    now = clock(connection)
    row = {"event_id": secrets.token_hex(12), "kind": "customer", "customer_id": key, "at": now, "received_at": now,
           "body": json.dumps({"attributes": {}, "opt_out": True})}  # fmt: skip
    connection.execute(insert(events).values(row))


def _without_names(body: dict[str, Any], renamed: Callable[[str], str]) -> dict[str, Any]:
    """Return the body of an event under another order, and with codes that do not name the customer."""
    if "order_id" in body:
        body = {**body, "order_id": secrets.token_hex(12)}
    if "coupon_id" in body:
        body = {**body, "coupon_id": renamed(body["coupon_id"])}
    if "lines" in body:
        body = {**body, "lines": [_without_names(line, renamed) for line in body["lines"]]}
    return body


def _renamed(name: str, customer_id: str, key: str) -> str:
    """Return a name without the customer's id, which counts as a word of its own or where it is long."""
    if len(customer_id) >= DISTINCT:
        return name.replace(customer_id, key)
    return re.sub(rf"(?<![^\W_]){re.escape(customer_id)}(?![^\W_])", key, name)


def _ledger(connection: Connection, customer_id: str, key: str) -> int:
    """Give the customer's accounts and entries to the key; every sum stays as it is."""
    entries = connection.execute(select(history).where(history.c.customer_id == customer_id)).all()
    for request_key in sorted({row.request_key for row in entries}):
        connection.execute(update(requests).where(requests.c.key == request_key).values(fingerprint="erased"))
    kept = 0
    for table in _LEDGER:
        kept += _count(connection, update(table).where(table.c.customer_id == customer_id).values(customer_id=key))
    for column in _NAMES:
        for name in sorted({getattr(row, column) for row in entries} - {None}):
            other = _renamed(name, customer_id, key)
            if other != name:
                _rename(connection, column, name, other)
    return kept


def _rename(connection: Connection, column: str, name: str, other: str) -> None:
    """Give a code, a lock, a redemption or a request another name wherever it stands."""
    places = [table.c[column] for table in _LEDGER if column in table.c]
    if column in ("request_key", "redemption_id"):  # the key of its command names a redemption
        places += [requests.c.key, history.c.request_key, history.c.redemption_id, redemptions.c.redemption_id]
    for place in dict.fromkeys(places):
        connection.execute(update(place.table).where(place == name).values({place.name: other}))


@contextmanager
def _lifted(connection: Connection, table: Table) -> Iterator[None]:
    """Let rows of a table be changed that otherwise are only made, within this transaction."""
    lift, restore = changeable(table.name, connection.dialect.name)
    for statement in lift:
        connection.exec_driver_sql(statement)
    yield
    for statement in restore:
        connection.exec_driver_sql(statement)
