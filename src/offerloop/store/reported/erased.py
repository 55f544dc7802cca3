"""Who was erased: keyed hashes of their ids, which tell a late event of theirs and nothing else."""

from __future__ import annotations

import hashlib
import hmac
import secrets as random_bytes
from collections.abc import Collection

from sqlalchemy import Connection, insert, select, text

from offerloop.store.connect import inserting
from offerloop.store.schema import erased, secrets

_KEY = "erasure"
_LOCK = int.from_bytes(b"erase", "big")
"""The advisory lock of PostgreSQL that is shared by who takes events, and held alone by who erases."""


def secret(connection: Connection, name: str) -> bytes:
    """Return a random key of the store; the first who asks makes it."""
    query = select(secrets.c.value).where(secrets.c.name == name)
    value = connection.execute(query).scalar_one_or_none()
    if value is None:
        row = {"name": name, "value": random_bytes.token_bytes(32)}
        connection.execute(inserting(connection, secrets).values(row).on_conflict_do_nothing())
        value = connection.execute(query).scalar_one()
    return bytes(value)


def hold_off_erasures(connection: Connection, *, alone: bool = False) -> None:
    """Wait until no erasure is under way, and keep one from beginning before the transaction ends.

    With `alone`, wait for everybody else who holds erasures off. SQLite has one writer at a time anyway.
    """
    if connection.dialect.name == "postgresql":
        kind = "" if alone else "_shared"
        connection.execute(text(f"select pg_advisory_xact_lock{kind}({_LOCK})"))


_ANY = select(erased.c.digest).limit(1)


def erased_among(connection: Connection, customers: Collection[str]) -> set[str]:
    """Return who of these customers was erased."""
    if not customers or connection.execute(_ANY).first() is None:
        return set()
    key = secret(connection, _KEY)
    digests = {_digest(key, one): one for one in customers}
    matches = connection.execute(select(erased.c.digest).where(erased.c.digest.in_(sorted(digests)))).scalars()
    return {digests[one] for one in matches}


def note_erased(connection: Connection, customer_id: str, now: int) -> None:
    """Remember that a customer was erased."""
    row = {"digest": _digest(secret(connection, _KEY), customer_id), "at": now}
    if connection.execute(select(erased.c.at).where(erased.c.digest == row["digest"])).first() is None:
        connection.execute(insert(erased).values(row))


def _digest(key: bytes, customer_id: str) -> str:
    return hmac.new(key, customer_id.encode(), hashlib.sha256).hexdigest()
