"""Columns that every clean table has, whether or not the source gave them."""

from __future__ import annotations

import narwhals as nw

from offerloop.engine import Frame

PRODUCT_COLUMNS = ("product_id", "category", "subcategory", "brand")
_MONEY = ("paid_minor", "list_value_minor", "discount_minor", "coupon_minor", "reimbursed_minor")


def money_columns(columns: list[str]) -> tuple[str, ...]:
    """The amounts of order lines that are sums over the line, not prices of a unit."""
    return tuple(name for name in _MONEY if name in columns)


def with_all_money(lines: Frame) -> Frame:
    """Order lines with every money column, without empty cells; revenue is what the shop gets, whoever pays it.

    List value is, in this order: as given, list price times quantity, what was paid with the coupon and the discount.
    A discount that is not given is what list value exceeds the rest by, where a list price or value is known.
    """
    columns = lines.collect_schema().names()
    paid, quantity = nw.col("paid_minor"), nw.col("quantity")
    coupon, reimbursed, discount = (
        nw.col(name).fill_null(0) if name in columns else paid * 0
        for name in ("coupon_minor", "reimbursed_minor", "discount_minor")
    )
    worth: list[nw.Expr] = [nw.col("list_value_minor")] if "list_value_minor" in columns else []
    if "list_price_minor" in columns:
        worth.append((nw.col("list_price_minor") * quantity).round(0).cast(nw.Int64))
    list_value = nw.coalesce(*worth, paid + coupon + discount)
    if "discount_minor" not in columns and worth:
        less = list_value - paid - coupon
        discount = nw.when(less > 0).then(less).otherwise(0)
    money = {
        "list_value_minor": list_value, "discount_minor": discount, "coupon_minor": coupon,
        "reimbursed_minor": reimbursed,
    }  # fmt: skip
    return lines.with_columns(**money).with_columns(revenue_minor=nw.col("paid_minor") + nw.col("reimbursed_minor"))


def with_product_columns(products: Frame) -> Frame:
    """Products with category, subcategory and brand; "unknown" where not known."""
    columns = products.collect_schema().names()
    filled = [
        (nw.col(name) if name in columns else nw.lit(None, nw.String)).fill_null("unknown").alias(name)
        for name in PRODUCT_COLUMNS[1:]
    ]
    return products.with_columns(*filled)
