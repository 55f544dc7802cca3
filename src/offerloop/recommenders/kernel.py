"""Linear algebra that two recommenders share."""

from __future__ import annotations

import numpy as np
from scipy.linalg import lapack
from threadpoolctl import threadpool_limits

from offerloop.recommenders.base import Scores


def inverse(gram: Scores, reg: float) -> Scores:
    """Of `gram` (symmetric, positive semi-definite, float32) plus `reg` on its diagonal.

    Half the work of a general inverse; on one thread, so that it always adds in the same order.
    """
    ridged = gram.copy()
    ridged[np.diag_indices_from(ridged)] += reg
    with threadpool_limits(limits=1, user_api="blas"):
        factor, _ = lapack.spotrf(ridged, lower=False)
        inverted, _ = lapack.spotri(factor, lower=False)
    upper: Scores = np.triu(inverted)
    return upper + np.triu(inverted, 1).T
