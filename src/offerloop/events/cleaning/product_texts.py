"""Texts of products: the commonest of several, and those of order lines where the product list has none."""

from __future__ import annotations

import narwhals as nw
import polars as pl

from offerloop.engine import Engine, Frame, collect
from offerloop.events.cleaning.clean import Cleaned
from offerloop.message import Message


def text_counts(rows: Frame) -> Frame:
    """Return how often (`n`) each product_id has each text."""
    return rows.filter(~nw.col("text").is_null()).group_by("product_id", "text").agg(nw.len().alias("n"))


def commonest(counts: pl.DataFrame) -> pl.DataFrame:
    """Return product_id and its commonest text, from counts `n` by product_id and text; the longest of equals."""
    order = counts.drop_nulls("text").sort("n", pl.col("text").str.len_chars(), "text", descending=True)
    return order.unique("product_id", keep="first", maintain_order=True).select("product_id", "text")


def with_texts(products: Frame, texts: pl.DataFrame | None, engine: Engine) -> Frame:
    """Products with the texts of the order lines, product_id and text, where the list has none."""
    if texts is None:
        return products
    joined = products.join(engine.table(texts.rename({"text": "_text"})), on="product_id", how="left")
    own = [nw.col("text")] if "text" in products.collect_schema().names() else []
    return joined.with_columns(nw.coalesce(*own, nw.col("_text")).alias("text")).drop("_text")


def merge_texts(cleaned: Cleaned, engine: Engine) -> None:
    """Give products that are listed under several texts the commonest one."""
    columns = cleaned.frame.collect_schema().names()
    if "text" not in columns:
        return
    counts = cleaned.frame.group_by("product_id", "text").agg(nw.len().alias("n"))
    several = counts.group_by("product_id").agg(nw.len().alias("n")).filter(nw.col("n") > 1).select("product_id")
    products = collect(counts.join(several, on="product_id", how="inner"))
    if products.is_empty():
        return
    best = engine.table(commonest(products).rename({"text": "_text"}))
    joined = cleaned.frame.join(best, on="product_id", how="left")
    text = nw.coalesce(nw.col("_text"), nw.col("text")).alias("text")
    cleaned.frame = engine.keep(joined.with_columns(text).select(*columns))
    n_products = products["product_id"].n_unique()
    cleaned.note(
        "several texts", "repaired", n_products, Message("products with several texts: the commonest one is shown")
    )
