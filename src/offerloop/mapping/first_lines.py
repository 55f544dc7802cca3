"""Cells of an order, or of a product with variants, that stand on its first line only in exports of web shops."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from offerloop.mapping.contents import SourceColumn, is_id
from offerloop.mapping.matching import HOLDS, ColumnMatch, columns_of, name_score
from offerloop.message import Message, Share
from offerloop.workspace import SampleRows, fill_rows

_FEWEST = 20
"""Orders with several lines, and cells, from which on it is no chance that other lines say nothing."""
_STRAY = 0.01
"""Share of a column's cells that may stand on other lines."""
_NEARLY_ALL = 0.95
"""Of the orders, how many must have a cell in each of two columns at least."""
_OF_ORDERS = ("order_id", "customer_id", "at")
"""What is empty in the further lines of an order whose cells are merged."""


def with_first_lines(sample: SampleRows) -> SampleRows:
    """Return the rows with the cells of each order's first line on its other lines, where a file is so written."""
    columns = columns_of(sample)
    said = {name: _is_filled(sample.head[name]) for name in columns}
    numbers = [name for name, column in columns.items() if _numbers_orders(column, sample)]
    choices = [(by, _of_first(sample.head[by], said)) for by in numbers]
    by, found_columns = max(choices, key=lambda one: len(one[1]), default=("", ()))
    return fill_rows(sample, by, found_columns) if found_columns else sample


def _is_filled(cells: pl.Series) -> pl.Series:
    return cells.cast(pl.String).str.strip_chars().fill_null("") != ""


def _numbers_orders(column: SourceColumn, sample: SampleRows) -> bool:
    """Return whether each value stands on rows one after another, of some several, at the beginning of the file."""
    numbers = sample.head[column.name]
    distinct = numbers.n_unique()
    if not is_id(column) or column.filled.len() < column.cells.len() or distinct > numbers.len() - _FEWEST:
        return False
    return int((numbers != numbers.shift()).sum()) + 1 == distinct


def _of_first(numbers: pl.Series, said: Mapping[str, pl.Series]) -> tuple[str, ...]:
    """Return the columns that say something on first lines only; none unless one of them does so nearly always."""
    first = (numbers != numbers.shift()).fill_null(value=True)
    counts = {name: (int(says.sum()), int((says & ~first).sum())) for name, says in said.items()}
    of_first = {
        name: n / int(first.sum()) for name, (n, stray) in counts.items() if n >= _FEWEST and stray <= _STRAY * n
    }
    always = sum(share >= _NEARLY_ALL for share in of_first.values())
    return tuple(of_first) if always else ()


def take_order_number(match: ColumnMatch, sample: SampleRows) -> None:
    """The column that tells which lines belong together numbers the orders."""
    if sample.filled is None or "order_id" in match.guesses or match.columns[sample.filled.by] not in match.free():
        return
    by = sample.filled.by
    match.take("order_id", by, (by,), Message("guessed: the other cells of an order stand on its first line"))


def first_line_notes(match: ColumnMatch, sample: SampleRows) -> list[Message]:
    """Return that amounts of whole orders are no part of a line's, where no discount is divided over the lines."""
    filled = () if sample.filled is None or "order_discount" in match.guesses else sample.filled.columns
    roles = ("paid", "discount", "coupon")
    amounts = [
        name
        for name in filled
        if match.columns[name].numeric and any(name_score(name, "order_lines", ours)[0] >= HOLDS for ours in roles)
    ]
    if not amounts:
        return []
    return [
        Message(
            "{columns} stand once for an order and are no part of its lines: what was taken off the whole order counts "
            "as paid",
            columns=[f"'{name}'" for name in amounts],
        )
    ]


def merged_cell_notes(match: ColumnMatch, sample: SampleRows) -> list[Message]:
    """Return that further lines of orders do not say which order they belong to, as where cells were merged."""
    columns = {ours: match.column(ours) for ours in (*_OF_ORDERS, "product_id")}
    named = [column.name for column in columns.values() if column is not None]
    if len(named) < len(columns):
        return []
    *of_orders, product = named
    said = sample.head.select(_is_filled(sample.head[name]) for name in named)
    of_none = said.select(~pl.any_horizontal(of_orders) & pl.col(product)).to_series()
    of_some = said.select(pl.any_horizontal(of_orders) & ~pl.all_horizontal(of_orders)).to_series()
    if of_none.sum() < _FEWEST or of_none[0] or int(of_some.sum()) > _STRAY * int(of_none.sum()):
        return []
    return [
        Message(
            "{columns} are empty in the same rows, {share} of all, which are left out; if these are further lines of "
            "the order above them, as where cells were merged, fill the empty cells down in the spreadsheet",
            columns=[f"'{name}'" for name in of_orders],
            share=Share(round(float(of_none.mean() or 0), 2)),  # type: ignore[arg-type]
        )
    ]
