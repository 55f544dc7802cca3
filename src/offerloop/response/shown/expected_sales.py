"""What customers leave whatever is shown, in which effects are counted, and regressions whose errors grow with it.

    y_i = h_i m + error,     error ~ N(0, v0 + v1 h_i + v2 h_i^2)

h is what is expected of the customer over its mean m: a ridge regression on features, not below 0. The three parts of
the variance, none below 0, are fitted to squared errors (Amemiya 1977), none of which counts for more than CLIP times
its own variance: an order of a thousand times the usual would make all weights equal. A few customers who buy much make
up most of what is bought, and by plain least squares also most of what is estimated. Weighted by the variance they
count for little, so expectations are brought to the sum of what was seen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import nnls

from offerloop.arrays import Floats
from offerloop.response.estimators.ridge_t import PENALTY
from offerloop.response.evidence import Evidence

PASSES = 3
LEAST = 1e-3
"""Of the mean variance, that of any row."""
TINY = 1e-12
"""A variance that is added, so that nothing is divided by 0."""
CLIP = 1_000.0
"""The most that a squared error counts for, in variances of its row."""


@dataclass(frozen=True, eq=False)
class ExpectedSales:
    """What is expected of customers, from features (n, p)."""

    centre: Floats
    scale: Floats
    level: Floats
    """(1 + p,)."""
    mean: float

    @classmethod
    def fit(cls, evidence: Evidence) -> ExpectedSales:
        """Build it from outcomes, whatever was shown."""
        features, outcome, counts = evidence.features, evidence.outcome, evidence.counts
        centre, spread = features.mean(axis=0), features.std(axis=0)
        scale = np.where(spread > 0, spread, 1.0)
        x = np.column_stack([np.ones(len(features)), (features - centre) / scale])
        weight, usual = counts, cls(centre, scale, np.zeros(x.shape[1]), 1.0)
        held_back = np.diag(np.r_[0.0, np.full(x.shape[1] - 1, PENALTY)])
        for _ in range(PASSES):
            level = np.linalg.pinv(x.T @ (weight[:, None] * x) + held_back) @ (x.T @ (weight * outcome))
            usual = cls(centre, scale, level, float(np.maximum(x @ level, 0.0).mean()) or 1.0)
            h = usual.over_mean(features)
            weight = 1 / noise_of(evidence, h, outcome - usual.mean * h)
            weight /= weight.mean()
        expected = usual.mean * usual.over_mean(features)
        share = float((counts * outcome).sum()) / max(float((counts * expected).sum()), 1e-300)
        return replace(usual, level=share * usual.level, mean=share * usual.mean) if share > 0 else usual

    def over_mean(self, features: Floats) -> Floats:
        """Return h, an array of shape (n,)."""
        expected: Floats = self.level[0] + self.traits(features) @ self.level[1:]
        return np.maximum(expected, 0.0) / self.mean

    def traits(self, features: Floats) -> Floats:
        """(n, p): features in standard deviations from their mean."""
        return np.asarray((features - self.centre) / self.scale, dtype=np.float64)


@dataclass(frozen=True, eq=False)
class ErrorVariance:
    """How the variance of errors grows with what is expected of a customer."""

    parts: Floats
    """(3,): v0, v1 and v2."""
    least: float
    """The least variance of any row."""

    @classmethod
    def fit(cls, h: Floats, error: Floats) -> ErrorVariance:
        """Build it from errors (n,) of customers of whom h (n,) is expected."""
        x, squares = _powers_of(h), error**2
        variances = (1 + h) ** 2 * (squares.mean() / ((1 + h) ** 2).mean() + TINY)
        for _ in range(PASSES):
            clipped = np.minimum(squares, CLIP * variances)
            parts, _ = nnls(x / variances[:, None], clipped / variances)
            fitted = cls(parts, LEAST * float(clipped.mean()) + TINY)
            variances = fitted.of(h)
        return fitted

    def of(self, h: Floats) -> Floats:
        """(n,): the variance of customers of whom h (n,) is expected."""
        return np.maximum(_powers_of(h) @ self.parts, self.least)


def _powers_of(h: Floats) -> Floats:
    return np.column_stack([np.ones_like(h), h, h**2])


def noise(h: Floats, error: Floats) -> Floats:
    """(n,): the variance of errors (n,) that customers of this h have."""
    return ErrorVariance.fit(h, error).of(h)


def noise_of(rows: Evidence, h: Floats, error: Floats) -> Floats:
    """(n,): the variance as which the errors (n,) of rows count: larger where less of a window was seen of the same."""
    return noise(h, error * np.sqrt(rows.parts)) / rows.counts


def weighted(x: Floats, y: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """Coefficients (q,) of y on x (n, q) and their covariance."""
    covariance = np.asarray(np.linalg.pinv(x.T @ (x / variance[:, None])), dtype=np.float64)
    return covariance @ (x.T @ (y / variance)), covariance
