"""EASE as published (Steck 2019) on the products with the most buyers: which products foretell each other, by ridge.

``B = I - P / diag(P)`` with ``P = (X'X + reg I)^-1``; scores are X B. X is whether a customer bought a product, as in
the paper, or `weighed`, log(1 + purchase days), which tells what is bought again and again.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from peers.given import Csr, Floats, Given, Ints, ranked

NAME, ENVIRONMENT = "EASE", ""
GRID: list[dict[str, Any]] = [
    {"cap": cap, "reg": reg, "weighed": weighed}
    for cap in (3_000, 6_000)
    for reg, weighed in ((300.0, False), (20.0, True), (60.0, True), (300.0, True))
]


def fit(given: Given, *, cap: int, reg: float, weighed: bool) -> tuple[Csr, Floats]:
    """X of the first `cap` products, and B."""
    counts = given.train[:, :cap]
    bought = counts.log1p() if weighed else counts.sign()
    gram = (bought.T @ bought).toarray()
    gram[np.diag_indices_from(gram)] += reg
    weights = np.linalg.inv(gram)
    weights /= -np.diag(weights)
    np.fill_diagonal(weights, 0.0)
    return bought, weights


def recommend(model: tuple[Csr, Floats], given: Given, *, new: bool) -> Ints:
    """Lists by score; products beyond the cap are in none."""
    bought, weights = model
    beyond = given.train.shape[1] - bought.shape[1]

    def score(customers: Ints) -> Floats:
        return np.pad(bought[customers] @ weights, ((0, 0), (0, beyond)), constant_values=-np.inf)

    return ranked(given, score, new=new)
