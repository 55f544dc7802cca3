"""Numbers that grow: whoever changes a table takes the next one, so that readers find what is new."""

from __future__ import annotations

from sqlalchemy import Connection, select

from offerloop.store.connect import inserting
from offerloop.store.schema import counters


def next_value(connection: Connection, name: str) -> int:
    """Return the next number of a counter.

    Until the transaction ends nobody else gets one, so that numbers become visible in their order.
    """
    statement = inserting(connection, counters).values(name=name, value=1)
    grown = statement.on_conflict_do_update(index_elements=["name"], set_={"value": counters.c.value + 1})
    return int(connection.execute(grown.returning(counters.c.value)).scalar_one())


def value_of(connection: Connection, name: str) -> int:
    """Return the last number of a counter; 0 for one that nobody has used."""
    return connection.execute(select(counters.c.value).where(counters.c.name == name)).scalar_one_or_none() or 0
