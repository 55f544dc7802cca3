"""Doubly robust scores: for each row and offer a number whose mean is what the offer would bring.

    score_ik = q_ik + 1[i got k] / e_ik (y_i - q_ik)

with e the propensity of the offer and q a prediction that has not seen row i (Robins, Rotnitzky and Zhao 1994; q here
by ridge regressions of each offer on the other folds). Where propensities are right the mean is, whatever the
predictions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from offerloop.arrays import Floats, Ints
from offerloop.response.estimators.ridge_t import RidgeT, predict_out_of_fold
from offerloop.response.evidence import Evidence, FixedAmounts


def draw_folds(n: int, parts: int, rng: np.random.Generator, whose: Ints | None = None) -> Ints:
    """Return a random fold (n,) of each row; folds are as equal in size as possible.

    Rows of one cluster `whose` (n,) stay together, unless there are fewer clusters than folds.
    """
    if whose is not None:
        numbers, whose = np.unique(whose, return_inverse=True)
        if len(numbers) >= parts:
            return draw_folds(len(numbers), parts, rng)[whose]
    return rng.permutation(n) % parts


def expected_outcomes(evidence: Evidence, fold: Ints) -> Floats:
    """Return the expected outcome (n, K) of every offer, q; it is known where it is fixed for each offer."""
    if (fixed := FixedAmounts.of(evidence)) is not None:
        return fixed.tested(evidence.features) + fixed.base
    outcome = evidence.outcome[:, None]
    return predict_out_of_fold(evidence.features, evidence.action, outcome, len(evidence.offers), fold)[:, :, 0]


@dataclass(frozen=True, eq=False)
class ExpectedOutcomes:
    """The expected outcomes of other customers, by what some have shown."""

    model: FixedAmounts | RidgeT

    @classmethod
    def of(cls, evidence: Evidence) -> ExpectedOutcomes:
        """Build it from all rows of the evidence."""
        fixed, outcome = FixedAmounts.of(evidence), evidence.outcome[:, None]
        return cls(fixed or RidgeT.fit(evidence.features, evidence.action, outcome, len(evidence.offers)))

    def predict(self, features: Floats) -> Floats:
        """(n, K): of every offer."""
        if isinstance(self.model, FixedAmounts):
            return self.model.tested(features) + self.model.base
        return self.model.predict(features)[:, :, 0]


def robust_scores(evidence: Evidence, expected: Floats) -> Floats:
    """Return the scores (n, K), given q."""
    rows = np.arange(evidence.size)
    scores = expected.copy()
    got = evidence.action
    scores[rows, got] += (evidence.outcome - expected[rows, got]) / evidence.propensity[rows, got]
    return scores
