"""What products are called."""

from __future__ import annotations

import narwhals as nw
import polars as pl

from offerloop.engine import collect
from offerloop.events import Events
from offerloop.tables import (
    PRODUCT_TEXTS,
)


def product_texts(events: Events) -> pl.DataFrame:
    """What products are called, for people who read of them."""
    if "text" not in events.products.collect_schema().names():
        return PRODUCT_TEXTS.empty()
    return collect(events.products.filter(~nw.col("text").is_null()).select("product_id", "text"), "product_id")


def product_names(events: Events) -> list[str]:
    """Return names of products, or of categories where the shop has no other, by which its language is known."""
    present = events.products.collect_schema().names()
    column = next((one for one in ("text", "category") if one in present), None)
    if column is None:
        return []
    is_named = ~nw.col(column).is_null() & (nw.col(column) != "unknown")
    return collect(events.products.filter(is_named).select(column).unique(), column)[column].to_list()
