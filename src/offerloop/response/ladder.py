"""Offers that are one discount at several depths, in the form that a small log can tell.

    effect of depth d on customer i = h_i (any min(d / lowest, 1) + slope d)      any, slope >= 0

h is what is expected of the customer whatever is shown, over its mean: everybody's purchases grow by the same share.
`any` is what being shown an offer at all does, `slope` what more depth adds; neither is below 0, because more must not
bring less. Both are posterior means under a flat prior on that quarter plane (the likelihood is normal, by weighted
least squares with heteroscedastic errors): a least-squares estimate that chance made 0 or negative would have a plan
give few customers the deepest discount.

A discount of depth d takes off d times what it covers, whatever else is not known. So what it costs is learned as that,
from everybody who was shown an offer:

    discount_i(d) = d A_i (1 + growth (d - mean d))      A = z . a not below 0, growth from 0 to 1 / mean d

with z the features, a by ridge regression: a deeper discount covers no less. `growth` is drawn to 0 by its error, as
far as that is large beside BELIEVED: luck that makes low depths look cheap would have a plan spend beyond its budget.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from offerloop.response.evidence import Evidence
from offerloop.response.ridge_t import PENALTY, RidgeT
from offerloop.response.terms import Coding, Floats, Terms

GRID, REACH = 300, 6.0
"""Points of each axis of the posterior, and how many standard errors beyond the estimate it ends."""
NAME = "curve"
BELIEVED = 1.0
"""Standard deviation of what is believed of growth beforehand: a discount of the whole price covers twice as much."""


def is_ladder(offers: Sequence[Terms]) -> bool:
    """Whether all offers are depths of one discount, on the same things."""
    coding = Coding.of(offers)
    return len(coding.families) == 1 and coding.monotone


@dataclass(frozen=True, eq=False)
class Curve:
    """See `Fitted`."""

    coding: Coding
    usual: RidgeT
    mean: float
    """Of what is expected of customers, where that is not below 0."""
    at: Floats
    """(2,): any, slope."""

    def effects(self, features: Floats, offers: Sequence[Terms], scope: Floats | None = None) -> Floats:
        """See `Fitted`; scopes are not looked at."""
        del scope
        self.coding.weights(offers)
        return np.outer(_over_mean(self.usual, features, self.mean), _steps(self.coding, offers) @ self.at)


class CurveLearner:
    """The estimator of effects; see the module."""

    def fit(self, evidence: Evidence, seed: int) -> Curve:
        """See `Estimator`; nothing in it is drawn."""
        del seed
        nobody, y = np.zeros_like(evidence.action), evidence.outcome
        usual = RidgeT.fit(evidence.features, nobody, y[:, None], 1)
        mean = float(np.maximum(usual.predict(evidence.features), 0.0).mean()) or 1.0
        h = _over_mean(usual, evidence.features, mean)
        steps = _steps(evidence.coding, evidence.offers)
        surprise = steps[evidence.action] - evidence.chance @ steps
        x = np.column_stack([np.ones_like(h), (evidence.features - usual.centre) / usual.scale, h[:, None] * surprise])
        weight = (1 + h) ** -2.0
        gram = np.linalg.pinv(x.T @ (weight[:, None] * x))
        found = gram @ (x.T @ (weight * y))
        moments = x * (weight * (y - x @ found))[:, None]
        covariance = gram @ (moments.T @ moments) @ gram
        return Curve(evidence.coding, usual, mean, not_below_zero(found[-2:], covariance[-2:, -2:]))


def _over_mean(usual: RidgeT, features: Floats, mean: float) -> Floats:
    expected: Floats = np.maximum(usual.predict(features)[:, 0, 0], 0.0)
    return expected / mean


def _steps(coding: Coding, offers: Sequence[Terms]) -> Floats:
    """(offers, 2): whether there is an offer, by parts below the lowest tested depth; and the depth."""
    lowest = min(one.depth for one in coding.tested if one.kind)
    depth = np.array([one.depth for one in offers])
    return np.column_stack([np.minimum(depth / lowest, 1.0), depth])


def not_below_zero(estimate: Floats, covariance: Floats) -> Floats:
    """(2,): mean of a normal distribution with these moments where both coordinates are not below 0."""
    errors = np.sqrt(np.maximum(np.diag(covariance), 1e-300))
    axes = [np.linspace(0.0, max(at, 0.0) + REACH * se, GRID) for at, se in zip(estimate, errors, strict=True)]
    points = np.stack([one.ravel() for one in np.meshgrid(*axes, indexing="ij")], axis=1)
    away = points - estimate
    distance = np.einsum("np,pq,nq->n", away, np.linalg.pinv(covariance), away)
    density = np.exp(-0.5 * (distance - distance.min()))
    return np.asarray(density @ points / density.sum(), dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Covered:
    """See `Fitted`: discounts."""

    coding: Coding
    centre: Floats
    scale: Floats
    level: Floats
    """(1 + p,): a."""
    mean_depth: float
    growth: float

    def effects(self, features: Floats, offers: Sequence[Terms], scope: Floats | None = None) -> Floats:
        """See `Fitted`; scopes are not looked at."""
        del scope
        self.coding.weights(offers)
        depth = np.array([one.depth for one in offers])
        covered = np.maximum(_columns(features, self.centre, self.scale) @ self.level, 0.0)
        return np.outer(covered, depth * (1 + self.growth * (depth - self.mean_depth)))


class CoveredLearner:
    """The estimator of discounts; see the module."""

    def fit(self, evidence: Evidence, seed: int) -> Covered:
        """See `Estimator`; nothing in it is drawn. Rows count by depth squared: so much less their quotient varies."""
        del seed
        told = evidence.of(evidence.action > 0)
        depth, quotient = told.depth, told.outcome / told.depth
        centre, spread = told.features.mean(axis=0), told.features.std(axis=0)
        scale, weight = np.where(spread > 0, spread, 1.0), depth**2 / np.mean(depth**2)
        z, mean = _columns(told.features, centre, scale), float(np.average(depth, weights=weight))
        held_back = np.diag(np.r_[0.0, np.full(z.shape[1] - 1, PENALTY)])
        level = np.linalg.lstsq(z.T @ (weight[:, None] * z) + held_back, z.T @ (weight * quotient), rcond=None)[0]
        covered = np.maximum(z @ level, 0.0)
        usual = max(float(covered.mean()), 1e-300)
        growth, error = _slope(covered * (depth - mean), quotient - covered, weight / (1 + covered / usual) ** 2)
        sure = BELIEVED**2 / (BELIEVED**2 + error**2)
        return Covered(evidence.coding, centre, scale, level, mean, min(max(sure * growth, 0.0), 1 / mean))


def _slope(x: Floats, y: Floats, weight: Floats) -> tuple[float, float]:
    """Of y on x (n,) without a constant, by weighted least squares, and its error."""
    squares = max(float(weight @ x**2), 1e-300)
    slope = float(weight @ (x * y)) / squares
    return slope, float(np.sqrt(np.sum((weight * x * (y - slope * x)) ** 2))) / squares


def _columns(features: Floats, centre: Floats, scale: Floats) -> Floats:
    return np.column_stack([np.ones(len(features)), (features - centre) / scale])


@dataclass(frozen=True, eq=False)
class Used:
    """See `Fitted`: whether an offer is used, whatever its depth."""

    model: RidgeT

    def effects(self, features: Floats, offers: Sequence[Terms], scope: Floats | None = None) -> Floats:
        """See `Fitted`."""
        del scope
        given = np.array([float(bool(one.kind)) for one in offers])
        return np.outer(self.model.predict(features)[:, 0, 0], given)


class UsedLearner:
    """The estimator of redemption; see `Used`."""

    def fit(self, evidence: Evidence, seed: int) -> Used:
        """See `Estimator`; nothing in it is drawn."""
        del seed
        told = evidence.of(evidence.action > 0)
        return Used(RidgeT.fit(told.features, np.zeros_like(told.action), told.outcome[:, None], 1))
