"""The ALS of RecTools with the products' category, subcategory and brand as features beside the factors."""

from __future__ import annotations

from itertools import product
from typing import Any

from peers.given import Given, Ints
from peers.rectools_data import dataset, lists

NAME, ENVIRONMENT = "RecTools ALS with features", "rectools"
GRID: list[dict[str, Any]] = [
    {"factors": factors, "reg": reg, "alpha": alpha}
    for factors, reg, alpha in product((64, 128), (3.0, 10.0), (0.3, 1.0))
]


def fit(given: Given, *, factors: int, reg: float, alpha: float) -> tuple[Any, Any]:
    """Factors first, then weights of features, as is the default."""
    from implicit.cpu.als import AlternatingLeastSquares
    from rectools.models import ImplicitALSWrapperModel

    als = AlternatingLeastSquares(
        factors=factors, regularization=reg, alpha=alpha, iterations=15, num_threads=1, random_state=0
    )
    model, data = ImplicitALSWrapperModel(als, recommend_n_threads=1), dataset(given, features=True)
    model.fit(data)
    return model, data


def recommend(model: tuple[Any, Any], given: Given, *, new: bool) -> Ints:
    """Lists by RecTools."""
    return lists(*model, given, new)
