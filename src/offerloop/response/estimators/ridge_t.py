"""A T-learner (Künzel et al. 2019) of ridge regressions (Hoerl and Kennard 1970), in closed form."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from offerloop.arrays import Floats, Ints
from offerloop.response.estimators.penalised import spread
from offerloop.response.evidence import Evidence, PerOffer

PENALTY = 50.0
"""Counts like so many rows of standardised features without any slope; the level of an action is not held back."""


@dataclass(frozen=True, eq=False)
class RidgeT:
    """Expected outcomes of each of K actions by p features."""

    centre: Floats
    scale: Floats
    """(p,): mean and standard deviation of the features; infinite for a column that is constant."""
    level: Floats
    """(K, m): expected outcomes at the mean of the features."""
    slope: Floats
    """(K, p, m)."""

    @classmethod
    def fit(cls, features: Floats, action: Ints, outcomes: Floats, actions: int, penalty: float = PENALTY) -> RidgeT:
        """From features (n, p), positions of actions (n,) and outcomes (n, m).

        An action that nobody had gets the mean of all rows.
        """
        centre, scale = features.mean(axis=0), spread(features)
        x = (features - centre) / scale
        level = np.tile(outcomes.mean(axis=0), (actions, 1))
        slope = np.zeros((actions, x.shape[1], outcomes.shape[1]))
        for k in np.unique(action):
            own, y = x[action == k], outcomes[action == k]
            off = own - own.mean(axis=0)
            slope[k] = np.linalg.solve(off.T @ off + penalty * np.eye(x.shape[1]), off.T @ y)
            level[k] = y.mean(axis=0) - own.mean(axis=0) @ slope[k]
        return cls(centre, scale, level, slope)

    def predict(self, features: Floats) -> Floats:
        """Expected outcomes (n, K, m)."""
        return self.level + np.einsum("np,kpm->nkm", (features - self.centre) / self.scale, self.slope)


def predict_out_of_fold(features: Floats, action: Ints, outcomes: Floats, actions: int, fold: Ints) -> Floats:
    """Return expected outcomes (n, K, m) of each row by a fit on the other folds; `fold` (n,) numbers the folds."""
    predictions = np.empty((len(action), actions, outcomes.shape[1]))
    for held_fold in np.unique(fold):
        own = fold == held_fold
        predictions[own] = RidgeT.fit(features[~own], action[~own], outcomes[~own], actions).predict(features[own])
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
