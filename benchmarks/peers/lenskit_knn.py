"""The item kNN of LensKit with implicit feedback (Deshpande and Karypis 2004)."""

from __future__ import annotations

from typing import Any

from peers.given import Foreign, Given, Ints
from peers.lenskit_data import lists, ratings

NAME, ENVIRONMENT = "LensKit ItemKNN", "lenskit"
GRID: list[dict[str, Any]] = [
    {"neighbours": 20, "weighed": False},
    {"neighbours": 200, "weighed": False},
    {"neighbours": 200, "weighed": True},
]
"""Few, for one takes minutes."""


def fit(given: Given, *, neighbours: int, weighed: bool) -> Foreign:
    """Cosine of purchases; log(1 + purchase days) weighs them, or nothing does."""
    from lenskit.algorithms.item_knn import ItemItem

    model = ItemItem(neighbours, save_nbrs=200, feedback="implicit", use_ratings=weighed)
    return model.fit(ratings(given))


def recommend(model: Foreign, given: Given, *, new: bool) -> Ints:
    """Lists by LensKit."""
    return lists(model, given, new)
