"""The implicit-feedback ALS of LensKit (Hu, Koren and Volinsky 2008; Takács, Pilászy and Tikk 2011)."""

from __future__ import annotations

from itertools import product
from typing import Any

from peers.given import Foreign, Given, Ints
from peers.lenskit_data import lists, ratings

NAME, ENVIRONMENT = "LensKit ALS", "lenskit"
GRID: list[dict[str, Any]] = [
    {"factors": factors, "reg": reg, "weight": weight}
    for factors, reg, weight in product((64, 128), (3.0, 10.0), (0.3, 1.0))
]


def fit(given: Given, *, factors: int, reg: float, weight: float) -> Foreign:
    """Confidence is `weight` times log(1 + purchase days)."""
    from lenskit.algorithms.als import ImplicitMF

    model = ImplicitMF(factors, iterations=15, reg=reg, weight=weight, use_ratings=True, rng_spec=0)
    return model.fit(ratings(given))


def recommend(model: Foreign, given: Given, *, new: bool) -> Ints:
    """Lists by LensKit."""
    return lists(model, given, new)
