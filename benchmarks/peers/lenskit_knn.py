"""The item kNN of LensKit with implicit feedback (Deshpande and Karypis 2004)."""

from __future__ import annotations

from itertools import product
from typing import Any

from peers.given import Foreign, Given, Ints
from peers.lenskit_data import lists, ratings

NAME, ENVIRONMENT = "LensKit ItemKNN", "lenskit"
GRID: list[dict[str, Any]] = [
    {"neighbours": neighbours, "weighed": weighed}
    for neighbours, weighed in product((20, 50, 200, 1_000), (False, True))
]


def fit(given: Given, *, neighbours: int, weighed: bool) -> Foreign:
    """Cosine of purchases; log(1 + purchase days) weighs them, or nothing does."""
    from lenskit.algorithms.item_knn import ItemItem

    model = ItemItem(neighbours, save_nbrs=2_000, feedback="implicit", use_ratings=weighed)
    return model.fit(ratings(given))


def recommend(model: Foreign, given: Given, *, new: bool) -> Ints:
    """Lists by LensKit."""
    return lists(model, given, new)
