"""Erase a customer from every table: what only tells of the customer is deleted, and what adds up stays under a random
key that nothing links to the customer."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, delete, insert, select, true, update

from offerloop.errors import StoreError
from offerloop.message import Message, packed
from offerloop.store.connect import clock, persevere
from offerloop.store.database import Database
from offerloop.store.reported.choices import delete_choice
from offerloop.store.reported.erased import hold_off_erasures, note_erased
from offerloop.store.reported.renaming import Renaming
from offerloop.store.reported.spellings import spellings_of
from offerloop.store.reported.traces import lifted, names_of_others
from offerloop.store.schema import (
    coupons,
    customer_keys,
    customers,
    decisions,
    events,
    history,
    jobs,
    locks,
    notices,
    purchases,
    redemptions,
    request_answers,
    requests,
    steps,
)

KEPT_EVENTS = ("order", "return", "redemption")
"""Kinds of events with amounts, which stay under the key."""
_LEDGER = (coupons, customers, locks, redemptions, history)
_NAMES_IN_LEDGER = ("lock_key", "redemption_id", "request_key", "code")
"""Columns of the ledger that hold names which the shop gave, and which may hold the customer's id; codes come last,
because the others are found by them."""
_ERASED = Message("erased with a customer")
_CLEAN_SECONDS = 30.0


@dataclass(frozen=True)
class Erased:
    """What became of a customer."""

    keys: Mapping[str, str]
    """What stands in place of each spelling of the id, the given one first; it says and is linked to nothing."""
    deleted: int
    """Rows that are gone."""
    kept: int
    """Rows that stay under a key."""

    @property
    def key(self) -> str:
        """What stands in place of the id as it was given."""
        return next(iter(self.keys.values()))


def erase_from_store(connection: Connection, customer_id: str, *, ignore_case: bool = False) -> Erased:
    """Erase a customer within the transaction of the connection, and drop events that come later.

    With `ignore_case`, ids that differ only in upper and lower case are erased with it, each under a key of its own.
    """
    hold_off_erasures(connection, alone=True)
    note_erased(connection, customer_id, clock(connection), ignore_case=ignore_case)
    names = spellings_of(connection, customer_id) if ignore_case else [customer_id]
    keys = {name: _key_like(name) for name in names}
    rows = [_erase(connection, Renaming(name, key)) for name, key in keys.items()]
    return Erased(keys, sum(deleted for deleted, _ in rows), sum(kept for _, kept in rows))


def _erase(connection: Connection, renaming: Renaming) -> tuple[int, int]:
    """Erase one spelling of an id, and return how many rows were deleted and how many stay under the key."""
    with lifted(connection, history):
        n_entries = _ledger(connection, renaming)
    deleted, kept = _events(connection, renaming)
    _strip_decisions(connection, renaming)
    deleted += delete_choice(connection, renaming.customer_id)
    for table in (customer_keys, notices):
        deleted += _count(connection, delete(table).where(table.c.customer_id == renaming.customer_id))
    deleted += _delete_answers(connection, renaming)
    if renaming.is_distinct:
        _forget_failures(connection, renaming)
    return deleted, kept + n_entries


def _delete_answers(connection: Connection, renaming: Renaming) -> int:
    """Delete kept answers that name the customer, and return how many."""
    answers = request_answers.c
    statement = select(answers.owner, answers.key, answers.body).where(renaming.may_hold(answers.body))
    deleted = 0
    for owner, key, body in connection.execute(statement).all():
        if renaming.customer_id in renaming.names_in(body):
            of_answer = (answers.owner == owner) & (answers.key == key)
            deleted += _count(connection, delete(request_answers).where(of_answer))
    return deleted


def _forget_failures(connection: Connection, renaming: Renaming) -> None:
    """Take out why jobs failed whose message names the customer."""
    statement = select(jobs.c.number, jobs.c.failure).where(renaming.may_hold(jobs.c.failure))
    for number, failure in connection.execute(statement).all():
        if renaming.names_in(failure):
            connection.execute(update(jobs).where(jobs.c.number == number).values(failure=packed(_ERASED)))


def change_steps(connection: Connection, change: Callable[[Any], Any]) -> int:
    """Change what the steps of all loops came to, and return how many were changed."""
    changed = 0
    with lifted(connection, steps):
        for row in connection.execute(select(steps)).all():
            other = json.dumps(change(json.loads(row.body)), allow_nan=False)
            if other != row.body:
                place = (steps.c.name == row.name) & (steps.c.period == row.period) & (steps.c.step == row.step)
                connection.execute(update(steps).where(place).values(body=other))
                changed += 1
    return changed


def clean_up(database: Database) -> None:
    """Overwrite what was deleted and changed, also in SQLite's log of writes.

    Raises StoreError where others keep SQLite from it for too long, and where the disk is full.
    """
    persevere(lambda: _clean_up(database), database.engine, _CLEAN_SECONDS)


def _clean_up(database: Database) -> None:
    raw = database.engine.raw_connection()
    try:
        cursor = raw.cursor()
        if database.engine.dialect.name == "sqlite":
            _vacuum_sqlite(cursor)
        else:
            driver: Any = raw.dbapi_connection
            driver.autocommit = True
            try:
                cursor.execute("vacuum")
            finally:
                driver.autocommit = False
    finally:
        raw.close()


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


def _strip_decisions(connection: Connection, renaming: Renaming) -> None:
    """Take out of the customer's decisions the facts that the shop sent, and names that it made of the id."""
    of_customer = customer_keys.c.customer_key == decisions.c.customer_key
    own = select(decisions).join(customer_keys, of_customer).where(customer_keys.c.customer_id == renaming.customer_id)
    for row in connection.execute(own).all():
        request = json.loads(row.request)
        stripped = json.dumps({**request, "context": {}}, ensure_ascii=False) if request.get("context") else row.request
        changed = {"request": stripped, "answer": row.answer, "input_hash": ""}
        if renaming.is_word:
            for name in ("request", "answer"):
                changed[name] = _of_own(connection, changed[name], renaming)
        connection.execute(update(decisions).where(decisions.c.decision_id == row.decision_id).values(changed))


