"""The ALS of implicit (Hu, Koren and Volinsky 2008), by conjugate gradient."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

from peers.given import DEPTH, Foreign, Given, Ints

NAME, ENVIRONMENT = "implicit ALS", "implicit"
GRID: list[dict[str, Any]] = [
    {"factors": factors, "reg": reg, "alpha": alpha}
    for factors, reg, alpha in product((64, 128), (3.0, 10.0), (0.3, 1.0))
]


def fit(given: Given, *, factors: int, reg: float, alpha: float) -> Foreign:
    """Confidence is `alpha` times log(1 + purchase days)."""
    from implicit.cpu.als import AlternatingLeastSquares

    model = AlternatingLeastSquares(
        factors=factors, regularization=reg, alpha=alpha, iterations=15, num_threads=1, random_state=0
    )
    model.fit(given.train.log1p(), show_progress=False)
    return model


def recommend(model: Foreign, given: Given, *, new: bool) -> Ints:
    """Lists by implicit, which fills a list up with products that it was told to leave out."""
    known = given.train[given.customers]
    lists, scores = model.recommend(given.customers, known, N=DEPTH, filter_already_liked_items=new)
    return np.where(scores > np.finfo(np.float32).min, lists, -1).astype(np.int64)
