"""Ids on record that differ only in upper and lower case, which are one customer where a shop says so."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, Table, func, select

from offerloop.store.reported.renaming import like_pattern
from offerloop.store.schema import metadata


def spellings_of(connection: Connection, customer_id: str, tables: Iterable[Table] | None = None) -> list[str]:
    """Return an id, and then those of all tables, or of some, that differ from it only in upper and lower case."""
    spellings, pattern = set[str](), like_pattern(customer_id)
    for table in metadata.sorted_tables if tables is None else tables:
        if "customer_id" in table.c:
            column = table.c.customer_id
            similar = select(column).where(func.lower(column).like(pattern, escape="~")).distinct()
            spellings |= {one for one in connection.execute(similar).scalars() if one.lower() == customer_id.lower()}
    return [customer_id, *sorted(spellings - {customer_id})]
