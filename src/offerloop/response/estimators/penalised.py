"""Ridge regression (Hoerl and Kennard 1970) whose penalty leaves the least error on rows that were left out.

Leaving out row i changes its residual to r_i / (1 - h_i) with h_i its leverage (Allen 1974, PRESS), so all penalties
are tried on all left-out rows at the price of one eigendecomposition.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import add

import numpy as np

from offerloop.arrays import Floats

PENALTIES = tuple(10.0**power for power in range(9))
"""What is tried; each counts like so many rows without any slope."""
BLOCK = 8_192
"""Rows that are looked at together: what is made of them on the way stays in the processor's cache."""
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
        return standardised(np.clip(features, self.low, self.high), self.centre, self.scale)


def standardised(features: Floats, centre: Floats, scale: Floats) -> Floats:
    """Turn an array (n, p) of the caller's into units of scale from a centre, in its place where it holds floats."""
    features = np.asarray(features, dtype=np.float64)
    features -= centre
    features /= scale
    return features


def spread(features: Floats) -> Floats:
    """Return the standard deviation (p,) of features (n, p), infinite where they are constant but for rounding."""
    centre = features.mean(axis=0)
    squares = _sum_of(_column_sums((features[rows] - centre) ** 2) for rows in _blocks(len(features)))
    scale = np.sqrt(squares / len(features))
    largest = np.abs(centre) + np.sqrt(len(features)) * scale  # no number is larger, and seldom is a look needed
    if not (scale > NEARLY * largest).all():
        largest = np.abs(features).max(axis=0, initial=0.0)
    return np.where(scale > NEARLY * largest, scale, np.inf)


def least_left_out(x: Floats, y: Floats, factor: Floats | None = None) -> Floats:
    """Slopes (p, m) of outcomes y (n, m) on x (n, p), without a constant; or on x times each factor (n, f): (f p, m).

    Each outcome has a penalty of its own, in units of each column's mean square. A column of zeros has slope 0.
    """
    blocks = _blocks(len(x))

    def columns(rows: slice) -> Floats:
        if factor is None:
            return x[rows]
        return np.asarray(factor[rows, :, None] * x[rows, None, :]).reshape(len(x[rows]), -1)

    products, moments = map(_sum_of, zip(*(_products(columns(rows), y[rows]) for rows in blocks), strict=True))
    size = np.sqrt(np.diagonal(products) / len(x))
    unit = np.divide(1.0, size, out=np.zeros_like(size), where=size > 0)
    values, vectors = np.linalg.eigh(products * np.outer(unit, unit))
    turn = unit[:, None] * vectors
    inverse = 1 / (np.maximum(values, 0.0)[:, None] + PENALTIES)
    slopes = (turn.T @ moments).T[:, :, None] * inverse
    errors = _sum_of(_left_out_errors(columns(rows) @ turn, y[rows], slopes, inverse) for rows in blocks)
    return turn @ np.stack([own[:, place] for own, place in zip(slopes, errors.argmin(axis=1), strict=True)], axis=1)


def _products(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    return x.T @ x, x.T @ y


def _left_out_errors(turned: Floats, y: Floats, slopes: Floats, inverse: Floats) -> Floats:
    """Return the squared errors (m, penalties) on rows that were left out, by slopes (m, p, penalties)."""
    free = 1 - (turned * turned) @ inverse
    left = [(outcome[:, None] - turned @ own) / free for outcome, own in zip(y.T, slopes, strict=True)]
    return np.stack([np.einsum("np,np->p", one, one) for one in left])


def _blocks(n: int) -> list[slice]:
    return [slice(first, first + BLOCK) for first in range(0, n, BLOCK)]


def _column_sums(x: Floats) -> Floats:
    """Return the sums (p,) of columns, which a product finds faster than NumPy's sum of few columns."""
    return np.ones(len(x)) @ x


def _sum_of(parts: Iterable[Floats]) -> Floats:
    return reduce(add, parts)
