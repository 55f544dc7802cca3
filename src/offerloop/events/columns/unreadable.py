"""Cells that cannot be read: which they are, and the refusal of a column that holds too many of them."""

from __future__ import annotations

from collections.abc import Callable

import narwhals as nw

from offerloop.engine import Frame, collect, count_rows
from offerloop.errors import SourceError
from offerloop.events.columns.compiled import SourceMapping
from offerloop.events.columns.contracts import TIME_COLUMNS
from offerloop.events.privacy.consent import ACCEPTED_ANSWERS
from offerloop.message import Message, joined

WRONG_COLUMN, WRONG_CELL = "_wrong_column", "_wrong_cell"
"""Helper columns of a table that was read: the first of our columns with an unreadable cell, and that cell."""


def read_columns(mapping: SourceMapping, frame: Frame) -> Frame:
    """Return our columns, and the first of them with an unreadable cell in each row, and that cell.

    Which it is comes first, by itself: whether a cell can be read takes long to say, and so is said once.
    """
    if not mapping.wrong:
        return frame.select(*mapping.columns)
    names = [nw.when(one.where).then(nw.lit(ours)) for ours, one in mapping.wrong.items()]
    marked = frame.with_columns(nw.coalesce(*names).alias(WRONG_COLUMN))
    cells = [nw.when(nw.col(WRONG_COLUMN) == ours).then(one.cell) for ours, one in mapping.wrong.items()]
    return marked.select(*mapping.columns, WRONG_COLUMN, nw.coalesce(*cells).alias(WRONG_CELL))


def check_readable(mapping: SourceMapping, kept: Frame, most: float) -> int:
    """Count the rows with an unreadable cell.

    Raises SourceError when more than a share of `most` of a column cannot be read: it is another kind of column.
    """
    if not mapping.wrong:
        return 0
    wrong = kept.filter(~nw.col(WRONG_COLUMN).is_null())
    counts = collect(wrong.group_by(WRONG_COLUMN).agg(nw.len().alias("n"), nw.col(WRONG_CELL).min()), WRONG_COLUMN)
    size = count_rows(kept) if counts.height else 0
    problems = [_wrong_kind(mapping, ours, cell, n, size) for ours, n, cell in counts.iter_rows() if n > most * size]
    if problems:
        raise SourceError(joined(problems, "\n"))
    return int(counts["n"].sum())


LOST_DIGITS = Message(
    "is a number that lost digits in scientific notation, so that ids cannot be told apart; export the column as text"
)
UNCLEAR_ANSWERS = {
    "consent": Message(
        "says neither that the customer agrees nor that they refuse; answers may be {answers}, or empty, which counts "
        "as no agreement",
        answers=ACCEPTED_ANSWERS,
    ),
    "opt_out": Message(
        "says neither that the customer opted out nor that they did not; answers may be {answers}, or empty, which "
        "counts as no agreement; a date is a refusal",
        answers=ACCEPTED_ANSWERS,
    ),
}
_WRONG_TIMES = Message(
    "'{name}'{line}, column '{column}': must hold times to be '{field}', and {n_wrong} of {n_cells} cells such as "
    "'{cell}' are none; map another column, or set 'time_format' of {section}"
)
_WRONG_NUMBERS = Message(
    "'{name}'{line}, column '{column}': must hold numbers to be '{field}', and {n_wrong} of {n_cells} cells such as "
    "'{cell}' are none; map another column, or set 'decimal' of {section}"
)
_WRONG_IDS = Message(
    "'{name}'{line}, column '{column}': must hold whole numbers or text to be '{field}', and {n_wrong} of {n_cells} "
    "cells such as '{cell}' are none; map another column, or set 'columns' of {section}"
)


def check_cells(
    mapping: SourceMapping, kept: Frame, columns: list[str], is_wrong: Callable[[nw.Expr], nw.Expr], why: Message
) -> None:
    """Raise SourceError with the first cell, in the order of texts, that is wrong whatever the others hold."""
    if not columns:
        return
    wrong = {ours: is_wrong(nw.col(ours)) for ours in columns}
    counts = [where.cast(nw.Int64).sum().alias(f"n_{ours}") for ours, where in wrong.items()]
    cells = [nw.when(where).then(nw.col(ours)).min().alias(f"cell_{ours}") for ours, where in wrong.items()]
    first = collect(kept.select(*counts, *cells)).row(0, named=True)
    for ours in columns:
        n, cell = first[f"n_{ours}"], first[f"cell_{ours}"]
        if n:
            theirs = mapping.source.columns[ours]
            raise SourceError(
                Message(
                    "'{name}'{line}, column '{column}' ('{field}'): '{cell}' {why} ({n} such cells)",
                    context="error",
                    name=mapping.raw.of(theirs).name,
                    line=mapping.raw.of(theirs).line(theirs, cell),
                    column=theirs,
                    field=ours,
                    cell=str(cell),
                    why=why,
                    n=n,
                )
            )


def _wrong_kind(mapping: SourceMapping, ours: str, cell: str, n: int, size: int) -> Message:
    column = mapping.wrong[ours].theirs
    raw = mapping.raw.of(column)
    wrong = _WRONG_IDS if ours.endswith("_id") else _WRONG_TIMES if ours in TIME_COLUMNS else _WRONG_NUMBERS
    return wrong.with_values(
        name=raw.name, line=raw.line(column, cell), column=column, field=ours, n_wrong=n, n_cells=size,
        cell=cell, section=mapping.place,
    )  # fmt: skip
