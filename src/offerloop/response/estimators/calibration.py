"""A line through raw predictions that makes them right on average on rows that the model has not seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from offerloop.arrays import Floats
from offerloop.response.estimators.levels import OutcomeKind

STEPS = 25
"""Most steps of Newton's method."""
WEIGHT = 1.0
"""Weight of the prior slope of 1, in rows."""


def logistic(x: Floats) -> Floats:
    """1 / (1 + exp(-x))."""
    return 1 / (1 + np.exp(-np.clip(x, -500, 500)))


@dataclass(frozen=True)
class CalibrationLine:
    """intercept + slope x raw, on the scale on which the model adds up."""

    kind: OutcomeKind
    intercept: float = 0.0
    slope: float = 1.0

    @classmethod
    def fitted(cls, raw: Floats, outcome: Floats, kind: OutcomeKind) -> CalibrationLine:
        """Fit by maximum likelihood (Platt 1999; Poisson for counts; least squares for amounts); 0 <= slope <= 2."""
        if np.ptp(raw) < 1e-9 or np.ptp(outcome) == 0:
            return cls(kind)
        level = np.ones_like(raw)
        prior = np.array([0.0, 1.0])
        at = _most_likely(np.column_stack([level, raw]), outcome, prior, prior, kind)
        if not np.isfinite(at).all():
            return cls(kind)
        intercept, slope = float(at[0]), float(np.clip(at[1], 0.0, 2.0))
        if slope != at[1]:  # the intercept belongs to the other slope
            start = np.array([intercept + (at[1] - slope) * raw.mean()])
            (intercept,) = _most_likely(level[:, None], outcome, start, prior[:1], kind, slope * raw)
        return cls(kind, float(intercept), slope) if np.isfinite(intercept) else cls(kind)

    def applied(self, raw: Floats) -> Floats:
        """Return calibrated predictions."""
        return moments(self.intercept + self.slope * np.asarray(raw), self.kind)[0]


def _most_likely(
    x: Floats, outcome: Floats, start: Floats, prior: Floats, kind: OutcomeKind, offset: Floats | float = 0.0
) -> Floats:
    """Return the coefficients (p,) of columns (n, p) beside an offset (n,), drawn to a prior, by Newton's method."""
    at = start
    for _ in range(STEPS):
        mean, weight = moments(x @ at + offset, kind)
        hessian = x.T @ (weight[:, None] * x) + WEIGHT * np.eye(len(at))
        at = at + np.linalg.solve(hessian, x.T @ (outcome - mean) - WEIGHT * (at - prior))
    return at


def moments(eta: Floats, kind: OutcomeKind) -> tuple[Floats, Floats]:
    """Mean and variance of the outcome where the model says eta."""
    if kind == "binary":
        mean = logistic(eta)
        return mean, mean * (1 - mean)
    if kind == "count":
        mean = np.exp(np.clip(eta, -50, 50))
        return mean, mean
    return eta, np.ones_like(eta)
