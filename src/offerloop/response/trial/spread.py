"""Means and their errors; rows of one customer, household or store are added up before they are squared.

With G clusters the variance has the factor G / (G - 1), and quantiles are those of Student's t with G - 1 degrees of
freedom (Liang and Zeger 1986; Cameron, Gelbach and Miller 2008): with few clusters intervals are wider.
"""

from __future__ import annotations

import numpy as np
from scipy.stats import t as student

from offerloop.arrays import Floats, Ints
from offerloop.evaluation import Z95, Estimate, se_of


def standard_error(rows: Floats, whose: Ints | None = None) -> float:
    """Return the error of the mean of rows (n,) which 1.96 times is half of a 95 % interval; `whose` (n,) clusters."""
    if whose is None:
        return float(rows.std(ddof=1) / np.sqrt(len(rows)))
    present = np.bincount(whose) > 0
    sums = np.bincount(whose, rows - rows.mean())[present]
    clusters = len(sums)
    if clusters < 2:
        return float("inf")
    return wider(clusters) * float(np.sqrt(sums @ sums * clusters / (clusters - 1))) / len(rows)


def cluster_sums(rows: Floats, whose: Ints) -> Floats:
    """Return the sums (G, p) of rows (n, p) by cluster (n,); p may be 0."""
    sums = np.zeros((int(whose.max()) + 1, rows.shape[1]))
    for column, values in enumerate(rows.T):
        sums[:, column] = np.bincount(whose, values)
    return sums


def wider(clusters: int) -> float:
    """Return the quantile of Student's t for so many clusters, by that of the normal distribution."""
    return float(student.ppf(0.975, clusters - 1)) / Z95


def mean_estimate(rows: Floats, whose: Ints | None = None) -> Estimate:
    """Return the mean of rows (n,) with its interval; `whose` (n,) are their clusters, numbered from 0."""
    return Estimate.of(float(rows.mean()), standard_error(rows, whose))


def student_estimate(estimate: Estimate, whose: Ints | None) -> Estimate:
    """Return an estimate that has the normal quantiles of independent rows with those of its clusters (n,)."""
    if whose is None:
        return estimate
    return Estimate.of(estimate.value, se_of(estimate) * wider(len(np.unique(whose))))


def ratio_estimate(above: Floats, below: Floats, whose: Ints | None = None) -> Estimate:
    """Return the ratio of two means, with its interval by the delta method."""
    value = float(above.mean() / below.mean())
    return Estimate.of(value, standard_error((above - value * below) / below.mean(), whose))


def widened_estimate(estimate: Estimate, variance: float) -> Estimate:
    """Return an estimate with a further variance of its value."""
    return Estimate.of(estimate.value, float(np.hypot(se_of(estimate), np.sqrt(variance))))
