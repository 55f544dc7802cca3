"""What is known of products and customers besides purchases."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Self

import narwhals as nw
import polars as pl

from offerloop.engine import Frame, collect
from offerloop.recommenders.histories import Ids, as_ids

_DESCRIBING = (
    "product_id", "category", "subcategory", "brand", "text", "list_price_minor", "unit_cost_minor", "stock",
)  # fmt: skip
UNKNOWN = "unknown"
"""What a product list's gaps are filled with."""


@dataclass(frozen=True)
class Context:
    """What a recommender may know besides purchases; every part may be absent."""

    products: pl.DataFrame | None = None
    """product_id and any of category, subcategory, brand, text, list_price_minor, unit_cost_minor, stock; also of
    products that nobody has bought yet."""
    segments: pl.DataFrame | None = None
    """customer_id and segment (text)."""
    ratings: pl.DataFrame | None = None
    """customer_id, product_id, value and rated_day (epoch day)."""

    @classmethod
    def read(
        cls, products: Frame, order_lines: Frame, customers: Frame, ratings: pl.DataFrame, hidden: Collection[str]
    ) -> Self:
        """Build it from a shop's clean tables and `ratings`; columns of customers that are `hidden` are not looked at.

        Where the list has no prices, the mean list value of a unit sold stands for them.
        """
        columns = [name for name in _DESCRIBING if name in products.collect_schema()]
        listed = collect(products.select(columns), "product_id")
        texts = pl.col(pl.String).exclude("product_id").replace(UNKNOWN, None)
        grouped = "segment" in customers.collect_schema() and "segment" not in hidden
        return cls(
            listed.with_columns(texts)
            if "list_price_minor" in columns
            else _priced(listed.with_columns(texts), order_lines),
            collect(customers.select("customer_id", "segment"), "customer_id") if grouped else None,
            None if ratings.is_empty() else ratings,
        )

    def all_products(self, sold: Ids) -> Ids:
        """Return the ids of all products that are listed or sold, in ascending order."""
        ids = pl.DataFrame({"product_id": sold})
        listed = [] if self.products is None else [self.products.select("product_id").cast(ids.schema)]
        return as_ids(pl.concat([ids, *listed])["product_id"].unique().sort())

    def described(self, ids: Ids) -> pl.DataFrame:
        """Return product_id and what the list says of each; of a product that is listed twice, what comes first."""
        table = pl.DataFrame({"product_id": ids})
        if self.products is None:
            return table
        listed = self.products.unique("product_id", keep="first")
        return table.join(listed, on="product_id", how="left", maintain_order="left")


def _priced(listed: pl.DataFrame, order_lines: Frame) -> pl.DataFrame:
    sums = order_lines.group_by("product_id").agg(nw.col("list_value_minor").sum(), nw.col("quantity").sum())
    price = (pl.col("list_value_minor") / pl.col("quantity")).round().cast(pl.Int64).alias("list_price_minor")
    sold = collect(sums).filter(pl.col("quantity") > 0).select("product_id", price)
    return listed.join(sold, on="product_id", how="left", maintain_order="left")
