"""The RP3beta of irspack (Paudel et al. 2017): walks of three steps, popular products held down; P3alpha is 0."""

from __future__ import annotations

from itertools import product
from typing import Any

from peers.given import Foreign, Given, Ints, ranked

NAME, ENVIRONMENT = "irspack RP3beta", "irspack"
GRID: list[dict[str, Any]] = [
    {"beta": beta, "neighbours": neighbours} for beta, neighbours in product((0.0, 0.1, 0.3, 0.6), (100, 1_000))
]


def fit(given: Given, *, beta: float, neighbours: int) -> Foreign:
    """Walks choose a purchase with a chance that follows log(1 + purchase days)."""
    from irspack import RP3betaRecommender

    model = RP3betaRecommender(given.train.log1p(), alpha=1.0, beta=beta, top_k=neighbours, n_threads=1)
    return model.learn()


def recommend(model: Foreign, given: Given, *, new: bool) -> Ints:
    """Lists by irspack's scores."""
    return ranked(given, model.get_score, new=new)
