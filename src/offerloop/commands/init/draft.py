"""Drafts: configurations that `offerloop init` could not finish, because it did not identify a required column."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from offerloop.mapping import OpenColumn, open_column_notes
from offerloop.message import Message, both, joined

_OF_ORDERS = ("customer_id", "at")
"""Columns of order lines that shops often keep in a file of orders."""


def draft_message(target: Path, opened: Sequence[OpenColumn]) -> Message:
    """Return one sentence for each open column, and what to do."""
    wrote = Message(
        "Wrote the draft '{path}': fill in {columns} there, or run the same command again with {options}",
        path=str(target),
        columns=both(list(dict.fromkeys(one.ours for one in opened))),
        options=" ".join(f"--map {_option(one)}=COLUMN" for one in opened),
    )
    return joined([*open_column_notes(opened), *_elsewhere(opened), wrote], "\n")


def _elsewhere(opened: Sequence[OpenColumn]) -> list[Message]:
    """Return that columns may stand in a file of orders, where one of those is open that often do."""
    of_orders = [one.ours for one in opened if one.source == "order_lines" and one.ours in _OF_ORDERS]
    hint = Message("If another file has {columns}, one row for each order, give it too: --join FILE")
    return [hint.with_values(columns=both(list(dict.fromkeys(of_orders))))] if of_orders else []


def _option(column: OpenColumn) -> str:
    return column.ours if column.source == "order_lines" else f"{column.source}.{column.ours}"
