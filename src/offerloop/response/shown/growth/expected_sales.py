"""What customers leave whatever is shown, in which effects are counted, and regressions whose errors grow with it.

    y_i = h_i m + error,     error ~ N(0, v0 + v1 h_i + v2 h_i^2)

h is what is expected of the customer over its mean m, not below 0: a ridge regression on features, whose slopes may
have changed of late (a varying-coefficient model, Hastie and Tibshirani 1993), along a straight line in recency, which
falls exponentially with age, to 1/e in a quarter. What past purchases say of coming ones can change: where the log
began with customers of whom much was known, or as more of those who are silent have left. The level does not change,
and nothing counts as more recent than the latest row.

The three parts of the variance, none below 0, are fitted to squared errors (Amemiya 1977), none of which counts for
more than CLIP times its own variance: an order of a thousand times the usual would make all weights equal. A few
customers who buy much make up most of what is bought, and by plain least squares also most of what is estimated.
Weighted by the variance they count for little, so expectations are brought to the sum of what was seen. Until the
variance is known, rows count the less the farther they are from the mean (bounded influence, Mallows 1975): begun with
least squares, expectations of all others would follow one customer who buys a hundred times as much.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import nnls

from offerloop.arrays import Floats
from offerloop.response.estimators.ridge_t import PENALTY
from offerloop.response.evidence import Evidence
from offerloop.response.shown.deviations import clipped, mean_and_spread
from offerloop.response.shown.purchases.exposure_windows import QUARTER_DAYS

PASSES = 3
"""Weighted fits, each with the variance of errors that the one before found."""
LEAST = 1e-3
"""The least variance of a row, as a share of the mean variance."""
TINY = 1e-12
"""A variance that is added, so that nothing is divided by 0."""
CLIP = 1_000.0
"""The most that a squared error counts for, in variances of its row."""


@dataclass(frozen=True, eq=False)
class ExpectedSales:
    """What is expected of customers, from features (n, p) and how recent they are."""

    centre: Floats
    """(p,): the means of the features."""
    scale: Floats
    """(p,): their standard deviations, or 1."""
    least_age: float
    """The least age of the rows that it was learned from; nothing counts as more recent."""
    recency: tuple[float, float]
    """Its mean, and its standard deviation or 1."""
    newness: tuple[Floats, Floats]
    """Ages of rows, and how new customers were at each on average."""
    level: Floats
    """(1 + 2 p,): what is expected of the mean customer, and by how much it differs by each of `traits`."""
    mean: float
    """m: the mean of what is expected."""

    @classmethod
    def fit(cls, evidence: Evidence) -> ExpectedSales:
        """Build it from outcomes, whatever was shown."""
        outcome, counts = evidence.outcome, evidence.counts
        usual = cls._scaled(evidence)
        x = np.column_stack([np.ones(evidence.size), usual.traits(evidence)])
        weight = counts / (x**2).sum(axis=1)
        for _ in range(PASSES):
            level = _ridge(x, outcome, weight)
            usual = replace(usual, level=level, mean=float(np.maximum(x @ level, 0.0).mean()) or 1.0)
            h = usual.over_mean(evidence)
            weight = 1 / error_variance(evidence, h, outcome - usual.mean * h)
        expected = usual.mean * usual.over_mean(evidence)
        share = float((counts * outcome).sum()) / max(float((counts * expected).sum()), 1e-300)
        return replace(usual, level=share * usual.level, mean=share * usual.mean) if share > 0 else usual

    @classmethod
    def _scaled(cls, rows: Evidence) -> ExpectedSales:
        """Return one that expects nothing yet."""
        ages, day = np.unique(rows.ages, return_inverse=True)
        newness = ages, np.bincount(day, rows.counts * rows.new) / np.maximum(np.bincount(day, rows.counts), TINY)
        table = np.column_stack([rows.features, rows.new - newness[1][day]])
        (centre, scale), recent = mean_and_spread(table), _recency(rows.ages)
        apart = float(recent.std()) if np.ptp(recent) > 0 else 1.0
        recency_scale = float(recent.mean()), apart
        return cls(centre, scale, float(rows.ages.min()), recency_scale, newness, np.zeros(1 + 2 * len(scale)), 1.0)

    def over_mean(self, rows: Evidence) -> Floats:
        """Return h, an array of shape (n,)."""
        expected: Floats = self.level[0] + self.traits(rows) @ self.level[1:]
        return np.maximum(expected, 0.0) / self.mean

    def traits(self, rows: Evidence) -> Floats:
        """(n, 2 p): features in standard deviations from their mean, and these times the same of recency."""
        newer = rows.new - np.interp(rows.ages, *self.newness)
        z = (np.column_stack([rows.features, newer]) - self.centre) / self.scale
        centre, scale = self.recency
        return np.column_stack([z, z * clipped((self.recent(rows) - centre) / scale)])

    def recent(self, rows: Evidence) -> Floats:
        """(n, 1): how recent rows are, from 0 to 1."""
        return _recency(np.maximum(rows.ages, self.least_age))[:, None]

    @property
    def latest(self) -> Floats:
        """(1, 1): how recent the latest row was that it was learned from."""
        return _recency(np.array([[self.least_age]]))

    def regressors(self, rows: Evidence) -> Floats:
        """(n, 2 + 2 p): 1, what is expected of each row, and what it is expected from."""
        return np.column_stack([np.ones(rows.size), self.over_mean(rows), self.traits(rows)])


def _ridge(x: Floats, y: Floats, weight: Floats) -> Floats:
    """Coefficients (q,) of y (n,) on x (n, q), the first column of which is 1 and not held back.

    PENALTY counts like so many rows that have no slope, in units of each feature's spread among rows as they count: by
    plain standard deviations, a customer who is a thousand times larger than all others would make these alike.
    """
    gram = x.T @ (weight[:, None] * x)
    held_back = PENALTY * np.diag(gram) / len(y)
    held_back[0] = 0.0
    return np.asarray(np.linalg.pinv(gram + np.diag(held_back)) @ (x.T @ (weight * y)), dtype=np.float64)


def _recency(age: Floats) -> Floats:
    """(n,): falls with the days between a row and the time that is predicted for, from 1."""
    return np.asarray(np.exp(-age / QUARTER_DAYS), dtype=np.float64)


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


def error_variance(rows: Evidence, h: Floats, error: Floats) -> Floats:
    """(n,): the variance as which the errors (n,) of rows count: larger where less of a window was seen of the same."""
    return ErrorVariance.fit(h, error * np.sqrt(rows.parts)).of(h) / rows.counts
