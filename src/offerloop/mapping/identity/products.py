"""Columns that cannot tell products apart: flags and states, lists of products, numbers of orders."""

from __future__ import annotations

import re

import polars as pl

from offerloop.mapping.contents import FEW, SourceColumn, is_flag
from offerloop.mapping.matching import HOLDS, ColumnMatch, match, misleads, name_score
from offerloop.mapping.status import is_status
from offerloop.message import Message

_LISTS_BETWEEN = (",", ";", "|", "\n", "、", "，", "；", "+")
_SEVERAL = 0.2
"""Share of the cells that must name several products."""
_IN_ANY_PLACE = 0.5
"""Share of the parts behind the first one that must stand first in other cells: of `Shirt, M`, no size does."""
_UNITS = r"^\s*\d+\s*[x×*]\s*|\s*[x×*]\s*\d+\s*$|\s*\(\d+\)\s*$|^\s+|\s+$"
"""How many units a part says, and the blanks around it."""
_RECORD = r"^\s*[\[{]\s*[\[{\"']|^\s*[\w ]+:[^|;]*([|;]\s*[\w ]+:[^|;]*){2,}$"
"""JSON, or values behind their names."""
_LOOKED_AT = 2_000
_ROW_NUMBERS = 50
"""Rows from which on a column with another value in each is a number of orders, and no product."""


def is_no_product(column: SourceColumn) -> bool:
    """Return whether what a column holds, or is called, cannot be one product."""
    return (
        is_flag(column)
        or is_status(column)
        or misleads(column.name, "order_lines", "product_id")
        or _numbers_rows(column)
        or holds_lists(column)
    )


def _numbers_rows(column: SourceColumn) -> bool:
    return column.cells.len() >= _ROW_NUMBERS and column.distinct == column.cells.len()


def holds_lists(column: SourceColumn) -> bool:
    """Return whether cells name several products each, or are whole records."""
    if column.cells.dtype != pl.String or column.numeric or column.dated:
        return False
    cells = column.filled.unique(maintain_order=True).head(_LOOKED_AT)
    if cells.len() < FEW:
        return False
    if bool(cells.str.contains(_RECORD).mean() > _SEVERAL):  # type: ignore[operator]
        return True
    return any(_are_lists(cells, sign) for sign in _LISTS_BETWEEN)


def _are_lists(cells: pl.Series, sign: str) -> bool:
    """Return whether the parts between signs are things that stand in any place, and in other cells alone."""
    if float(cells.str.contains(re.escape(sign)).mean() or 0) < _SEVERAL:  # type: ignore[arg-type]
        return False
    parts = [[re.sub(_UNITS, "", part) for part in cell.split(sign)] for cell in cells]
    first = {one[0] for one in parts}
    later = {part for one in parts for part in one[1:]} - {""}
    return len(later) > 1 and len(later & first) >= _IN_ANY_PLACE * len(later)


def without_lists(matched: ColumnMatch) -> None:
    """Take no column for the product whose cells hold several; another one that is called so comes in its place."""
    product = matched.column("product_id")
    if product is None or matched.is_given("product_id") or not holds_lists(product):
        return
    del matched.guesses["product_id"]
    others = {one.name: one for one in matched.unused() if not holds_lists(one)}
    matched.guesses |= match(others, "order_lines", ("product_id",)).guesses


def orders_as_products(matched: ColumnMatch) -> None:
    """A column that is called a product, with another value in each row, numbers the orders where nothing else does."""
    product = matched.column("product_id")
    if product is None or "order_id" in matched.guesses or matched.is_given("product_id"):
        return
    if not _numbers_rows(product):
        return
    del matched.guesses["product_id"]
    why = Message("guessed from the contents: it is another one in every row, which no product is")
    matched.take("order_id", product.name, (product.name,), why)


def list_notes(matched: ColumnMatch) -> list[Message]:
    """Return what a reader should know where a cell holds several products."""
    product = matched.guesses.get("product_id")
    if product is not None and product.theirs:
        return []
    called = [one for one in matched.unused() if name_score(one.name, "order_lines", "product_id")[0] >= HOLDS]
    lists = next((one for one in [*called, *matched.unused()] if holds_lists(one)), None)
    if lists is None:
        return []
    return [
        Message(
            "'{column}' holds several products in a cell, such as '{cell}', so that products cannot be told apart; "
            "export one row for each product of an order",
            column=lists.name,
            cell=max(lists.filled.head(FEW * FEW), key=len)[:60],
        )
    ]
