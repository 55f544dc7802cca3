"""The iALS of irspack (Rendle, Krichene, Zhang and Koren 2021, with regularisation by frequency)."""

from __future__ import annotations

from itertools import product
from typing import Any

from peers.given import Foreign, Given, Ints, ranked

NAME, ENVIRONMENT = "irspack iALS", "irspack"
GRID: list[dict[str, Any]] = [
    {"factors": factors, "alpha": alpha, "reg": reg}
    for factors, alpha, reg in product((32, 128), (1.0, 3.0), (0.001, 0.003))
]


def fit(given: Given, *, factors: int, alpha: float, reg: float) -> Foreign:
    """Of log(1 + purchase days); `alpha` is the weight of pairs without purchase."""
    from irspack import IALSRecommender

    model = IALSRecommender(
        given.train.log1p(), n_components=factors, alpha0=alpha, reg=reg, train_epochs=15, n_threads=1, random_seed=0
    )
    return model.learn()


def recommend(model: Foreign, given: Given, *, new: bool) -> Ints:
    """Lists by irspack's scores."""
    return ranked(given, model.get_score, new=new)
