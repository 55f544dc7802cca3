"""Find the id of a customer in the texts of every table, and put a key in its place.

A long id counts wherever it stands. A short one is a word that other things may be called by: it counts as a word of
its own, in names that the shop makes of it. Texts of JSON hold some signs in another form, which counts too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Column, Connection, Row, Select, Table, Text, or_, select, update

from offerloop.store.migrations import changeable
from offerloop.store.schema import (
    campaign_revisions,
    history,
    jobs,
    metadata,
    steps,
    trail,
)

DISTINCT = 6
"""Signs of an id from which on it does not stand in other texts by chance."""
SHORTEST = 3
"""Signs of an id from which on it is looked for beyond what is on record of its customer."""
ERASURE = "erase"
"""Kind of the job that erases a customer, whose request keeps the id until its end."""
_APPEND_ONLY = (history, steps, trail, campaign_revisions)
_NAMES = frozenset({"code", "lock_key", "redemption_id", "request_key", "order_id", "key"})
"""Columns of names that the shop gave, which may hold the id also in capitals."""
_TEXTS = frozenset({"request_answers.body", "notices.body", "notices.failure"}) | {
    f"jobs.{name}" for name in ("name", "request", "progress", "result", "failure")
}
"""Other columns in which a short id can only be that of a customer."""


def written_forms(text: str) -> tuple[str, ...]:
    """Return a text as it is, and as JSON holds it."""
    return tuple(dict.fromkeys((text, json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1])))


@dataclass(frozen=True)
class Renaming:
    """A key in place of a customer's id."""

    customer_id: str
    key: str = ""

    @property
    def is_distinct(self) -> bool:
        """Whether the id does not stand in other texts by chance."""
        return len(self.customer_id) >= DISTINCT

    @property
    def is_word(self) -> bool:
        """Whether the id can be looked for: a short number is that of many things."""
        return self.is_distinct or (len(self.customer_id) >= SHORTEST and not self.customer_id.isdecimal())

    def of_name(self, name: str) -> str:
        """Return a name that the shop gave with the key in place of the id."""
        return self.pattern_of_names.sub(self._in_place, name)

    def of_text(self, text: str) -> str:
        """Return a text, such as JSON, with the key in place of the id."""
        return self.pattern_of_texts.sub(self._in_place, text)

    @cached_property
    def forms(self) -> tuple[str, ...]:
        """How the id is written."""
        return written_forms(self.customer_id)

    @cached_property
    def pattern_of_names(self) -> re.Pattern[str]:
        """What in a name is the id, also in capitals."""
        return self._pattern((*self.forms, *written_forms(self.customer_id.upper())))

    @cached_property
    def pattern_of_texts(self) -> re.Pattern[str]:
        """What in a text is the id."""
        return self._pattern(self.forms)

    def _pattern(self, forms: Iterable[str]) -> re.Pattern[str]:
        either = "|".join(re.escape(one) for one in sorted(set(forms), key=len, reverse=True))
        if self.is_distinct:
            return re.compile(either)
        return re.compile(rf"(?:(?<![^\W_])|(?<=\\[bfnrt]))(?:{either})(?![^\W_])")

    def _in_place(self, match: re.Match[str]) -> str:
        """Return the key, in capitals where the id is, so that two names do not become one."""
        return self.key if match[0] in self.forms else self.key.upper()


def traces_of(connection: Connection, customer_id: str) -> list[str]:
    """Return the columns that hold the id of a customer."""
    renaming = Renaming(customer_id)
    return [
        f"{column.table.name}.{column.name}"
        for column in _columns(renaming)
        if next(_rows_with(connection, column, renaming), None) is not None
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


def _columns(renaming: Renaming) -> list[Column[str]]:
    """Return the columns that are looked through."""
    texts = [one for table in metadata.sorted_tables for one in table.c if isinstance(one.type, Text)]
    if renaming.is_distinct:
        return texts
    others = _NAMES | _TEXTS if renaming.is_word else frozenset[str]()
    return [one for one in texts if {one.name, f"{one.table.name}.{one.name}"} & (others | {"customer_id"})]


def _rows_with(connection: Connection, column: Column[str], renaming: Renaming) -> Iterator[Row[Any]]:
    """Give the primary key and the text of each row whose column holds the id."""
    table = column.table
    statement: Select[Any] = select(*table.primary_key, column.label("text"))
    if table is jobs:
        statement = statement.where(jobs.c.kind != ERASURE)
    if column.name == "customer_id":  # whose own ids are not part of each other
        yield from connection.execute(statement.where(column == renaming.customer_id)).all()
        return
    pattern = renaming.pattern_of_names if column.name in _NAMES else renaming.pattern_of_texts
    forms = {*renaming.forms, *(written_forms(renaming.customer_id.upper()) if column.name in _NAMES else ())}
    holds = or_(*(column.contains(one, autoescape=True) for one in sorted(forms)))
    yield from (row for row in connection.execute(statement.where(holds)).all() if pattern.search(row.text))


def _rename_in(connection: Connection, column: Column[str], renaming: Renaming) -> None:
    table, keys = column.table, list(column.table.primary_key)
    renamed = renaming.of_name if column.name in _NAMES else renaming.of_text
    for row in list(_rows_with(connection, column, renaming)):
        place = [key == value for key, value in zip(keys, row, strict=False)]
        text = renaming.key if column.name == "customer_id" else renamed(row.text)
        connection.execute(update(table).where(*place).values({column.name: text}))


@contextmanager
def lifted(connection: Connection, table: Table) -> Iterator[None]:
    """Let rows of a table be changed that otherwise are only made, within this transaction."""
    lift, restore = changeable(table.name, connection.dialect.name)
    for statement in lift:
        connection.exec_driver_sql(statement)
    yield
    for statement in restore:
        connection.exec_driver_sql(statement)
