"""Products to show with an offer: the best ones of its category for the customer."""

from __future__ import annotations

import numpy as np
import polars as pl

from offerloop.recommenders.base import Recommender
from offerloop.recommenders.context import UNKNOWN
from offerloop.recommenders.histories import Histories
from offerloop.recommenders.serving.assortment import Assortment
from offerloop.recommenders.top_columns import best
from offerloop.tables import joined_product_ids

_BATCH = 512


def suggest(
    recommender: Recommender,
    histories: Histories,
    wanted: pl.DataFrame,
    assortment: Assortment,
    listed: pl.DataFrame | None,
    k: int,
) -> pl.DataFrame:
    """Suggest up to `k` products of the category for each row of `wanted` (customer_id, category), best first.

    Categories are those of the product list `listed`. Returns customer_id and product_ids (ids in one text).
    """
    products = pl.DataFrame({"product_id": assortment.products})
    if listed is not None and "category" in listed.columns:
        categories = listed.select("product_id", "category").unique("product_id")
        products = products.join(categories, on="product_id", how="left", maintain_order="left")
    of_category = products.get_column("category", default=pl.Series([None] * products.height, dtype=pl.String))
    category = of_category.fill_null(UNKNOWN).to_numpy().astype(np.str_)
    rows: list[tuple[object, str]] = []
    for start in range(0, wanted.height, _BATCH):
        some = wanted[start : start + _BATCH]
        scores = assortment.scores(recommender.score_histories(histories.of(some["customer_id"])))
        scores[category[None, :] != some["category"].to_numpy().astype(np.str_)[:, None]] = -np.inf
        scores[:, ~assortment.allowed] = -np.inf
        columns = best(scores, k)
        for row, customer in enumerate(some["customer_id"].to_list()):
            shown = [column for column in columns[row] if scores[row, column] > -np.inf]
            rows.append((customer, joined_product_ids([str(assortment.products[column]) for column in shown])))
    customers, texts = [row[0] for row in rows], [row[1] for row in rows]
    dtype = wanted.schema["customer_id"]
    return pl.DataFrame([pl.Series("customer_id", customers, dtype), pl.Series("product_ids", texts, pl.String)])
