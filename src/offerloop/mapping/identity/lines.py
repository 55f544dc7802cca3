"""Rows that are no lines of orders: sums of orders, payments and views, which leave empty what every line has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from offerloop.mapping.contents import FEW, SourceColumn
from offerloop.mapping.matching import HOLDS, columns_of, match, name_score
from offerloop.workspace import LinesOnly, SampleRows, line_rows

_MOST_KINDS = 20
_ALWAYS, _NEVER = 0.98, 0.02
"""Shares of the rows of a kind that fill a column: of lines nearly all do, of others hardly any."""
_REQUIRED = ("product_id", "order_id", "paid")


def with_lines_only(sample: SampleRows) -> SampleRows:
    """Return the rows that are lines, where a column of few words says which rows fill the columns of lines."""
    columns = columns_of(sample)
    needed = _partly_filled(columns)
    if not needed:
        return sample
    for kind in [one for one in columns.values() if _is_kind(one)]:
        filled = _filled(kind, [columns[name] for name in needed])
        for empty in needed:
            others = _kinds_without(filled, empty)
            if others and (empty == needed[0] or len(needed) > 1):
                return line_rows(sample, LinesOnly(kind.name, others, empty))
    return sample


def _partly_filled(columns: Mapping[str, SourceColumn]) -> Sequence[str]:
    """Return the columns of products, else those of orders and amounts together, that only some rows fill."""
    matched = match(columns, "order_lines", _REQUIRED)
    partly = {ours: name for ours in _REQUIRED if (name := _called(ours, columns, matched.column(ours)))}
    if "product_id" in partly:
        return [partly["product_id"]]
    return list(partly.values()) if len(partly) > 1 else []


def _called(ours: str, columns: Mapping[str, SourceColumn], mapped: SourceColumn | None) -> str | None:
    """Return the column of ours where only some rows fill it, or where no better one is called so."""
    names = [mapped.name] if mapped is not None else list(columns)
    best = max(names, key=lambda name: name_score(name, "order_lines", ours)[0])
    share = columns[best].filled.len() / max(columns[best].cells.len(), 1)
    is_called = name_score(best, "order_lines", ours)[0] >= HOLDS
    return best if is_called and _NEVER < share < _ALWAYS else None


def _is_kind(column: SourceColumn) -> bool:
    words = column.cells.dtype == pl.String and not column.numeric and not column.dated and "`" not in column.name
    return words and column.filled.len() == column.cells.len() and 1 < column.distinct <= _MOST_KINDS


def _filled(kind: SourceColumn, columns: Sequence[SourceColumn]) -> pl.DataFrame:
    """Return the share of the rows of each kind that fill each column."""
    says = {one.name: one.cells.cast(pl.String).str.strip_chars().fill_null("") != "" for one in columns}
    rows = pl.DataFrame({"_kind": kind.cells.str.strip_chars(), **says})
    return rows.group_by("_kind").agg(pl.len().alias("_n"), pl.col(list(says)).mean()).sort("_kind")


def _kinds_without(filled: pl.DataFrame, empty: str) -> tuple[str, ...]:
    """Return the kinds that leave a column empty; none unless each kind either fills it or does not."""
    shares = filled[empty]
    if (
        not ((shares >= _ALWAYS) | (shares <= _NEVER)).all()
        or filled.filter(pl.col(empty) >= _ALWAYS)["_n"].sum() < FEW
    ):
        return ()
    return tuple(filled.filter(pl.col(empty) <= _NEVER)["_kind"])
