"""The PureSVD of RecTools (Cremonesi, Koren and Turrin 2010)."""

from __future__ import annotations

from typing import Any

from peers.given import Given, Ints
from peers.rectools_data import dataset, lists

NAME, ENVIRONMENT = "RecTools PureSVD", "rectools"
GRID: list[dict[str, Any]] = [{"factors": factors} for factors in (8, 16, 32, 48, 64, 96, 128, 192)]


def fit(given: Given, *, factors: int) -> tuple[Any, Any]:
    """Of log(1 + purchase days)."""
    from rectools.models import PureSVDModel

    data = dataset(given, features=False)
    model = PureSVDModel(factors=factors, random_state=0, recommend_n_threads=1)
    model.fit(data)
    return model, data


def recommend(model: tuple[Any, Any], given: Given, *, new: bool) -> Ints:
    """Lists by RecTools."""
    return lists(*model, given, new)
