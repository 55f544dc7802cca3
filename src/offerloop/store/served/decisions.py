"""Decisions on record, under a random key of their customer."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Collection, Iterable, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, delete, select

from offerloop.store.connect import insert_new
from offerloop.store.reported.erased import erased_among, hold_off_erasures
from offerloop.store.schema import customer_keys, decisions, further_shown

IN_ONE = 400


class DecisionRecord(NamedTuple):  # which is made several times faster than a frozen dataclass
    """One decision: what was asked, what was answered, and all that is needed to make it again."""

    decision_id: str
    at_ms: int
    customer_id: str | None
    """None where the customer was erased."""
    version: str | None
    arm: str | None
    campaign_id: str | None
    offer_id: str
    propensity: float | None
    leased_minor: int
    """What was taken of a leased budget for it, perhaps by an earlier decision on the customer."""
    failure: str | None
    """Why nothing could be decided."""
    request: str
    input_hash: str
    answer: str


_OFFER = '"campaign_id":'
"""Stands in an answer once for each of its offers."""
_KEYS = select(customer_keys).where(customer_keys.c.customer_id.in_(bindparam("customer_ids", expanding=True)))
"""Made once: SQLAlchemy takes longer to make a statement than the database to answer it."""


def keys_of_customers(connection: Connection, customer_ids: Iterable[str]) -> dict[str, str]:
    """Return the key of each customer; one who has none gets a random one."""
    wanted = sorted(set(customer_ids))
    rows = [{"customer_id": one, "customer_key": _new_key()} for one in wanted]
    insert_new(connection, customer_keys, rows)
    keys: dict[str, str] = {}
    for start in range(0, len(wanted), IN_ONE):
        some = {"customer_ids": wanted[start : start + IN_ONE]}
        keys |= {row[0]: row[1] for row in connection.execute(_KEYS, some)}
    return keys


def _new_key() -> str:
    """Return the second and 96 random bits: keys that ascend with time are written to few pages of the indexes on them.

    The second says no more than the time of the customer's first decision, which stands beside the key anyway.
    """
    return f"{int(time.time()):08x}{secrets.token_hex(12)}"


def add_decisions(connection: Connection, records: Sequence[DecisionRecord]) -> None:
    """Write decisions; one that is there stays as it is. Those of erased customers are nobody's."""
    hold_off_erasures(connection)
    customers = {one.customer_id for one in records if one.customer_id is not None}
    gone = erased_among(connection, customers)
    keys = keys_of_customers(connection, customers - gone) | {one: _new_key() for one in gone}
    rows = [_row(one, keys[one.customer_id or ""], is_erased=one.customer_id in gone) for one in records]
    rows.sort(key=itemgetter("decision_id"))
    insert_new(connection, decisions, rows)
    insert_new(connection, further_shown, [one for row in rows for one in _further(row)])


def delete_decisions(connection: Connection, decision_ids: Collection[str]) -> None:
    """Delete decisions that were not answered as they were written."""
    for table in (further_shown, decisions):
        connection.execute(delete(table).where(table.c.decision_id.in_(decision_ids)))


def _further(row: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a row for each offer of an answer beside the first one."""
    if row["answer"].count(_OFFER) < 2:
        return []
    return [{**row, "campaign_id": one["campaign_id"]} for one in json.loads(row["answer"])["offers"][1:]]


def _row(record: DecisionRecord, customer_key: str, *, is_erased: bool) -> dict[str, Any]:
    """Return a row, which says nothing of what was asked for an erased customer."""
    blanked = {"request": "{}", "input_hash": ""} if is_erased else {}
    return {**record._asdict(), **blanked, "customer_key": customer_key}


_FIND = (
    select(decisions, customer_keys.c.customer_id)
    .join(customer_keys, customer_keys.c.customer_key == decisions.c.customer_key, isouter=True)
    .where(decisions.c.decision_id == bindparam("decision_id"))
)


def find_decision(connection: Connection, decision_id: str) -> DecisionRecord | None:
    """Return the decision of this id; None where it is not on record."""
    row = connection.execute(_FIND, {"decision_id": decision_id}).one_or_none()
    if row is None:
        return None
    return DecisionRecord(**{name: getattr(row, name) for name in DecisionRecord._fields})
