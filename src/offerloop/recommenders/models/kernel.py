"""Linear algebra that two recommenders share."""

from __future__ import annotations

import numpy as np
from scipy.linalg import lapack
from threadpoolctl import threadpool_limits

from offerloop.recommenders.base import Scores


def factor(gram: Scores, reg: float) -> Scores:
    """Return the upper Cholesky factor of `gram` (symmetric, positive semi-definite, float32) plus `reg` I.

    On one thread, so that it always adds in the same order.
    """
    ridged = gram.copy()
    ridged[np.diag_indices_from(ridged)] += reg
    with threadpool_limits(limits=1, user_api="blas"):
        upper: Scores = lapack.spotrf(ridged, lower=False)[0]
    return upper


def solved(upper: Scores, right: Scores) -> Scores:
    """Solve the system of a factor for each column of `right`: a third of the work of an inverse first."""
    with threadpool_limits(limits=1, user_api="blas"):
        solution: Scores = lapack.spotrs(upper, right, lower=False)[0]
    return solution


def inverse(gram: Scores, reg: float) -> Scores:
    """Return the inverse of `gram` plus `reg` I with half the work of a general one."""
    with threadpool_limits(limits=1, user_api="blas"):
        inverted, _ = lapack.spotri(factor(gram, reg), lower=False)
    upper: Scores = np.triu(inverted)
    return upper + np.triu(inverted, 1).T
