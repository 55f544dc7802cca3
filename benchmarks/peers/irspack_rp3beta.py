"""The RP3beta of irspack (Paudel et al. 2017): walks of three steps, popular products held down; P3alpha is 0."""

from __future__ import annotations

from itertools import product
from typing import Any

from peers.given import Foreign, Given, Ints, ranked

NAME, ENVIRONMENT = "irspack RP3beta", "irspack"
GRID: list[dict[str, Any]] = [
    {"alpha": alpha, "beta": beta, "neighbours": neighbours}
    for (alpha, beta), neighbours in product(((1.0, 0.0), (1.5, 0.0), (2.0, 0.0), (1.0, 0.1)), (1_000, 3_000))
]


def fit(given: Given, *, alpha: float, beta: float, neighbours: int) -> Foreign:
    """Walks choose a purchase by log(1 + purchase days), to the power of `alpha`."""
    from irspack import RP3betaRecommender

    model = RP3betaRecommender(given.train.log1p(), alpha=alpha, beta=beta, top_k=neighbours, n_threads=1)
    return model.learn()


def recommend(model: Foreign, given: Given, *, new: bool) -> Ints:
    """Lists by irspack's scores."""
    return ranked(given, model.get_score, new=new)
