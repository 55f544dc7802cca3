"""Offers that are one discount at several depths, in the form that a small log can tell.

    effect of depth d on customer i = h_i m (any min(d / lowest, 1) + slope (start_i (d - d^2 / 2D) + end_i d^2 / 2D))

h m is what is expected of the customer whatever is shown (`usual`), D the greatest depth. Everybody's purchases grow
by the same share, `any` for being shown an offer at all and `slope` for more depth, unless customers show otherwise:
start = 1 + z . a at low and end = 1 + z . b at great depth, from features z within LIMIT, with a and b as far as the
log supports them. Nothing is below 0, because more must not bring less.

`any` and `slope` are posterior means under LIKELY, drawn to little: effects of their own for customers, or luck taken
for what depth brings, would have a plan give too few customers too deep discounts.

A discount takes off its depth of what it covers, which is what customers buy anyway and what more of it they buy:

    discount_i(d) = d h_i G exp(growth d),     growth ~ N(0, BELIEVED^2), not below 0

with the mean of G exp(growth d) over what is likely. It is in proportion to the same h as the effect: of whom one is
overestimated the other is too, so that a plan cannot seek out those whose costs are underestimated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from offerloop.response.evidence import Evidence
from offerloop.response.ridge_t import RidgeT
from offerloop.response.terms import Coding, Floats, Terms
from offerloop.response.usual import Usual, noise, supported, weighted

GRID, REACH = 300, 6.0
"""Points of each axis of the posterior, and how many standard errors beyond the estimate it ends."""
NAME = "curve"
LIKELY = (0.05, 1.0)
"""Standard deviations of `any` and `slope` beforehand: being shown an offer changes little, and a discount of the whole
price might double what is left."""
BELIEVED = 1.0
"""Standard deviation of growth beforehand: a discount of the whole price might cover e times as much."""
GROWTHS = np.linspace(0.0, 6.0, 121)
LIMIT = 2.0
"""Standard deviations beyond which a feature says no more: straight lines are not believed there."""


def is_ladder(offers: Sequence[Terms]) -> bool:
    """Whether all offers are depths of one discount, on the same things."""
    coding = Coding.of(offers)
    return len(coding.families) == 1 and coding.monotone


@dataclass(frozen=True, eq=False)
class Curve:
    """See `Fitted`."""

    coding: Coding
    usual: Usual
    centre: Floats
    """(p,): of the features within LIMIT, over what is bought."""
    at: Floats
    """(2,): any, slope."""
    own: Floats
    """(p, 2): a, b."""

    def effects(self, features: Floats, offers: Sequence[Terms], scope: Floats | None = None) -> Floats:
        """See `Fitted`; scopes are not looked at."""
        del scope
        self.coding.weights(offers)
        ends = np.maximum(1 + (_limited(self.usual, features) - self.centre) @ self.own, 0.0)
        told, steepness = _told(self.coding, offers), _steepness(self.coding, offers)
        shares = self.at[0] * told + self.at[1] * ends @ steepness.T
        found: Floats = self.usual.mean * self.usual.over_mean(features)[:, None] * shares
        return found


class CurveLearner:
    """The estimator of effects; see the module."""

    def fit(self, evidence: Evidence, seed: int) -> Curve:
        """See `Estimator`; nothing in it is drawn."""
        del seed
        y, coding, offers = evidence.outcome, evidence.coding, evidence.offers
        usual = Usual.fit(evidence.features, y)
        h, z = usual.over_mean(evidence.features), _limited(usual, evidence.features)
        variance, unit = noise(h, y - usual.mean * h), usual.mean * h[:, None]
        bends = _steepness(coding, offers)
        steps = np.column_stack([_told(coding, offers), bends.sum(axis=1)])
        x = np.column_stack([np.ones_like(h), h, usual.traits(evidence.features), unit * _surprise(evidence, steps)])
        found, covariance = weighted(x, y, variance)
        at = not_below_zero(*_drawn(found[-2:], covariance[-2:, -2:]))
        left = y - x[:, :-2] @ found[:-2] - x[:, -2:] @ at
        centre = np.average(z, axis=0, weights=h) if h.any() else z.mean(axis=0)
        bend = at[1] * unit * _surprise(evidence, bends)
        each = ((z - centre)[:, :, None] * bend[:, None, :]).reshape(len(y), -1)
        customer = np.arange(len(y)) if evidence.customer is None else evidence.customer
        return Curve(coding, usual, centre, at, supported(each, left, variance, customer).reshape(-1, 2))


def _limited(usual: Usual, features: Floats) -> Floats:
    return np.clip(usual.traits(features), -LIMIT, LIMIT)


def _told(coding: Coding, offers: Sequence[Terms]) -> Floats:
    """(offers,): whether there is an offer, by parts below the lowest tested depth."""
    lowest = min(one.depth for one in coding.tested if one.kind)
    return np.minimum(np.array([one.depth for one in offers]) / lowest, 1.0)


def _steepness(coding: Coding, offers: Sequence[Terms]) -> Floats:
    """(offers, 2): what of the depth counts as low and what as great; their sum is the depth."""
    depth = np.array([one.depth for one in offers])
    great = depth**2 / (2 * max(one.depth for one in coding.tested))
    return np.column_stack([depth - great, great])


def _surprise(evidence: Evidence, steps: Floats) -> Floats:
    """(n, q): steps (K, q) of the offer given, less their mean over the lot: what chance alone decided."""
    found: Floats = steps[evidence.action] - evidence.chance @ steps
    return found


def _drawn(estimate: Floats, covariance: Floats) -> tuple[Floats, Floats]:
    """Mean and covariance with what is LIKELY."""
    precision = np.linalg.pinv(covariance)
    drawn = np.linalg.inv(precision + np.diag(np.array(LIKELY) ** -2.0))
    return drawn @ precision @ estimate, drawn


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
    usual: Usual
    amount: Floats
    """By growth G, times how likely that growth is."""

    def effects(self, features: Floats, offers: Sequence[Terms], scope: Floats | None = None) -> Floats:
        """See `Fitted`; scopes are not looked at."""
        del scope
        self.coding.weights(offers)
        depth = np.array([one.depth for one in offers])
        return np.outer(self.usual.over_mean(features), depth * (np.exp(np.outer(depth, GROWTHS)) @ self.amount))


class CoveredLearner:
    """The estimator of discounts; see the module."""

    def fit(self, evidence: Evidence, seed: int) -> Covered:
        """See `Estimator`; nothing in it is drawn."""
        del seed
        value = evidence.outcome if evidence.value is None else evidence.value  # discounts are in proportion to both
        usual, told = Usual.fit(evidence.features, value), evidence.of(evidence.action > 0)
        plain, y = usual.over_mean(told.features) * told.depth, told.outcome
        size = max(float(plain.mean()), 1e-300)
        variance = noise(plain / size, y - plain * float(y.sum()) / max(float(plain.sum()), 1e-300))
        covered = plain[:, None] * np.exp(np.outer(told.depth, GROWTHS))
        squares = np.maximum((covered**2 / variance[:, None]).sum(axis=0), 1e-300)
        amount = covered.T @ (y / variance) / squares
        likely = 0.5 * (amount**2 * squares - (GROWTHS / BELIEVED) ** 2)
        share = np.exp(likely - likely.max())
        return Covered(evidence.coding, usual, np.maximum(amount, 0.0) * share / share.sum())


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