def _events(connection: Connection, renaming: Renaming) -> tuple[int, int]:
    """Delete what the customer saw, said and is, and give what was bought names that the shop does not know."""
    of_customer, key = events.c.customer_id == renaming.customer_id, renaming.key
    deleted = _count(connection, delete(events).where(of_customer, events.c.kind.not_in(KEPT_EVENTS)))
    kept = connection.execute(select(events.c.event_id, events.c.body).where(of_customer)).all()
    for event_id, body in kept:
        _rename_purchase(connection, json.loads(body).get("order_id"), renaming)
        other = _without_names(json.loads(body), lambda code: _of_code(connection, code, renaming))
        changed = {"event_id": secrets.token_hex(12), "customer_id": key, "body": json.dumps(other, sort_keys=True)}
        connection.execute(update(events).where(events.c.event_id == event_id).values(changed))
    if kept:
        _opt_out(connection, key)
    return deleted, len(kept)


def _rename_purchase(connection: Connection, order_id: str | None, renaming: Renaming) -> None:
    """Take the id out of an order of the customer's as it was priced."""
    row = connection.execute(select(purchases).where(purchases.c.order_id == order_id)).one_or_none()
    if row is not None:
        basket = _of_own(connection, row.basket, renaming) if renaming.is_word else row.basket
        changed = {"order_id": renaming.of_name(row.order_id), "basket": basket}
        connection.execute(update(purchases).where(purchases.c.order_id == order_id).values(changed))


def _of_own(connection: Connection, written: str, renaming: Renaming) -> str:
    """Take the id out of JSON on record of the customer, where others' coupons and offers stay."""
    return renaming.of_json(written, names_of_others(connection, renaming.names_in(written), renaming))


def _of_code(connection: Connection, code: str, renaming: Renaming) -> str:
    """Take the id out of a code, but not out of one that others have too."""
    other = renaming.of_name(code)
    return code if other == code or names_of_others(connection, {code}, renaming) else other


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


def _ledger(connection: Connection, renaming: Renaming) -> int:
    """Give the customer's accounts and entries to the key; every sum stays as it is."""
    customer_id, key = renaming.customer_id, renaming.key
    entries = connection.execute(select(history).where(history.c.customer_id == customer_id)).all()
    for request_key in sorted({row.request_key for row in entries}):
        connection.execute(update(requests).where(requests.c.key == request_key).values(fingerprint="erased"))
    of_refused = update(requests).where(requests.c.customer_id == customer_id)
    connection.execute(of_refused.values(fingerprint="erased", customer_id=None))
    kept = 0
    for table in _LEDGER:
        kept += _count(connection, update(table).where(table.c.customer_id == customer_id).values(customer_id=key))
    for column in _NAMES_IN_LEDGER:
        for name in sorted({getattr(row, column) for row in entries} - {None}):
            other = _of_code(connection, name, renaming) if column == "code" else renaming.of_name(name)
            if other != name:
                _rename(connection, column, name, other, key)
    return kept


def _rename(connection: Connection, column: str, name: str, other: str, key: str) -> None:
    """Give a code, a lock, a redemption or a request another name wherever it stands."""
    places = [table.c[column] for table in _LEDGER if column in table.c]
    if column in ("request_key", "redemption_id"):  # the key of its command names a redemption
        places += [requests.c.key, history.c.request_key, history.c.redemption_id, redemptions.c.redemption_id]
    for place in dict.fromkeys(places):
        named = (place == name) & _by_index(place, name, key)
        connection.execute(update(place.table).where(named).values({place.name: other}))


def _by_index(place: Column[str], name: str, key: str) -> ColumnElement[bool]:
    """Return a condition that all rows of a name meet, by which an index finds them: a command is about one code, or
    issues several to one customer, and all of them have entries under the customer's key."""
    if place.table in (history, locks):
        return place.table.c.code.in_(select(history.c.code).where(history.c.customer_id == key))
    if place is redemptions.c.code:
        return redemptions.c.redemption_id.in_(select(history.c.redemption_id).where(history.c.code == name))
    return true()
