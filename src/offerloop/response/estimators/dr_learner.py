"""DR-learner (Kennedy 2023, "Towards optimal doubly robust estimation of heterogeneous causal effects").

Differences of doubly robust scores, cross-fitted, are regressed on the features; here by a ridge whose penalty leaves
the least error on left-out rows, so that effects are alike where the data show no difference.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from offerloop.arrays import Floats
from offerloop.response.estimators.penalised import Standardised, least_left_out
from offerloop.response.evidence import Evidence, PerOffer
from offerloop.response.scores import draw_folds, expected_outcomes, robust_scores

PARTS = 5
"""Folds in which outcomes are predicted."""


@dataclass(frozen=True, eq=False)
class Linear(PerOffer):
    """Effects that are linear in the features."""

    scaled: Standardised
    level: Floats
    """(K,): mean effects."""
    slope: Floats
    """(p, K): coefficients of standardised features."""

    def tested(self, features: Floats) -> Floats:
        """Return the effects (n, K) of tested offers; see `PerOffer`."""
        return self.level + self.scaled.applied(features) @ self.slope


class DRLearner:
    """The doubly robust learner (DR-learner)."""

    def fit(self, evidence: Evidence, seed: int) -> Linear:
        """Learn from decisions; see `Estimator`."""
        fold = draw_folds(evidence.size, PARTS, np.random.default_rng(seed), evidence.customer)
        scores = robust_scores(evidence, expected_outcomes(evidence, fold))
        effect = scores - scores[:, :1]
        level, scaled = effect.mean(axis=0), Standardised.of(evidence.features)
        x = scaled.applied(evidence.features)
        slopes = least_left_out(x, (effect - level)[:, 1:])
        return Linear(evidence.coding, scaled, level, np.column_stack([np.zeros(x.shape[1]), slopes]))
