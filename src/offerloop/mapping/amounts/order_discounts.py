"""Amounts that were taken off whole orders, where the prices of the lines are those before."""

from __future__ import annotations

import polars as pl

from offerloop.mapping.amounts.prices import beside_usual_prices, numbers_of
from offerloop.mapping.amounts.shares import share_of_price
from offerloop.mapping.contents import SourceColumn
from offerloop.mapping.matching import HOLDS, ColumnMatch, name_score, reference
from offerloop.message import Message
from offerloop.workspace import SampleRows

_FEWEST = 20
"""Orders with a discount, and lines in them, from which on what they show is no chance."""
_NEARLY_ALL = 0.9
"""Share of these that must agree."""
_NAMED = ("order_discount", "discount", "coupon")
"""Columns whose names a discount of the order may have."""
_APART, _CLOSE = 0.011, 0.005
"""How far amounts, and prices in proportion, may lie apart that are the same."""


def discount_of_orders(matched: ColumnMatch, sample: SampleRows) -> None:
    """Take a column whose amounts are of whole orders, if the lines of these orders still cost what they usually do.

    That is so where lines less the discount add up to another amount of the order, or where nothing is taken off single
    lines and those with a discount show the usual price of their product.
    """
    order = matched.column("order_id")
    if order is None or not {"paid", "product_id", "quantity"} <= set(matched.guesses):
        return
    for column in _called_discount(matched):
        if share_of_price(matched, sample, column):
            continue
        lines = _lines(matched, sample, order, column)
        if lines.filter(pl.col("off") > 0)["order"].n_unique() < _FEWEST:
            continue
        by_line = "discount" in matched.guesses or "coupon" in matched.guesses
        if _adds_up(lines) or (not by_line and _shows_usual_prices(lines)):
            why = Message(
                "guessed: taken off the whole order, whose lines show the prices before it; divided over the lines"
            )
            matched.take("order_discount", column.name, (column.name,), why)
            return


def _called_discount(matched: ColumnMatch) -> list[SourceColumn]:
    """Unused amounts of whole orders whose names say that they are discounts, the clearest name first."""
    amounts = [column for column in matched.unused() if column.is_of_several and column.numeric and not column.dated]
    scored = [(max(name_score(column.name, "order_lines", ours)[0] for ours in _NAMED), column) for column in amounts]
    return [column for score, column in sorted(scored, key=lambda pair: -pair[0]) if score >= HOLDS]


def _lines(matched: ColumnMatch, sample: SampleRows, order: SourceColumn, discount: SourceColumn) -> pl.DataFrame:
    """Order, product, amount, units, the order's discount and its other amounts of each line."""
    totals = [one.name for one in matched.unused() if one.is_of_several and one.numeric and one is not discount]
    written = {
        "paid": matched.guesses["paid"].written, "units": matched.guesses["quantity"].written,
        "off": reference(discount.name),
    }  # fmt: skip
    written |= {f"total {place}": reference(name) for place, name in enumerate(totals)}
    product = matched.column("product_id")
    return numbers_of(sample, written).with_columns(
        pl.col("off").abs().fill_null(0), order=sample.sampled[order.name],
        product=pl.lit(None) if product is None else sample.sampled[product.name],
    )  # fmt: skip


def _adds_up(lines: pl.DataFrame) -> bool:
    """Return whether lines less the discount are nearly always another amount of the order."""
    orders = lines.group_by("order").agg(pl.col("paid").sum(), pl.col("off", "^total .*$").max())
    orders = orders.filter(pl.col("off") > 0)
    apart = orders.select((pl.col("^total .*$") - (pl.col("paid") - pl.col("off"))).abs() < _APART)
    return any(float(column.mean() or 0) >= _NEARLY_ALL for column in apart)  # type: ignore[arg-type]


def _shows_usual_prices(lines: pl.DataFrame) -> bool:
    """Return whether lines of orders with a discount cost what their products cost in orders without one."""
    compared = beside_usual_prices(lines.with_columns(pl.col("off").max().over("order")))
    close = ((compared["price"] / compared["usual"] - 1).abs() < _CLOSE).mean()
    return compared.height >= _FEWEST and float(close or 0) >= _NEARLY_ALL  # type: ignore[arg-type]
