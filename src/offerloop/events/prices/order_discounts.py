"""What was taken off whole orders, divided over their lines."""

from __future__ import annotations

from collections.abc import Collection

import narwhals as nw

from offerloop.engine import Frame

_ORDER = ("order_id", "customer_id")
_IN_ORDER = ("product_id", "paid_minor", "quantity")
"""Lines of an order that are the same in all of these may be swapped."""


def has_coupons(columns: Collection[str]) -> bool:
    """Return whether the mapped columns of order lines say what coupons took off."""
    return "coupon" in columns or "order_discount" in columns


def with_order_discounts(lines: Frame) -> Frame:
    """Return order lines with what was taken off their orders as coupons, in proportion to what the lines cost.

    `order_discount_minor` stands on one or on all lines of an order, in either sign; of it counts at
    most what the lines cost. Shares are rounded so that they add up to it.
    """
    columns = lines.collect_schema().names()
    if "order_discount_minor" not in columns:
        return lines
    order = [one for one in _ORDER if one in columns]
    cost = nw.when(nw.col("paid_minor") > 0).then(nw.col("paid_minor")).otherwise(0)
    lines = lines.with_columns(_cost=cost, _off=nw.col("order_discount_minor").abs().fill_null(0))
    lines = lines.with_columns(
        _worth=nw.col("_cost").sum().over(*order),
        _off=nw.col("_off").max().over(*order),
        _until=nw.col("_cost").cum_sum().over(*order, order_by=_IN_ORDER),
    )
    off = nw.when(nw.col("_off") > nw.col("_worth")).then(nw.col("_worth")).otherwise(nw.col("_off"))
    until, before = (_rounded_share(off, part) for part in (nw.col("_until"), nw.col("_until") - nw.col("_cost")))
    share = nw.when(nw.col("_worth") > 0).then(until - before).otherwise(0)
    coupon = nw.col("coupon_minor").fill_null(0) if "coupon_minor" in columns else nw.lit(0)
    lines = lines.with_columns(paid_minor=nw.col("paid_minor") - share, coupon_minor=(coupon + share).cast(nw.Int64))
    return lines.drop("order_discount_minor", "_cost", "_off", "_worth", "_until")


def _rounded_share(off: nw.Expr, part: nw.Expr) -> nw.Expr:
    """The share of an amount that belongs to some of the order's lines: all of it to all of them."""
    return (off * (part / nw.col("_worth"))).round(0).cast(nw.Int64)
