"""Least squares with effects of pairs and of category-weeks, and standard errors clustered two ways.

Matrices are (pairs, weeks). Cameron, Gelbach and Miller (2011), "Robust inference with multiway clustering":
variance = by first cluster + by second - by their intersection.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from offerloop.arrays import Floats, Ints

ROUNDING = 1e-14
"""Changes below this share of the largest value are floating point's own: projections never settle closer."""
DEPENDENT = 1e-12
"""Share of the largest eigenvalue at which regressors hang together."""
PASSES = 1_000
"""Most passes of the projections."""


@dataclass(frozen=True)
class Fit:
    """Coefficients in the order of the regressors, and their covariance."""

    slope: Floats
    covariance: Floats

    @property
    def se(self) -> Floats:
        """The standard errors."""
        return np.sqrt(np.diag(self.covariance))


@dataclass(frozen=True)
class Groups:
    """Which customer and category each row is of; weeks are columns."""

    customer: Ints
    category: Ints

    def take(self, rows: NDArray[np.bool_] | Ints) -> Groups:
        """The groups of some rows."""
        return Groups(self.customer[rows], self.category[rows])


def within(values: Floats, category: Ints) -> Floats:
    """Values less their pair's mean and their category-week's mean (exact in one pass: the panel is balanced)."""
    centred = values - values.mean(axis=1, keepdims=True)
    return centred - _group_means(centred, category)


def within_periods(values: Floats, category: Ints, block: int) -> Floats:
    """Values less effects of pairs, of weeks, and of categories by blocks of weeks, by alternating projections."""
    left = values - values.mean(axis=1, keepdims=True)
    settled = max(1e-9, ROUNDING * float(np.abs(values).max(initial=0.0)))
    for _ in range(PASSES):
        before = left
        left = left - left.mean(axis=0)
        for start in range(0, values.shape[1], block):
            part = left[:, start : start + block]
            left[:, start : start + block] = part - _group_means(part.mean(axis=1, keepdims=True), category)
        left = left - left.mean(axis=1, keepdims=True)
        if float(np.abs(left - before).max(initial=0.0)) <= settled:
            break
    return left


def _group_means(values: Floats, category: Ints) -> Floats:
    """Mean over the rows of each category, spread back to the rows."""
    counts = np.maximum(np.bincount(category), 1)
    means: Floats = (_sums(values, category) / counts[:, None])[category]
    return means


def _sums(values: Floats, group: Ints) -> Floats:
    """Column sums over the rows of each group."""
    members = sparse.csr_matrix((np.ones(len(group)), (group, np.arange(len(group)))))
    return np.asarray(members @ values)


def regress(outcome: Floats, regressors: list[Floats], groups: Groups) -> Fit:
    """Coefficients of regressors on an outcome, all already free of the effects.

    Errors are clustered by customer and by category-week; their intersection is the single cell. In small samples
    the difference can leave a variance below zero; then the intersection stays in, and errors are too large at worst.
    """
    slope, inverse, scores = _solve(outcome, regressors)
    by_customer = _meat([_by_rows(score, groups.customer) for score in scores])
    by_category_week = _meat([_by_category_week(score, groups.category) for score in scores])
    both = by_customer + by_category_week
    covariance = inverse @ (both - _meat([score.ravel() for score in scores])) @ inverse
    return Fit(slope, covariance if np.diag(covariance).min() > 0 else inverse @ both @ inverse)


def regress_by_category(outcome: Floats, regressors: list[Floats], groups: Groups) -> Fit:
    """Return the slopes with errors clustered by category only: for a regressor that hardly varies inside one."""
    slope, inverse, scores = _solve(outcome, regressors)
    return Fit(slope, inverse @ _meat([_by_rows(score, groups.category) for score in scores]) @ inverse)


def _solve(outcome: Floats, regressors: list[Floats]) -> tuple[Floats, Floats, list[Floats]]:
    inverse = _inverse(np.array([[np.vdot(a, b) for b in regressors] for a in regressors]))
    slope = inverse @ np.array([np.vdot(a, outcome) for a in regressors])
    residual = outcome - sum(b * a for b, a in zip(slope, regressors, strict=True))
    return slope, inverse, [a * residual for a in regressors]


def _inverse(gram: Floats) -> Floats:
    """Return the inverse, of least norm where regressors are collinear: one that does not vary has no slope."""
    values = np.linalg.eigvalsh(gram)
    if values[0] > DEPENDENT * values[-1]:
        return np.asarray(np.linalg.inv(gram), dtype=np.float64)
    return np.asarray(np.linalg.pinv(gram, rcond=DEPENDENT, hermitian=True), dtype=np.float64)


def group_sums(values: Floats, group: Ints) -> Floats:
    """Sum of the values of each group, by group number."""
    return np.bincount(group, weights=values).astype(np.float64)


def _meat(sums: list[Floats]) -> Floats:
    stacked = np.stack(sums)
    product: Floats = stacked @ stacked.T
    return product


def _by_rows(score: Floats, group: Ints) -> Floats:
    return group_sums(score.sum(axis=1), group)


def _by_category_week(score: Floats, category: Ints) -> Floats:
    return _sums(score, category).ravel()
