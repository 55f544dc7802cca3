"""Ridge regression (Hoerl and Kennard 1970) whose penalty leaves the least error on rows that were left out.

Leaving out row i changes its residual to r_i / (1 - h_i) with h_i its leverage (Allen 1974, PRESS), so all penalties
are tried on all left-out rows at the price of one eigendecomposition.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from offerloop.arrays import Floats

PENALTIES = tuple(10.0**power for power in range(9))
NEARLY = 1e-9
"""A column whose standard deviation is no more of its largest number is constant but for rounding."""


@dataclass(frozen=True, eq=False)
class Standardised:
    """Features in units of their spread, within the range of those that were learned from.

    A column that hardly varies there says nothing, and what lies far beyond it nothing more than its end: otherwise
    one customer of a rare kind would be predicted an effect of any size.
    """

    centre: Floats
    scale: Floats
    """(p,): infinite for a column that is constant."""
    low: Floats
    high: Floats

    @classmethod
    def of(cls, features: Floats) -> Standardised:
        """Build it from the features (n, p) that are learned from."""
        return cls(features.mean(axis=0), spread(features), features.min(axis=0), features.max(axis=0))

    def applied(self, features: Floats) -> Floats:
        """Return features (n, p) of any customers, 0 at the mean."""
        return (np.clip(features, self.low, self.high) - self.centre) / self.scale


def spread(features: Floats) -> Floats:
    """Return the standard deviation (p,) of features (n, p), infinite where they are constant but for rounding."""
    scale = features.std(axis=0)
    return np.where(scale > NEARLY * np.abs(features).max(axis=0, initial=0.0), scale, np.inf)


def least_left_out(x: Floats, y: Floats) -> Floats:
    """Slopes (p, m) of outcomes y (n, m) on x (n, p), without a constant.

    Each outcome has a penalty of its own, in units of each column's mean square. A column of zeros has slope 0.
    """
    varies = (x != 0).any(axis=0)
    if not varies.all():
        coefficients = np.zeros((x.shape[1], y.shape[1]))
        coefficients[varies] = least_left_out(x[:, varies], y)
        return coefficients
    scale = np.sqrt(np.maximum((x * x).mean(axis=0), 1e-300))
    z = x / scale
    values, vectors = np.linalg.eigh(z.T @ z)
    turned = z @ vectors
    inverse = 1 / (np.maximum(values, 0.0)[:, None] + PENALTIES)
    free = 1 - (turned * turned) @ inverse
    moments = turned.T @ y
    slopes = [_least(turned, own, moment[:, None] * inverse, free) for own, moment in zip(y.T, moments.T, strict=True)]
    return (vectors @ np.column_stack(slopes)) / scale[:, None]


def _least(turned: Floats, y: Floats, slopes: Floats, free: Floats) -> Floats:
    """Return those of the slopes (p, penalties) that leave the least error on left-out rows."""
    left = (y[:, None] - turned @ slopes) / free
    return slopes[:, int(np.argmin(np.einsum("np,np->p", left, left)))]
