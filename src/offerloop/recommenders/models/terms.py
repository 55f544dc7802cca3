"""Products as vectors over the words that describe them: TF-IDF of category, brand, text and price band."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
import polars as pl
from scipy import sparse

from offerloop.recommenders.histories import Csr

NAMED = ("category", "subcategory", "brand", "segment")
"""Columns whose whole value is one term."""
PRICE, TEXT, PRICE_BANDS = "list_price_minor", "text", 5
_WORD = re.compile(r"[^\W\d_]+|\d+")
_HAN = re.compile(r"[\u3400-\u9fff]+")


def term_vectors(products: pl.DataFrame) -> Csr:
    """Rows of length one (zero where nothing is known), float32, products x terms, in the order of the table.

    A term weighs ``1 + log(occurrences)`` times ``log((1 + products) / (1 + products with it)) + 1`` (Salton and
    Buckley 1988, smoothed). The price band is the fifth of its category that a product's list price falls into;
    without a category there is none.
    """
    long = pl.concat([_named(products), _price_band(products), _words(products)])
    count = long.group_by("row", "term").len().sort("row", "term")
    code = count["term"].rank("dense").cast(pl.Int64).to_numpy() - 1
    row = count["row"].to_numpy()
    with_it = np.bincount(code) if len(code) else np.zeros(1)
    weight = (1 + np.log(count["len"].to_numpy())) * (np.log((1 + products.height) / (1 + with_it[code])) + 1)
    length = np.sqrt(np.bincount(row, weight**2, products.height))
    values = (weight / length[row]).astype(np.float32)
    return sparse.csr_matrix((values, (row, code)), shape=(products.height, len(with_it)))


def _named(products: pl.DataFrame) -> pl.DataFrame:
    columns = [name for name in NAMED if name in products.columns]
    rows = products.select(pl.int_range(pl.len(), dtype=pl.Int64).alias("row"), pl.col(columns).cast(pl.String))
    long = rows.unpivot(columns, index="row", variable_name="column", value_name="value").drop_nulls("value")
    return long.select("row", term=pl.col("column") + "=" + pl.col("value"))


def _price_band(products: pl.DataFrame) -> pl.DataFrame:
    if PRICE not in products.columns:
        return _named(products.select())
    category = pl.col("category") if "category" in products.columns else pl.lit("")
    place = pl.col(PRICE).rank("average").over(category) - 0.5
    band = (place / pl.col(PRICE).count().over(category) * PRICE_BANDS).floor().cast(pl.Int64)
    row = pl.int_range(pl.len(), dtype=pl.Int64).alias("row")
    rows = products.select(row, band.alias("band"), category.alias("category")).drop_nulls()
    return rows.select("row", term=pl.format("price={}", "band"))


def _words(products: pl.DataFrame) -> pl.DataFrame:
    texts = products[TEXT].to_list() if TEXT in products.columns else []
    pairs = [(row, word) for row, text in enumerate(texts) for word in words(text or "")]
    return pl.DataFrame(pairs, schema={"row": pl.Int64, "term": pl.String}, orient="row")


def words(text: str) -> Iterable[str]:
    """Words in small letters; Chinese, which has no blanks, as pairs of neighbouring characters."""
    for word in _WORD.findall(text.lower()):
        if _HAN.fullmatch(word) and len(word) > 2:
            yield from (word[at : at + 2] for at in range(len(word) - 1))
        else:
            yield word
