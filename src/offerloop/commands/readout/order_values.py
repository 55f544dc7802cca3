"""Whether orders since the plan are in the unit of those before it: cents read as dollars are a hundred times as much.

Offers change what is spent per order by far less than that, and nobody who was held out got one.
"""

from __future__ import annotations

from decimal import Decimal

import narwhals as nw

from offerloop.commands.readout.inputs import BuyerOrders, PastRun, Period
from offerloop.engine import Frame, collect
from offerloop.message import Amount, Message
from offerloop.money import half_up, to_text

LEAST_ORDERS = 20
"""With fewer orders on either side a median says little."""
MOST_TIMES = 20
"""More than any change of prices or baskets, and less than the hundred cents of a dollar."""


def other_unit(run: PastRun, orders: BuyerOrders, period: Period) -> list[Message]:
    """A warning where those held out spent far more, or far less, per order in the period than before the plan."""
    before = run.order_values(orders.engine)
    if before is None:
        return []
    held = run.assignments(orders.engine).filter(nw.col("arm") == run.control_arm)
    value_before = _median(_of(held, before).rename({"basket_minor": "value"}))
    value_since = _median(_of(held, _values(orders.within(period.first, period.last))))
    if value_before is None or value_since is None or 1 / MOST_TIMES <= value_since / value_before <= MOST_TIMES:
        return []
    return [
        Message(
            "In '{path}' customers held out spent {since} per order, and {before} before the plan (medians): make sure "
            "that both are in the same unit, not one in cents.",
            since=_amount(value_since, run),
            before=_amount(value_before, run),
            path=orders.name,
        )
    ]


def _values(lines: Frame) -> Frame:
    """Return the orders with what was spent on each as `value`."""
    orders = lines.group_by("customer_id", "order_id").agg(nw.col("revenue_minor").sum().alias("value"))
    return orders.with_columns(n_orders=nw.lit(1))


def _of(customers: Frame, rows: Frame) -> Frame:
    """Return the rows of some customers; ids are compared as they are written."""
    key = nw.col("customer_id").cast(nw.String)
    return rows.with_columns(key).join(customers.select(key), on="customer_id", how="semi")


def _median(rows: Frame) -> float | None:
    """Return the median value of orders for which something was paid; None where they are too few."""
    paid = rows.filter(nw.col("value") > 0).select(nw.col("n_orders").sum(), nw.col("value").median())
    n_orders, median = collect(paid).row(0)
    return float(median) if (n_orders or 0) >= LEAST_ORDERS else None


def _amount(minor: float, run: PastRun) -> Amount:
    currency = run.config.shop.currency
    return Amount(Decimal(to_text(half_up(Decimal(str(minor))), currency)), currency)
