"""Who buys anyway: a model of the outcome that knows of no effect, the baseline that every estimator has to beat.

    effect of offer k on customer i = mean effect of k x b(x_i) / mean of b

as if everybody bought the same share more. b is a ridge regression on all rows, the level of each offer taken out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from offerloop.arrays import Floats
from offerloop.response.estimators.ridge_t import RidgeT
from offerloop.response.evidence import Evidence, PerOffer


@dataclass(frozen=True, eq=False)
class Proportional(PerOffer):
    """A relative effect that is the same for all customers."""

    model: RidgeT
    mean_effect: Floats
    """(K,)."""
    mean_baseline: float

    def baseline(self, features: Floats) -> Floats:
        """(n,): the outcome without an offer."""
        return self.model.predict(features)[:, 0, 0]

    def tested(self, features: Floats) -> Floats:
        """See `PerOffer`."""
        return np.outer(self.baseline(features) / self.mean_baseline, self.mean_effect)


class OutcomeModel:
    """The estimator of proportional effects."""

    def fit(self, evidence: Evidence, seed: int) -> Proportional:
        """See `Estimator`; nothing in it is drawn."""
        del seed
        return proportional(evidence)


def proportional(evidence: Evidence) -> Proportional:
    """Fit proportional effects."""
    action, y = evidence.action, evidence.outcome
    counts = np.maximum(np.bincount(action, minlength=len(evidence.offers)), 1)
    level = np.bincount(action, weights=y, minlength=len(evidence.offers)) / counts
    flat = (y - level[action] + level[0])[:, None]
    model = RidgeT.fit(evidence.features, np.zeros_like(action), flat, 1)
    mean = level[0] if abs(level[0]) > 0 else 1.0
    return Proportional(evidence.coding, model, level - level[0], float(mean))
