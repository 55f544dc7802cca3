"""Amounts of whole orders that stand on each of their lines again, and the amounts of lines that add up to them."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from offerloop.mapping.amounts.prices import numbers_of
from offerloop.mapping.contents import FEW, SourceColumn, is_full_money
from offerloop.mapping.matching import HOLDS, ColumnMatch, columns_of, is_called_amount, match, name_score, reference
from offerloop.message import Message
from offerloop.workspace import SampleRows

_FEWEST = 20
"""Orders of several lines that must repeat an amount."""
_ALWAYS = 0.99
_ADDS_UP = 0.9
"""Share of the orders whose lines must add up to an amount that repeats."""
_APART = 0.011
_SURELY_NAMED = 0.9
"""Score of a name that is one of those of discounts of orders."""


def marked_orders(columns: dict[str, SourceColumn], head: pl.DataFrame) -> dict[str, SourceColumn]:
    """Return the columns, with those marked whose amounts are of whole orders, and stand on each of their lines."""
    order = match(columns, "order_lines", ("order_id",)).column("order_id")
    if order is None or order.filled.len() < order.cells.len():
        return columns
    named = [one.name for one in columns.values() if one is not order and _may_repeat(one)]
    several = head.filter(pl.len().over(order.name) > 1)
    repeated = [name for name in named if _repeats(several, order.name, name)]
    return columns | {name: replace(columns[name], is_of_several=True) for name in repeated}


def _repeats(several: pl.DataFrame, order: str, name: str) -> bool:
    """Return whether an amount is the same on all lines of an order.

    Orders in which every line has the commonest amount tell nothing: without coupons it is 0 on each line, or -0.00
    where it was returned.
    """
    several = several.select(order, pl.col(name).cast(pl.String).str.strip_prefix("-"))
    commonest = several[name].drop_nulls().mode().sort().head(1)
    telling = several.filter((pl.col(name).ne_missing(commonest.first())).any().over(order))
    counts = telling.group_by(order).agg(pl.col(name).n_unique())[name]
    return counts.len() >= _FEWEST and float((counts == 1).mean() or 0) >= _ALWAYS  # type: ignore[arg-type]


def _may_repeat(column: SourceColumn) -> bool:
    """Return whether a column is called an amount, and has values enough to differ on the lines of an order.

    What is taken off whole orders often has few: of a coupon from 30 on there is one amount.
    """
    has_enough = column.distinct > FEW or name_score(column.name, "order_lines", "order_discount")[0] >= _SURELY_NAMED
    return is_called_amount(column.name) and not column.dated and column.numeric and has_enough


def lines_of_totals(matched: ColumnMatch, sample: SampleRows) -> None:
    """Where no column is called the amount of a line, take the one whose lines add up to an amount of the order."""
    order, quantity = matched.column("order_id"), matched.column("quantity")
    totals = [one.name for one in matched.columns.values() if one.is_of_several and one.name in sample.head.columns]
    if order is None or not totals or {"paid", "unit_price"} & set(matched.guesses):
        return
    for column in [one for one in matched.free() if is_full_money(one)]:
        units = [("paid", "1")] if quantity is None else [("paid", "1"), ("unit_price", reference(quantity.name))]
        for ours, times in units:
            total = _total(sample, order.name, f"{reference(column.name)} * {times}", totals)
            if total is not None:
                why = Message("guessed: over an order it adds up to '{total}'", total=total)
                matched.take(ours, column.name, (column.name,), why)
                return


def _total(sample: SampleRows, order: str, written: str, totals: list[str]) -> str | None:
    """Return the amount of the order to which a column adds up in nearly all orders of several lines."""
    values = {"value": written} | {f"total {place}": reference(name) for place, name in enumerate(totals)}
    lines = numbers_of(sample, values).with_columns(order=sample.sampled[order])
    orders = lines.group_by("order").agg(pl.len().alias("n"), pl.col("value").sum(), pl.col("^total .*$").first())
    orders = orders.filter(pl.col("n") > 1)
    for place, name in enumerate(totals):
        apart = (orders["value"] - orders[f"total {place}"]).abs() < _APART
        if orders.height >= _FEWEST and float(apart.mean() or 0) >= _ADDS_UP:  # type: ignore[arg-type]
            return name
    return None


def whole_order_notes(matched: ColumnMatch, sample: SampleRows) -> list[Message]:
    """Return that an amount called like a line's is the order's and does not count."""
    of_rows = columns_of(sample)
    totals = [one.name for one in matched.columns.values() if one.is_of_several and not of_rows[one.name].is_of_several]
    called = [name for name in totals if name_score(name, "order_lines", "paid")[0] >= HOLDS]
    if "paid" not in matched.guesses or "order_discount" in matched.guesses or not called:
        return []
    return [
        Message(
            "'{column}' repeats in every order: it is the order's total, and no amount of a line, so that what was "
            "taken off the whole order counts as paid",
            column=called[0],
        )
    ]
