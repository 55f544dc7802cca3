"""`[[publish]]` of kind sql: rows of a table, inserted where they are missing.

The table's key is the run and the customer, and the campaign where customers can have offers of several campaigns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import polars.selectors as cs

from offerloop.config import sqlite_beside
from offerloop.errors import InputError
from offerloop.events import connect, database_name, driver_message
from offerloop.message import Message
from offerloop.publishing.rows import Carried, Parcel

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table

BATCH = 5_000
"""Rows in one statement."""


def place_of_table(parcel: Parcel) -> str:
    """Return the names of the table and its database."""
    engine = connect(sqlite_beside(parcel.url, parcel.shop), whose=parcel.whose, new=True)
    engine.dispose()
    return f"{parcel.settings.table} of {database_name(engine.url)}"


def to_sql(parcel: Parcel) -> Carried:
    """Write all rows in one transaction. Raises InputError when the database refuses or its table has another shape."""
    engine = connect(sqlite_beside(parcel.url, parcel.shop), whose=parcel.whose, new=True)
    from sqlalchemy.exc import SQLAlchemyError

    place = parcel.place
    if engine.dialect.name not in ("sqlite", "postgresql"):
        raise InputError(
            Message(
                "{whose} must be that of SQLite or PostgreSQL, not of {database}",
                whose=parcel.whose,
                database=engine.dialect.name,
            )
        )
    try:
        with engine.begin() as connection:
            new = _insert(connection, parcel, place)
    except SQLAlchemyError as error:
        raise InputError(
            Message(
                "the database refuses the rows for {place}: {reason}",
                place=place,
                reason=driver_message(error),
            )
        ) from None
    finally:
        engine.dispose()
    return Carried(place, new, already=new == 0 and parcel.rows.height > 0)


def _insert(connection: Connection, parcel: Parcel, place: str) -> int:
    """How many rows were missing. Raises InputError when the table holds other customers of the run: the shop's own
    rows would hide among them.
    """
    from sqlalchemy import func, select
    from sqlalchemy.dialects import postgresql, sqlite

    table = _table(parcel)
    keys = [column.name for column in table.primary_key]
    _ensure(connection, table, keys, place)
    run = next(theirs for theirs, ours in parcel.settings.mapping.items() if ours == "run")
    count = select(func.count()).select_from(table).where(table.c[run] == parcel.run)
    before = int(connection.execute(count).scalar_one())
    insert = (
        postgresql.insert(table).on_conflict_do_nothing(index_elements=keys)
        if connection.dialect.name == "postgresql"
        else sqlite.insert(table).on_conflict_do_nothing(index_elements=keys)
    )
    texts = cs.by_name(keys) & cs.string()
    told_apart = parcel.rows.with_columns(texts.fill_null(""))  # who has no offer has no campaign
    for rows in told_apart.iter_slices(BATCH):
        connection.execute(insert, rows.to_dicts())
        parcel.on_progress(rows.height)
    after = int(connection.execute(count).scalar_one())
    more = after - parcel.planned.n_planned  # who was erased since may still be there
    if more > 0:
        raise InputError(_OTHER_CUSTOMERS.with_values(place=place, n_customers=more, run=parcel.run))
    return after - before


_OTHER_CUSTOMERS = Message(
    "{place} holds {n_customers} more customers of the run {run} than this run publishes; give each shop and each "
    "[[publish]] a table of its own"
)


def _table(parcel: Parcel) -> Table:
    """Columns by what the rows hold; money is text, as in a CSV, so that no database rounds it."""
    from sqlalchemy import BigInteger, Column, Double, MetaData, Table, Text

    keys = ("run", "customer_id", *(["campaign_id"] if parcel.most_offers > 1 else []))
    if missing := sorted(set(keys) - set(parcel.settings.mapping.values())):
        raise InputError(
            Message(
                "'columns' of [[publish]] {number} must map '{key}' too, as customers can have several offers",
                number=parcel.number,
                key=missing[0],
            )
        )
    kinds: dict[pl.DataType, type[BigInteger] | type[Double[float]]] = {pl.Int64(): BigInteger, pl.Float64(): Double}
    schema, _, name = parcel.settings.table.rpartition(".")
    columns = [
        Column(
            theirs,
            kinds.get(parcel.rows.schema[theirs], Text)(),
            primary_key=ours in keys,
            autoincrement=False,
        )
        for theirs, ours in parcel.settings.mapping.items()
    ]
    return Table(name, MetaData(), *columns, schema=schema or None)


def _ensure(connection: Connection, table: Table, keys: list[str], place: str) -> None:
    """Make the table, or see that the one that is there can take the rows once."""
    from sqlalchemy import inspect

    there = inspect(connection)
    if not there.has_table(table.name, schema=table.schema):
        table.create(connection)
        return
    columns = {str(one["name"]) for one in there.get_columns(table.name, schema=table.schema)}
    missing = [column.name for column in table.columns if column.name not in columns]
    if missing:
        raise InputError(
            Message(
                "{place} has no column {columns}; map 'columns' of [[publish]] to those it has, or name "
                "another 'table'",
                place=place,
                columns=missing,
            )
        )
    primary = there.get_pk_constraint(table.name, schema=table.schema)["constrained_columns"]
    unique = [one["column_names"] for one in there.get_unique_constraints(table.name, schema=table.schema)]
    indexes = there.get_indexes(table.name, schema=table.schema)
    unique += [[str(name) for name in one["column_names"]] for one in indexes if one["unique"]]
    if not any(set(one) == set(keys) for one in (primary, *unique)):
        raise InputError(
            Message(
                "{place} would take a customer twice; give it the primary key ({keys}), or name another 'table'",
                place=place,
                keys=keys,
            )
        )
