"""A line through raw predictions that makes them right on average on rows that the model has not seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from offerloop.arrays import Floats
from offerloop.response.estimators.levels import OutcomeKind

STEPS = 25
"""Most steps of Newton's method."""
WEIGHT = 1.0
"""Prior rows' worth of belief that the predictions are right already."""


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
        at = np.array([0.0, 1.0])
        x = np.column_stack([np.ones_like(raw), raw])
        for _ in range(STEPS):
            mean, weight = moments(x @ at, kind)
            hessian = x.T @ (weight[:, None] * x) + WEIGHT * np.eye(2)
            at = at + np.linalg.solve(hessian, x.T @ (outcome - mean) - WEIGHT * (at - [0.0, 1.0]))
        return cls(kind, float(at[0]), float(np.clip(at[1], 0.0, 2.0))) if np.isfinite(at).all() else cls(kind)

    def applied(self, raw: Floats) -> Floats:
        """Return calibrated predictions."""
        return moments(self.intercept + self.slope * np.asarray(raw), self.kind)[0]


def moments(eta: Floats, kind: OutcomeKind) -> tuple[Floats, Floats]:
    """Mean and variance of the outcome where the model says eta."""
    if kind == "binary":
        mean = logistic(eta)
        return mean, mean * (1 - mean)
    if kind == "count":
        mean = np.exp(np.clip(eta, -50, 50))
        return mean, mean
    return eta, np.ones_like(eta)
