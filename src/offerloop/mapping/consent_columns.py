"""Columns of the customers that seem to say who agreed to personal offers or opted out, and are not read as that."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from offerloop.config import quoted
from offerloop.events import ACCEPTED_ANSWERS, says_opt_in, says_opt_out
from offerloop.mapping.contents import CONTENT_TESTS, SourceColumn, are_states
from offerloop.message import Message

_SEEMS = {
    ("consent", "name"): Message(
        "the column '{column}' of customers seems, by its name, to say who agreed to personal offers, and {rest}"
    ),
    ("opt_out", "name"): Message(
        "the column '{column}' of customers seems, by its name, to say who opted out of personal offers, and {rest}"
    ),
    ("consent", "cells"): Message(
        "the column '{column}' of customers seems, by its cells, to say who agreed to personal offers, and {rest}"
    ),
}
"""What a column seems to be, and by what."""


def unmapped_answers(columns: Iterable[SourceColumn], mapped: Collection[str]) -> list[Message]:
    """Return a note for each of the columns that nothing is read from, with the line that maps it.

    `mapped` are the columns of ours that are read from others.
    """
    notes = []
    for column in columns:
        kind = _kind(column)
        if kind is not None:
            rest = _rest(column, kind[0], is_first=kind[0] not in mapped)
            notes.append(_SEEMS[kind].with_values(column=column.name, rest=rest))
    return notes


def answers_in_orders(columns: Iterable[SourceColumn]) -> list[Message]:
    """Return a note for each column of the order lines that says, by its name, who agreed or opted out."""
    note = Message(
        "'{column}' seems, by its name, to say who agreed to personal offers, and nothing is read from it: that is "
        "read from a list of customers, with one row each (--customers FILE)"
    )
    return [note.with_values(column=one.name) for one in columns if says_opt_in(one.name) or says_opt_out(one.name)]


def _kind(column: SourceColumn) -> tuple[str, str] | None:
    """Return what a column seems to be, and by what; None when it seems to be neither."""
    if says_opt_out(column.name):
        return "opt_out", "name"
    if says_opt_in(column.name):
        return "consent", "name"
    return ("consent", "cells") if are_states(column) else None


def _rest(column: SourceColumn, ours: str, *, is_first: bool) -> Message:
    """Say what follows from it."""
    if not is_first:
        return Message("{field} is read from another column: this one stops no offer", field=ours)
    entry = f"{ours} = {quoted(column.name)}"
    if not CONTENT_TESTS[ours](column):
        cell = str(column.filled[0]) if column.filled.len() else ""
        held = (
            Message("such as '{cell}'", context="cells of a column", cell=cell)
            if cell
            else Message("all of them empty")
        )
        return Message(
            "nothing is read from it: add {entry} to [sources.customers.columns] once its cells, {held}, are answers "
            "({answers})",
            entry=entry,
            held=held,
            answers=ACCEPTED_ANSWERS,
        )
    return Message(
        "nothing is read from it, so that it stops no offer: add {entry} to [sources.customers.columns]", entry=entry
    )
