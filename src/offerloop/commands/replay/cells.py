"""Cells of order lines that cannot be what their column says, each with its file, line and column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import narwhals as nw
import polars as pl

from offerloop.config import Clean
from offerloop.engine import Frame, collect, count_rows
from offerloop.errors import SourceError
from offerloop.events import WRONG_CELL, WRONG_COLUMN
from offerloop.mapping import (
    SAME,
    ColumnMatch,
    SourceColumn,
    columns_of,
    name_score,
    unreadable_numbers,
    unreadable_times,
)
from offerloop.message import Message
from offerloop.workspace import SampleRows

_AMOUNTS = ("paid", "quantity", "list_price")
_SURE = SAME - 0.0005
"""Only a column with the surest name of a list is blamed for its cells; others may well be something else."""


_NO_TIMES = Message(
    "{place}: '{cell}' and {n_others} more of {n_cells} cells are no times, so the column cannot be '{field}'; correct "
    "them"
)
_NO_NUMBERS = Message(
    "{place}: '{cell}' and {n_others} more of {n_cells} cells are no numbers, so the column cannot be '{field}'; "
    "correct them"
)


def check_cells(name: str, frame: Frame, match: ColumnMatch, sample: SampleRows) -> None:
    """Raise SourceError where so many cells cannot be read that the column must be another one."""
    if WRONG_COLUMN not in frame.collect_schema():
        return
    wrong = frame.filter(~nw.col(WRONG_COLUMN).is_null())
    counts = collect(wrong.group_by(WRONG_COLUMN).agg(nw.len().alias("n"), nw.col(WRONG_CELL).min()), WRONG_COLUMN)
    size = count_rows(frame) if counts.height else 0
    for ours, n, cell in counts.iter_rows():
        if n > Clean().max_unreadable * size:
            theirs = match.guesses[ours].theirs[0]
            raise SourceError(
                Message(
                    "{place}: {n_bad} of {n_cells} cells such as '{cell}' cannot be read as '{field}' of {name}; "
                    "correct them, or name the right column '{field}'",
                    place=_place(sample, theirs, cell),
                    n_bad=n,
                    n_cells=size,
                    cell=str(cell),
                    field=str(ours),
                    name=name,
                )
            )


def check_named(sample: SampleRows, names: Sequence[str]) -> None:
    """Raise SourceError for a column that is called one of ours and holds too much else to be it."""
    for column in columns_of(sample).values():
        for ours, cells in _unreadable(column):
            score, _ = name_score(column.name, "order_lines", ours)
            if ours in names and len(cells) and (score > _SURE or column.name.lower() == ours):
                raise SourceError(
                    (_NO_TIMES if ours == "at" else _NO_NUMBERS).with_values(
                        place=_place(sample, column.name, cells[0]), cell=str(cells[0]), n_others=len(cells) - 1,
                        n_cells=column.cells.len(), field=ours,
                    )
                )  # fmt: skip


def _unreadable(column: SourceColumn) -> Iterator[tuple[str, pl.Series]]:
    """Return, for each column of ours that this one cannot be, the cells that speak against it."""
    if column.cells.dtype != pl.String or not column.filled.len():
        return
    if not column.numeric:
        wrong = unreadable_numbers(column)
        yield from ((ours, wrong) for ours in _AMOUNTS)
    if not column.dated:
        yield "at", unreadable_times(column)


def _place(sample: SampleRows, theirs: str, cell: str) -> Message:
    return Message(
        "'{name}'{line}, column '{column}'",
        context="place in a file",
        name=str(sample.place),
        line=sample.line_of(theirs, cell),
        column=theirs,
    )
