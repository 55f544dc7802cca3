"""A T-learner (Künzel et al. 2019) of ridge regressions (Hoerl and Kennard 1970), in closed form."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import add

import numpy as np

from offerloop.arrays import Floats, Ints
from offerloop.response.estimators.penalised import NEARLY, spread, standardised
from offerloop.response.evidence import Evidence, PerOffer

PENALTY = 50.0
"""Counts like so many rows of standardised features without any slope; the level of an action is not held back."""


@dataclass(frozen=True, eq=False)
class _Sums:
    """Sums over rows by action; those of several folds can be added."""

    rows: Floats
    """(K,)."""
    x: Floats
    """(K, p)."""
    y: Floats
    """(K, m)."""
    xx: Floats
    """(K, p, p)."""
    xy: Floats
    """(K, p, m)."""
    low: Floats
    high: Floats
    """(p,): the range of each feature."""

    @classmethod
    def of(cls, x: Floats, action: Ints, outcomes: Floats, actions: int) -> _Sums:
        """Build it from features in common units (n, p), actions (n,) and outcomes (n, m)."""
        own = [(x[rows], outcomes[rows]) for rows in (action == k for k in range(actions))]
        return cls(
            np.array([float(len(one)) for one, _ in own]),
            np.stack([one.sum(axis=0) for one, _ in own]),
            np.stack([y.sum(axis=0) for _, y in own]),
            np.stack([one.T @ one for one, _ in own]),
            np.stack([one.T @ y for one, y in own]),
            x.min(axis=0, initial=np.inf),
            x.max(axis=0, initial=-np.inf),
        )

    def __add__(self, other: _Sums) -> _Sums:
        summed = {name: getattr(self, name) + getattr(other, name) for name in _SUMMED}
        return _Sums(**summed, low=np.minimum(self.low, other.low), high=np.maximum(self.high, other.high))


_SUMMED = ("rows", "x", "y", "xx", "xy")
_ROUNDING = 1e-7
"""A standard deviation that is no more of the mean is what rounding leaves of the difference of two squares."""


@dataclass(frozen=True, eq=False)
class RidgeT:
    """Expected outcomes of each of K actions by p features."""

    centre: Floats
    scale: Floats
    """(p,): mean and standard deviation of the features; infinite for a column that is constant."""
    low: Floats
    high: Floats
    """(p,): the range of the features; what lies beyond says no more than its end."""
    level: Floats
    """(K, m): expected outcomes at the mean of the features."""
    slope: Floats
    """(K, p, m)."""

    @classmethod
    def fit(cls, features: Floats, action: Ints, outcomes: Floats, actions: int, penalty: float = PENALTY) -> RidgeT:
        """Build it from features (n, p), positions of actions (n,) and outcomes (n, m).

        An action that nobody had gets the mean of all rows.
        """
        reference, unit = features.mean(axis=0), spread(features)
        sums = _Sums.of((features - reference) / unit, action, outcomes, actions)
        return cls._solved(sums, reference, unit, penalty)

    @classmethod
    def _solved(cls, sums: _Sums, reference: Floats, unit: Floats, penalty: float = PENALTY) -> RidgeT:
        """Build it from sums of features in units from a reference, (p,) both."""
        n = sums.rows.sum()
        mean = sums.x.sum(axis=0) / n
        deviation = np.sqrt(np.maximum(np.einsum("kpp->p", sums.xx) / n - mean**2, 0.0))
        finite = np.where(np.isfinite(unit), unit, 0.0)
        low, high = reference + sums.low * finite, reference + sums.high * finite
        varies = (high - low > NEARLY * np.maximum(np.abs(low), np.abs(high))) & (deviation > _ROUNDING * np.abs(mean))
        inner = np.where(varies, deviation, np.inf)
        level = np.tile(sums.y.sum(axis=0) / n, (len(sums.rows), 1))
        slope = np.zeros(sums.xy.shape)
        for k in np.flatnonzero(sums.rows):
            own, y = sums.x[k] / sums.rows[k], sums.y[k] / sums.rows[k]
            square = (sums.xx[k] - np.outer(sums.x[k], own)) / np.outer(inner, inner)
            product = (sums.xy[k] - np.outer(sums.x[k], y)) / inner[:, None]
            slope[k] = np.linalg.solve(square + penalty * np.eye(len(mean)), product)
            level[k] = y - ((own - mean) / inner) @ slope[k]
        scale = np.where(varies, inner, 1.0) * np.where(varies, unit, np.inf)
        return cls(reference + mean * finite, scale, low, high, level, slope)

    def predict(self, features: Floats) -> Floats:
        """Expected outcomes (n, K, m)."""
        x = standardised(np.clip(features, self.low, self.high), self.centre, self.scale)
        slopes = self.slope.transpose(1, 0, 2).reshape(x.shape[1], -1)
        return self.level + (x @ slopes).reshape(len(x), *self.level.shape)


def predict_out_of_fold(features: Floats, action: Ints, outcomes: Floats, actions: int, fold: Ints) -> Floats:
    """Return expected outcomes (n, K, m) of each row by a fit on the other folds; `fold` (n,) numbers the folds.

    A fit needs no row of the other folds, only sums over each of them.
    """
    reference, unit = features.mean(axis=0), spread(features)
    places = [np.flatnonzero(fold == one) for one in np.unique(fold)]
    sums = [
        _Sums.of(standardised(features[own], reference, unit), action[own], outcomes[own], actions) for own in places
    ]
    predictions = np.empty((len(action), actions, outcomes.shape[1]))
    for k, own in enumerate(places):
        others = reduce(add, (one for j, one in enumerate(sums) if j != k))
        predictions[own] = RidgeT._solved(others, reference, unit).predict(features[own])
    return predictions


@dataclass(frozen=True, eq=False)
class RidgeEffects(PerOffer):
    """Differences of the regressions."""

    model: RidgeT

    def tested(self, features: Floats) -> Floats:
        """See `PerOffer`."""
        expected = self.model.predict(features)[:, :, 0]
        return expected - expected[:, :1]


class RidgeTLearner:
    """The ridge T-learner."""

    def fit(self, evidence: Evidence, seed: int) -> RidgeEffects:
        """See `Estimator`; nothing in it is drawn."""
        del seed
        model = RidgeT.fit(evidence.features, evidence.action, evidence.outcome[:, None], len(evidence.offers))
        return RidgeEffects(evidence.coding, model)
