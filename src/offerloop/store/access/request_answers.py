"""Answers by idempotency key: the same key and body get the same answer, and the change is made once."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, delete, select, update

from offerloop.store.connect import StaleError, clock, inserting
from offerloop.store.schema import request_answers

Written = tuple[int, str]
"""Status and body of an answer."""


class KeyConflictError(Exception):
    """The key was used for another request."""


def answered_once(
    connection: Connection, owner: str, key: str, fingerprint: str, keep_seconds: int, make: Callable[[], Written]
) -> Written:
    """Return what was answered to this key before, or make the change within the connection's transaction and keep it.

    A change that fails leaves no answer, so that a retry makes it anew. Raises KeyConflictError for a key that was
    used with another request.
    """
    now = clock(connection)
    place = (request_answers.c.owner == owner) & (request_answers.c.key == key)
    connection.execute(delete(request_answers).where(place, request_answers.c.kept_until <= now))
    row = {"owner": owner, "key": key, "fingerprint": fingerprint, "status": 0, "body": "", "made_at": now,
           "kept_until": now + keep_seconds}  # fmt: skip
    claimed = inserting(connection, request_answers).values(row).on_conflict_do_nothing()
    if connection.execute(claimed.returning(request_answers.c.key)).one_or_none() is None:
        return _kept_answer(connection.execute(select(request_answers).where(place)).one_or_none(), fingerprint)
    status, body = make()
    connection.execute(update(request_answers).where(place).values(status=status, body=body))
    return status, body


def _kept_answer(row: object, fingerprint: str) -> Written:
    if row is None:
        raise StaleError
    if getattr(row, "fingerprint", None) != fingerprint:
        raise KeyConflictError
    return int(getattr(row, "status", 0)), str(getattr(row, "body", ""))


def forget_answers(connection: Connection) -> int:
    """Delete the answers whose time is over, and return their number."""
    over = delete(request_answers).where(request_answers.c.kept_until <= clock(connection))
    return int(connection.execute(over).rowcount)
