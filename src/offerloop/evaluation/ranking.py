"""How good a ranking was, one number per customer, and the interval of their mean.

``hits`` is always a boolean array of shape (customers, depth): whether the product at each rank, best first,
was one of the customer's targets. ``n_targets`` is the number of targets of each customer, found or not.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from offerloop.evaluation.estimate import Z95


def ndcg(hits: NDArray[np.bool_], n_targets: NDArray[np.int64], k: int) -> NDArray[np.float64]:
    """Normalised discounted cumulative gain at `k` with binary gains; NaN for a customer without targets.

    ``sum over ranks r <= k of hit_r / log2(r + 1)``, divided by what a perfect ranking gets: the same sum
    with hits at ranks 1 to ``min(n_targets, k)`` (Järvelin and Kekäläinen 2002, discounted as in Burges et
    al. 2005).
    """
    discount = 1.0 / np.log2(np.arange(2, k + 2))
    gained = hits[:, :k] @ discount[: hits.shape[1]]
    perfect = np.concatenate([[np.nan], np.cumsum(discount)])[np.minimum(n_targets, k)]
    share: NDArray[np.float64] = gained / perfect
    return share


def recall(hits: NDArray[np.bool_], n_targets: NDArray[np.int64], k: int) -> NDArray[np.float64]:
    """Share of the targets found among the first `k`: ``hits within k / n_targets``, NaN without targets.

    A customer with more than `k` targets cannot reach 1.
    """
    share: NDArray[np.float64] = hits[:, :k].sum(axis=1) / np.where(n_targets > 0, n_targets, np.nan)
    return share


def mean_interval(values: NDArray[np.float64]) -> tuple[float, float, float]:
    """Mean, and low and high of its 95 % interval: mean ± 1.96 standard errors of independent values.

    The interval is NaN for fewer than two values, the mean for none.
    """
    n = len(values)
    mean = float(np.mean(values)) if n else np.nan
    half = Z95 * float(np.std(values, ddof=1)) / np.sqrt(n) if n > 1 else np.nan
    return mean, mean - half, mean + half
