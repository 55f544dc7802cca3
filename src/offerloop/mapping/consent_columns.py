"""Columns of the customers that seem to say who agreed to personal offers or opted out, and are not read as that."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from offerloop.config import quoted
from offerloop.events import ACCEPTED_ANSWERS, says_opt_in, says_opt_out
from offerloop.mapping.contents import GATES, SourceColumn, are_states

_MEANINGS = {"consent": "agreed to personal offers", "opt_out": "opted out of personal offers"}


def unmapped_answers(columns: Iterable[SourceColumn], mapped: Collection[str]) -> list[str]:
    """Return a note for each of the columns that nothing is read from, with the line that maps it.

    `mapped` are the columns of ours that are read from others.
    """
    notes = []
    for column in columns:
        ours, why = _kind(column)
        if ours:
            notes.append(_note(column, ours, why, is_first=ours not in mapped))
    return notes


def _kind(column: SourceColumn) -> tuple[str, str]:
    """Return what a column seems to be, and by what; empty when it seems to be neither."""
    if says_opt_out(column.name):
        return "opt_out", "by its name"
    if says_opt_in(column.name):
        return "consent", "by its name"
    return ("consent", "by its cells") if are_states(column) else ("", "")


def _note(column: SourceColumn, ours: str, why: str, *, is_first: bool) -> str:
    begin = f"the column '{column.name}' of customers seems, {why}, to say who {_MEANINGS[ours]}, and "
    if not is_first:
        return begin + f"{ours} is read from another column: this one stops no offer"
    line = f"add {ours} = {quoted(column.name)} to [sources.customers.columns]"
    if not GATES[ours](column):
        cell = str(column.filled[0]) if column.filled.len() else ""
        held = f"such as '{cell}'" if cell else "all of them empty"
        return begin + f"nothing is read from it: {line} once its cells, {held}, are answers ({ACCEPTED_ANSWERS})"
    return begin + f"nothing is read from it, so that it stops no offer: {line}"
