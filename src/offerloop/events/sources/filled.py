"""Cells that stand once for an order whose other lines leave them empty, as exports of web shops write them."""

from __future__ import annotations

from dataclasses import replace

import narwhals as nw

from offerloop.config import FilledCells
from offerloop.errors import SourceError, near_miss
from offerloop.events.columns.cells import blank
from offerloop.events.sources.raw import Raw
from offerloop.message import Message


def with_filled(raw: Raw, fill: FilledCells) -> Raw:
    """Return the rows with empty cells of some columns filled from the other rows with the same value of `by`.

    Where these rows have several values, the largest is taken. Raises SourceError for a column that is missing.
    """
    schema = raw.frame.collect_schema()
    for column in (fill.by, *fill.columns):
        if column not in schema:
            raise SourceError(
                Message(
                    "'{name}' has no column '{column}' to fill{near}",
                    name=raw.name,
                    column=column,
                    near=near_miss(column, schema),
                )
            )
    is_text = {column: schema[column] == nw.String for column in fill.columns}
    cells = [_filled(nw.col(column), fill.by, is_text=is_text[column]) for column in fill.columns]
    return replace(raw, frame=raw.frame.with_columns(*cells))


def _filled(cell: nw.Expr, by: str, *, is_text: bool) -> nw.Expr:
    said = nw.when(~blank(cell)).then(cell) if is_text else cell
    return nw.when(nw.col(by).is_null()).then(said).otherwise(nw.coalesce(said, said.max().over(by)))
