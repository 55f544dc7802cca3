"""Columns that cannot tell customers apart, and the one that does where another one is new in every order."""

from __future__ import annotations

import polars as pl

from offerloop.mapping.contents import FEW, SourceColumn, is_flag, is_id
from offerloop.mapping.matching import HOLDS, ColumnMatch, misleads, name_score
from offerloop.mapping.status import is_status
from offerloop.message import Message

_BACK_AGAIN = 0.05
"""Share of the customers, at least, who must stand at several times."""
_MANY = 0.2
"""Share of the orders with several customers from which on a column is no customer's."""
_FEWEST = 50
"""Orders with a customer of their own each, from which on it is no chance that nobody comes back."""
_FEWER = 0.95
"""Share of the customers that another column may tell apart at most, to say who comes back."""


def is_no_customer(matched: ColumnMatch, name: str, head: pl.DataFrame, day: str | None) -> bool:
    """Return whether a column, guessed by what it holds, has few values, is a seller or the like, or nobody comes back.

    Numbers of receipts, of days and of reports have one time each.
    """
    column = matched.columns[name]
    if is_flag(column) or is_status(column) or misleads(name, "order_lines", "customer_id"):
        return True
    if column.filled.len() >= FEW * FEW and column.distinct < FEW:
        return True
    order = matched.column("order_id")
    if order is not None and _several_in_orders(head, name, order.name):
        return True
    if day is None or head[day].n_unique() < FEW:
        return False
    times = head.group_by(name).agg(pl.col(day).n_unique().alias("n"))["n"]
    return times.len() >= FEW and float((times > 1).mean() or 0) < _BACK_AGAIN  # type: ignore[arg-type]


def _several_in_orders(head: pl.DataFrame, name: str, order: str) -> bool:
    """Return whether most orders of several lines have several values: an order has one customer."""
    orders = head.group_by(order).agg(pl.len().alias("lines"), pl.col(name).n_unique().alias("n"))
    several = orders.filter(pl.col("lines") > 1)["n"]
    return several.len() >= FEW and float((several > 1).mean() or 0) > _MANY  # type: ignore[arg-type]


def returning_customers(matched: ColumnMatch) -> None:
    """Take another column that is called a customer where the one that was taken is new in every order."""
    customer, order = matched.column("customer_id"), matched.column("order_id")
    if customer is None or order is None or not _is_of_order(customer, order):
        return
    better = [] if matched.is_given("customer_id") else [one for one in matched.unused() if _tells(one, customer)]
    if not better:
        return
    best = max(better, key=lambda one: (name_score(one.name, "order_lines", "customer_id")[0], one.distinct))
    why = Message("guessed: '{column}' is another one in every order, and this one comes back", column=customer.name)
    matched.take("customer_id", best.name, (best.name,), why)


def returning_notes(matched: ColumnMatch) -> list[Message]:
    """Return that nobody comes back, where every order has a customer of its own."""
    customer, order = matched.column("customer_id"), matched.column("order_id")
    if customer is None or order is None or not _is_of_order(customer, order):
        return []
    return [
        Message(
            "'{column}' is another one in every order, so that nobody comes back; if another column says who the "
            "customer is, map customer_id to it",
            column=customer.name,
        )
    ]


def _is_of_order(customer: SourceColumn, order: SourceColumn) -> bool:
    """Return whether each of many orders has a customer of its own."""
    if min(customer.distinct, order.distinct) < _FEWEST or customer.distinct < order.distinct:
        return False
    pairs = pl.DataFrame({"customer": customer.cells, "order": order.cells}).drop_nulls().unique()
    return bool(pairs.height == pairs["customer"].n_unique())


def _tells(column: SourceColumn, customer: SourceColumn) -> bool:
    """Return whether a column is called a customer's, has one value for each of these, and fewer in all."""
    if not is_id(column) or not FEW <= column.distinct <= _FEWER * customer.distinct:
        return False
    if name_score(column.name, "order_lines", "customer_id")[0] < HOLDS:
        return False
    pairs = pl.DataFrame({"customer": customer.cells, "column": column.cells}).drop_nulls().unique()
    return bool(pairs.height == pairs["customer"].n_unique())
