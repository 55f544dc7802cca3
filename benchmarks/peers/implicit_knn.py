"""The nearest-neighbour models of implicit: products alike by their buyers, weighed by BM25, TF-IDF or not."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

from peers.given import DEPTH, Foreign, Given, Ints

NAME, ENVIRONMENT = "implicit kNN", "implicit"
GRID: list[dict[str, Any]] = [
    {"kind": kind, "neighbours": neighbours}
    for kind, neighbours in product(("bm25", "tfidf", "cosine", "count"), (50, 500))
]


def fit(given: Given, *, kind: str, neighbours: int) -> Foreign:
    """Similarities of products from log(1 + purchase days)."""
    from implicit import nearest_neighbours as knn

    kinds = {
        "bm25": knn.BM25Recommender,
        "tfidf": knn.TFIDFRecommender,
        "cosine": knn.CosineRecommender,
        "count": knn.ItemItemRecommender,
    }
    model = kinds[kind](K=neighbours, num_threads=1)
    model.fit(given.train.log1p().astype(np.float64), show_progress=False)
    return model


def recommend(model: Foreign, given: Given, *, new: bool) -> Ints:
    """Lists by implicit; they may be shorter than wanted, padded with scores that are none."""
    known = given.train[given.customers].log1p()
    lists, scores = model.recommend(given.customers, known, N=DEPTH, filter_already_liked_items=new)
    return np.where(scores > np.finfo(np.float32).min, lists, -1).astype(np.int64)
