"""All rows that name a customer, as the customer may ask for them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, select

from offerloop.store.instants import with_instants
from offerloop.store.schema import customer_keys, decisions, events, metadata

_APART = (events, customer_keys)
"""Tables that are exported in another way, and one that says nothing."""


def customer_records(connection: Connection, spellings: Collection[str]) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of a customer under any of these ids by table, the decisions among them; events are left out."""
    records: dict[str, list[dict[str, Any]]] = {}
    for table in metadata.sorted_tables:
        if "customer_id" in table.c and table not in _APART:
            rows = connection.execute(select(table).where(table.c.customer_id.in_(spellings)))
            records[table.name] = [with_instants(row._asdict()) for row in rows]
    keys = select(customer_keys.c.customer_key).where(customer_keys.c.customer_id.in_(spellings))
    rows = connection.execute(select(decisions).where(decisions.c.customer_key.in_(keys)))
    records[decisions.name] = [with_instants(row._asdict()) for row in rows]
    return {name: rows for name, rows in records.items() if rows}
