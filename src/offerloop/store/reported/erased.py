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
    digests = {one: {_digest(key, one), _digest(key, _in_any_case(one))} for one in customers}
    wanted = sorted(set().union(*digests.values()))
    matches = set(connection.execute(select(erased.c.digest).where(erased.c.digest.in_(wanted))).scalars())
    return {one for one, of_customer in digests.items() if not of_customer.isdisjoint(matches)}


def note_erased(connection: Connection, customer_id: str, now: int, *, ignore_case: bool = False) -> None:
    """Remember that a customer was erased, with `ignore_case` under every spelling of the id."""
    name = _in_any_case(customer_id) if ignore_case else customer_id
    row = {"digest": _digest(secret(connection, _KEY), name), "at": now}
    if connection.execute(select(erased.c.at).where(erased.c.digest == row["digest"])).first() is None:
        connection.execute(insert(erased).values(row))


def _in_any_case(customer_id: str) -> str:
    """Return a name for all spellings of an id in upper and lower case, which no id can be."""
    return f"\0{customer_id.lower()}"


def _digest(key: bytes, customer_id: str) -> str:
    return hmac.new(key, customer_id.encode(), hashlib.sha256).hexdigest()
