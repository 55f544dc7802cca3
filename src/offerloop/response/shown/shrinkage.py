"""Estimates drawn to zero as far as they may be luck: posterior means, averaged over how widely the truth may vary.

    estimate ~ N(truth, V),     truth ~ N(0, S),     S one of several, each as likely as the estimate under N(0, S + V)

Empirical Bayes (Efron and Morris 1973) with the likelihood averaged over instead of maximised: where the log leaves
open whether anything varies at all, half of it is believed rather than all or nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from offerloop.arrays import Floats, Ints
from offerloop.response.shown.expected_sales import weighted

LEAST = 1e-12
"""A variance that is added, so that what nothing is known of can be solved for."""
UNKNOWN = 1e-9
"""Of the largest variance, that of a direction in which nothing varies."""
SPREADS = (0.0, *np.geomspace(0.02, 1.5, 25).tolist())
"""Standard deviations that slopes may have."""


def drawn(estimate: Floats, covariance: Floats, priors: Sequence[Floats]) -> tuple[Floats, Floats]:
    """Posterior mean (q,) and covariance (q, q) of an estimate with its covariance, over prior covariances (q, q)."""
    means, covariances, likely = [], [], []
    for prior in priors:
        whole = covariance + prior + LEAST * np.eye(len(estimate))
        gain = np.linalg.solve(whole, prior).T
        means.append(gain @ estimate)
        covariances.append(prior - gain @ prior)
        likely.append(-0.5 * (np.linalg.slogdet(whole)[1] + estimate @ np.linalg.solve(whole, estimate)))
    weight = averaged(np.array(likely))
    mean = np.asarray(weight @ np.array(means), dtype=np.float64)
    apart = np.array(means) - mean
    spread = np.einsum("s,spq->pq", weight, np.array(covariances)) + np.einsum("s,sp,sq->pq", weight, apart, apart)
    return mean, spread


def clustered(x: Floats, y: Floats, variance: Floats, customer: Ints) -> tuple[Floats, Floats]:
    """Coefficients (q,) of y (n,) on x (n, q), and their covariance by customers, not rows (Liang and Zeger 1986).

    `variance` (n,) is that of the errors of y, by which rows are weighted; `customer` (n,) numbers whose row it is.
    """
    estimate, gram = weighted(x, y, variance)
    sums = np.zeros((int(customer.max()) + 1, x.shape[1]))
    np.add.at(sums, customer, x * ((y - x @ estimate) / variance)[:, None])
    return estimate, gram @ (sums.T @ sums) @ gram


def drawn_slopes(x: Floats, y: Floats, variance: Floats, customer: Ints) -> Floats:
    """(q,): coefficients of y (n,) on x (n, q), drawn to 0 in the directions in which errors are independent.

    Directions that do not vary, such as a feature that is the same for everybody, have no error, and say nothing.
    """
    estimate, covariance = clustered(x, y, variance, customer)
    values, vectors = np.linalg.eigh(covariance)
    known = values > UNKNOWN * values.max()
    if not known.any():
        return np.zeros(x.shape[1])
    errors, vectors = values[known], vectors[:, known]
    turned = vectors.T @ estimate
    spread = errors + np.array(SPREADS)[:, None] ** 2
    weight = averaged(-0.5 * (np.log(spread) + turned**2 / spread).sum(axis=1))
    return np.asarray(vectors @ (turned * (weight @ (1 - errors / spread))), dtype=np.float64)


def averaged(likely: Floats) -> Floats:
    """Weights that sum to 1 from logarithms of likelihoods."""
    share = np.exp(likely - likely.max())
    return np.asarray(share / share.sum(), dtype=np.float64)
