"""What was taken off whole orders, divided over their lines.

That is done after copies are gone and returns are taken off their sales, at prices before the discount: what came back
takes its part of the discount with it.
"""

from __future__ import annotations

from collections.abc import Collection

import narwhals as nw

from offerloop.engine import Frame

_ORDER = ("order_id", "customer_id")
_RATE = "_discount_rate"
"""Helper column: the share that was taken off the order."""


def has_coupons(columns: Collection[str]) -> bool:
    """Return whether the mapped columns of order lines say what coupons took off."""
    return "coupon" in columns or "order_discount" in columns


def with_discount_rates(lines: Frame) -> Frame:
    """Return order lines with the share that was taken off their order in place of `order_discount_minor`.

    The amount stands on one or on all lines of an order, in either sign; of it counts at most what the lines cost.
    """
    if "order_discount_minor" not in lines.collect_schema().names():
        return lines
    lines = lines.with_columns(
        _cost=_cost().sum().over(*_ORDER), _off=nw.col("order_discount_minor").abs().fill_null(0).max().over(*_ORDER)
    )
    cost, off = nw.col("_cost"), nw.col("_off")
    rate = nw.when(cost <= 0).then(nw.lit(0.0)).otherwise(nw.when(off < cost).then(off / cost).otherwise(nw.lit(1.0)))
    return lines.with_columns(rate.alias(_RATE)).drop("order_discount_minor", "_cost", "_off")


def with_order_discounts(lines: Frame) -> Frame:
    """Return order lines less what was taken off their orders, which counts among their coupons.

    The shares of an order's lines are in proportion to what they cost, and add up to the rounded whole. Which line
    bears a remainder depends on what the lines hold, not on the order of rows.
    """
    columns = lines.collect_schema().names()
    if _RATE not in columns:
        return lines
    others = sorted(name for name in columns if name not in _ORDER and not name.startswith("_"))
    lines = lines.with_columns(_until=_cost().cum_sum().over(*_ORDER, order_by=others))
    until, before = ((nw.col(_RATE) * part).round(0) for part in (nw.col("_until"), nw.col("_until") - _cost()))
    share = (until - before).cast(nw.Int64)
    coupon = nw.col("coupon_minor").fill_null(0) if "coupon_minor" in columns else nw.lit(0)
    lines = lines.with_columns(paid_minor=nw.col("paid_minor") - share, coupon_minor=(coupon + share).cast(nw.Int64))
    return lines.drop(_RATE, "_until")


def _cost() -> nw.Expr:
    """What a line costs; returns cost nothing."""
    return nw.when(nw.col("paid_minor") > 0).then(nw.col("paid_minor")).otherwise(0)
