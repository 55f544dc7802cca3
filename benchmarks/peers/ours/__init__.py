"""Recommenders of this repository, each a system of its own, run as peers are run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl

from offerloop.recommenders import RECOMMENDERS, Context, Histories, Ids, Interactions, Recommender, Task, hide_bought
from offerloop.recommenders.top_columns import best
from peers.given import BLOCK, DEPTH, Given, Ints

SOURCE = "src/offerloop/recommenders"
FEWEST = 5
"""Buyers that a product needs, where all given ones have so many: then also when looking back."""


def interactions(given: Given) -> Interactions:
    """Products and customers keep their numbers as ids."""
    days = {"customer_id": given.customer, "product_id": given.product, "order_day": given.last_day - given.age_days}
    ratings = pl.DataFrame(days | {"value": given.value}).rename({"order_day": "rated_day"})
    described = pl.read_parquet(given.folder / "products.parquet").rename({"product": "product_id"})
    texts = pl.col(pl.String).replace("unknown", None)
    context = Context(
        products=described.with_columns(pl.col("product_id").cast(pl.Int64), texts),
        ratings=ratings if len(np.unique(given.value)) > 1 else None,
    )
    fewest = min(FEWEST, int(given.train.getnnz(axis=0).min()))
    return Interactions.build(pl.DataFrame(days), given.last_day + 1, min_buyers=fewest, context=context)


def fitting(name: str) -> Callable[..., Recommender]:
    """`fit` of a system: the recommender of that name in the catalogue, made with the settings."""

    def fit(given: Given, **settings: Any) -> Recommender:  # noqa: ANN401 - whatever its constructor takes
        recommender: Recommender = RECOMMENDERS.load(name)(**settings)
        return recommender.fit(interactions(given))

    return fit


def recommend(model: Recommender, given: Given, *, new: bool) -> Ints:
    """By the histories of the fit."""
    known, starts = interactions(given), range(0, len(given.customers), BLOCK)
    parts = (known.of(given.customers[start : start + BLOCK]) for start in starts)
    return np.concatenate([lists(model, one, known.products, new=new) for one in parts])


def lists(model: Recommender, histories: Histories, products: Ids, *, new: bool) -> Ints:
    """Of some customers; `products` are the ids that the model was fitted with."""
    task: Task = "new" if new else "repeat"
    scores = model.for_task(task).score_histories(histories)
    if new:
        hide_bought(scores, histories)
    columns = best(scores, DEPTH)
    shown = np.where(np.take_along_axis(scores, columns, axis=1) > -np.inf, columns, -1)
    codes = np.where(shown >= 0, products[shown], -1)
    return np.pad(codes, ((0, 0), (0, DEPTH - codes.shape[1])), constant_values=-1)
