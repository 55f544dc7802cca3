"""Find the id of a customer in the texts of every table, and put a key in its place.

What is on record of the customer is renamed before. What is left names the customer in passing: an id that stands
nowhere by chance in any text, a word or a number only in texts that are about customers, and in no name by which
somebody else goes on with a coupon or a redemption.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from sqlalchemy import Column, Connection, Row, Select, Table, Text, select, update

from offerloop.store.migrations import changeable
from offerloop.store.reported.renaming import MACHINE_MADE, Renaming
from offerloop.store.schema import campaign_revisions, coupons, history, jobs, metadata, offer_texts, steps, trail
from offerloop.store.work.jobs import ERASURE, OVER

_APPEND_ONLY = (history, steps, trail, campaign_revisions)
_JSON = frozenset({
    "campaign_budgets.budget", "campaign_revisions.body", "decisions.answer", "decisions.request", "events.body",
    "jobs.failure", "jobs.progress", "jobs.request", "jobs.result", "notices.body", "purchases.basket",
    "purchases.returned", "request_answers.body", "steps.body", "trail.body",
})  # fmt: skip
_LEFT_OUT = frozenset({
    "counters.name", "cursors.name", "decisions.failure", "duties.name", "offer_texts.body", "secrets.name",
    "switches.name",
})  # fmt: skip
"""Columns that the program made, beside those whose names say so, and texts that are known by their hash."""
_OF_WORDS = frozenset({
    "jobs.failure", "jobs.name", "jobs.progress", "jobs.request", "jobs.result", "notices.body", "notices.failure",
    "purchases.basket", "purchases.order_id", "request_answers.body",
})  # fmt: skip
"""Columns in which a word can only be the id of a customer."""


def traces_of(connection: Connection, customer_id: str) -> list[str]:
    """Return the columns that hold the id of a customer."""
    renaming = Renaming(customer_id)
    return [
        _name(column)
        for column in _columns(renaming)
        if next(_renamed_rows(connection, column, renaming), None) is not None
    ]


def erase_traces(connection: Connection, customer_id: str, key: str, columns: Iterable[str]) -> None:
    """Put the key in place of an id in all texts of some columns, such as a name that the shop gave to an order."""
    renaming = Renaming(customer_id, key)
    for name in columns:
        table_name, _, column_name = name.partition(".")
        table = metadata.tables[table_name]
        if table in _APPEND_ONLY:
            with lifted(connection, table):
                _rename_in(connection, table.c[column_name], renaming)
        else:
            _rename_in(connection, table.c[column_name], renaming)


def names_of_others(connection: Connection, names: Iterable[str], renaming: Renaming) -> frozenset[str]:
    """Return which names that hold a word or a number are those of coupons of others or of everybody, or of offers.

    The coupons of the customer are renamed before, or belong to the key by now.
    """
    if renaming.is_distinct:
        return frozenset()
    of_others = coupons.c.customer_id.is_(None) | coupons.c.customer_id.not_in((renaming.customer_id, renaming.key))
    shared = frozenset(connection.execute(select(coupons.c.code).where(coupons.c.code.in_(names), of_others)).scalars())
    return shared | {one for one in names if _is_offered(connection, one)}


def _is_offered(connection: Connection, name: str) -> bool:
    """Whether an offer under which an order was priced has a name, or a code."""
    quoted = offer_texts.c.body.contains(f'"{name}"', autoescape=True)
    return connection.execute(select(offer_texts.c.hash).where(quoted).limit(1)).first() is not None


def _name(column: Column[str]) -> str:
    return f"{column.table.name}.{column.name}"


def _columns(renaming: Renaming) -> list[Column[str]]:
    """Return the columns that are looked through."""
    texts = [one for table in metadata.sorted_tables for one in table.c if isinstance(one.type, Text)]
    if renaming.is_distinct:
        return [one for one in texts if one.name not in MACHINE_MADE and _name(one) not in _LEFT_OUT]
    others = _OF_WORDS if renaming.is_word else frozenset[str]()
    if renaming.customer_id.isdecimal():  # numbers of orders are as long
        others -= {"purchases.order_id"}
    return [one for one in texts if one.name == "customer_id" or _name(one) in others]


def _renamed_rows(connection: Connection, column: Column[str], renaming: Renaming) -> Iterator[tuple[Row[Any], str]]:
    """Give the primary key of each row whose column holds the id, and the text with the key in its place."""
    table = column.table
    statement: Select[Any] = select(*table.primary_key, column.label("text"))
    if table is jobs:
        statement = statement.where((jobs.c.kind != ERASURE) | jobs.c.state.in_([one.value for one in OVER]))
    is_id = column.name == "customer_id"  # customers' own ids are not part of each other
    statement = statement.where(column == renaming.customer_id if is_id else renaming.may_hold(column))
    shared = cache(lambda names: names_of_others(connection, names, renaming))  # many baskets have the same codes
    with connection.execute(statement, execution_options={"yield_per": 1_000}) as rows:
        for row in rows:
            if is_id:
                other = renaming.key
            elif _name(column) in _JSON:
                other = renaming.of_json(row.text, shared(renaming.names_in(row.text)))
            else:
                other = renaming.of_name(row.text)
            if other != row.text:
                yield row, other


def _rename_in(connection: Connection, column: Column[str], renaming: Renaming) -> None:
    table, keys = column.table, list(column.table.primary_key)
    for row, other in list(_renamed_rows(connection, column, renaming)):
        place = [key == value for key, value in zip(keys, row, strict=False)]
        connection.execute(update(table).where(*place).values({column.name: other}))


@contextmanager
def lifted(connection: Connection, table: Table) -> Iterator[None]:
    """Let rows of a table be changed that otherwise are only made, within this transaction."""
    lift, restore = changeable(table.name, connection.dialect.name)
    for statement in lift:
        connection.exec_driver_sql(statement)
    yield
    for statement in restore:
        connection.exec_driver_sql(statement)
