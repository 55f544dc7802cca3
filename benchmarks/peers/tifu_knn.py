"""TIFU-KNN as published (Hu, He, Gao and Zhang 2020): decayed frequencies, own and of neighbours.

A customer's baskets, oldest first, are cut into groups. A product counts `within ** (baskets of the group after it)`, a
group's vector is the mean over its baskets, a customer's the mean over groups with `between ** (groups after it)`.
What is predicted is ``alpha * own + (1 - alpha) * mean of the k nearest others`` by Euclidean distance.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
from scipy import sparse

from peers.given import Csr, Given, Ints, ranked

NAME, ENVIRONMENT = "TIFU-KNN", ""
GRID: list[dict[str, Any]] = [
    {"neighbours": neighbours, "within": within, "between": between, "alpha": 0.7, "size": size}
    for neighbours, within, (between, size) in product((100, 300), (0.9, 1.0), ((0.8, 4), (0.6, 3)))
]


def fit(given: Given, *, neighbours: int, within: float, between: float, alpha: float, size: int) -> Csr:
    """A score for each customer and product, sparse; `size` baskets are a group, the oldest group may have fewer."""
    own = frequencies(given, within, between, size)
    near = nearest(own, min(neighbours, own.shape[0] - 1))
    return sparse.csr_matrix(alpha * own + (1 - alpha) * (near @ own))


def frequencies(given: Given, within: float, between: float, size: int) -> Csr:
    """The vectors of customers."""
    days = int(given.age_days.max()) + 1
    baskets, basket = np.unique(given.customer * days + given.age_days, return_inverse=True)
    owner = baskets // days
    first, count = np.searchsorted(owner, np.arange(given.train.shape[0])), np.bincount(owner)
    back = np.arange(len(baskets)) - first[owner]
    group, groups = back // size, -(-count // size)
    members = np.minimum(size, count[owner] - group * size)
    weight = within ** (back % size) * between**group / members / groups[owner]
    return sparse.csr_matrix((weight[basket], (given.customer, given.product)), shape=given.train.shape)


def nearest(own: Csr, k: int) -> Csr:
    """1 / k for each of a customer's nearest others."""
    square = np.asarray(own.multiply(own).sum(axis=1)).ravel()
    away = square[None, :] - 2 * (own @ own.T).toarray()
    np.fill_diagonal(away, np.inf)
    near: Ints = np.argpartition(away, k - 1, axis=1)[:, :k].ravel()
    row = np.repeat(np.arange(len(away)), k)
    return sparse.csr_matrix((np.full(len(near), 1 / k), (row, near)), shape=away.shape)


def recommend(model: Csr, given: Given, *, new: bool) -> Ints:
    """Lists by score."""
    return ranked(given, lambda customers: model[customers].toarray(), new=new)
