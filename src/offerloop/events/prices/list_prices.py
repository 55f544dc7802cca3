"""Recorded prices for order lines that do not say what they would have cost.

A price holds until the product's next one.
"""

from __future__ import annotations

import narwhals as nw

from offerloop.engine import Engine, Frame, collect, distinct


def with_list_prices(lines: Frame, prices: Frame, engine: Engine) -> Frame:
    """Order lines with `list_price_minor` of the product on the day; empty before its first recorded price.

    `prices`: product_id, price_day, list_price_minor; several of a day and product (stores) count at the highest,
    because a discount of one store is no list price.
    """
    sold = collect(distinct(lines, "product_id", "order_day")).drop_nulls().sort("product_id", "order_day")
    list_prices = collect(prices.group_by("product_id", "price_day").agg(nw.col("list_price_minor").max()))
    list_prices = list_prices.drop_nulls().sort("product_id", "price_day")
    matched = sold.sort("order_day").join_asof(
        list_prices.sort("price_day"),
        left_on="order_day",
        right_on="price_day",
        by="product_id",
        strategy="backward",
        check_sortedness=False,
    )
    table = engine.table(matched.drop_nulls("list_price_minor").select("product_id", "order_day", "list_price_minor"))
    return lines.join(table, on=["product_id", "order_day"], how="left")


def needed(columns: list[str]) -> bool:
    """Whether order lines say nothing of list prices themselves."""
    return not {"list_price_minor", "list_value_minor"} & set(columns)
