"""Decisions on record, under a random key of their customer."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, bindparam, select

from offerloop.store.connect import insert_new
from offerloop.store.reported.erased import erased_among, hold_off_erasures
from offerloop.store.schema import customer_keys, decisions

IN_ONE = 400


@dataclass(frozen=True)
class DecisionRecord:
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
    """What it took of a leased budget."""
    failure: str | None
    """Why nothing could be decided."""
    request: str
    input_hash: str
    answer: str


def keys_of_customers(connection: Connection, customer_ids: Iterable[str]) -> dict[str, str]:
    """Return the key of each customer; one who has none gets a random one."""
    wanted = sorted(set(customer_ids))
    rows = [{"customer_id": one, "customer_key": secrets.token_hex(16)} for one in wanted]
    insert_new(connection, customer_keys, rows)
    keys: dict[str, str] = {}
    for start in range(0, len(wanted), IN_ONE):
        among = customer_keys.c.customer_id.in_(wanted[start : start + IN_ONE])
        keys |= {row[0]: row[1] for row in connection.execute(select(customer_keys).where(among))}
    return keys


def add_decisions(connection: Connection, records: Sequence[DecisionRecord]) -> None:
    """Write decisions; one that is there stays as it is. Those of erased customers are nobody's."""
    hold_off_erasures(connection)
    customers = {one.customer_id for one in records if one.customer_id is not None}
    gone = erased_among(connection, customers)
    keys = keys_of_customers(connection, customers - gone) | {one: secrets.token_hex(16) for one in gone}
    rows = [_row(one, keys[one.customer_id or ""], is_erased=one.customer_id in gone) for one in records]
    insert_new(connection, decisions, sorted(rows, key=itemgetter("decision_id")))


def _row(record: DecisionRecord, customer_key: str, *, is_erased: bool) -> dict[str, Any]:
    """Return a row, which says nothing of what was asked for an erased customer."""
    blanked = {"request": "{}", "input_hash": ""} if is_erased else {}
    return {**vars(record), **blanked, "customer_key": customer_key}


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
    return DecisionRecord(**{name: getattr(row, name) for name in DecisionRecord.__dataclass_fields__})
