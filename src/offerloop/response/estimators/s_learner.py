"""S-learner (Künzel et al. 2019): boosted trees of features and offer terms, which never fall as the depth grows.

A part of the rows is left out first: there the number of trees is chosen (early stopping) and predictions calibrated
(Platt 1999 for probabilities, a line through the others); then all rows are learned from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from offerloop.arrays import Floats
from offerloop.response.estimators.calibration import CalibrationLine
from offerloop.response.estimators.levels import Amounts, ConstantLevel, OutcomeKind, OutcomeLevels, against_none
from offerloop.response.evidence import Evidence, Fitted
from offerloop.response.scores import draw_folds
from offerloop.response.terms import Coding, OfferTerms

ROUNDS, PATIENCE = 300, 20
"""Trees at most; where so many bring nothing on rows that were left out, learning ends."""
LEFT_OUT = 5
"""One part in so many is left out first."""
FEW = 20
"""With fewer amounts all are taken as alike."""
MOST_ROWS = 400_000
"""Learned from at most; drawn at random."""
SETTINGS = {
    "learning_rate": 0.1,
    "num_leaves": 8,
    "min_data_in_leaf": 100,
    "lambda_l2": 1.0,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "verbose": -1,
}
OBJECTIVES: dict[OutcomeKind, str] = {"binary": "binary", "count": "poisson", "amount": "regression"}


@dataclass(frozen=True, eq=False)
class Trees:
    """See `OutcomeLevels`."""

    coding: Coding | None
    """None where the terms of the offer are not looked at."""
    model: Any
    line: CalibrationLine

    def expected(self, features: Floats, offers: Sequence[OfferTerms]) -> Floats:
        """See `OutcomeLevels`."""
        terms = np.zeros((len(offers), 0)) if self.coding is None else self.coding.columns(offers)
        alike, place = np.unique(terms, axis=0, return_inverse=True)
        return np.column_stack([self._under_terms(features, row) for row in alike])[:, place.ravel()]

    def _under_terms(self, features: Floats, terms: Floats) -> Floats:
        table = np.column_stack([features, np.tile(terms, (len(features), 1))])
        return self.line.applied(self.model.predict(table, raw_score=True, num_threads=1))


class SLearner:
    """The learner with a single model (S-learner)."""

    def fit(self, evidence: Evidence, seed: int) -> Fitted:
        """See `Estimator`."""
        return against_none(
            evidence, lambda part, kind: grown(part, kind, part.coding, seed), lambda part: amounts(part, seed)
        )


def amounts(evidence: Evidence, seed: int) -> Amounts:
    """What those who have any outcome have, by trees that do not look at the offer."""
    if evidence.size < FEW or not np.ptp(evidence.outcome):
        return Amounts.of(evidence, ConstantLevel(float(evidence.outcome.mean())))
    return Amounts.of(evidence, grown(evidence, "amount", None, seed))


def grown(evidence: Evidence, kind: OutcomeKind, coding: Coding | None, seed: int) -> OutcomeLevels:
    """Trees of one part of the outcome."""
    import lightgbm

    rng = np.random.default_rng(seed)
    evidence = evidence.at_most(MOST_ROWS, rng)
    terms = np.zeros((len(evidence.offers), 0)) if coding is None else coding.columns(evidence.offers)
    x = np.column_stack([evidence.features, terms[evidence.action]])
    never_falls = np.zeros(x.shape[1], dtype=np.int64)
    if coding is not None:
        never_falls[-terms.shape[1]] = coding.monotone  # the depth comes first among the terms
    settings = SETTINGS | {
        "objective": OBJECTIVES[kind], "monotone_constraints": never_falls.tolist(), "seed": seed,
        "min_data_in_leaf": max(5, min(100, evidence.size // 50)),
    }  # fmt: skip
    out = draw_folds(evidence.size, LEFT_OUT, rng, evidence.customer) == 0
    inside, outside = (lightgbm.Dataset(x[rows], evidence.outcome[rows], free_raw_data=False) for rows in (~out, out))
    stop = lightgbm.early_stopping(PATIENCE, verbose=False)
    first = lightgbm.train(settings, inside, ROUNDS, valid_sets=[outside], callbacks=[stop])
    raw = np.asarray(first.predict(x[out], raw_score=True, num_threads=1), dtype=np.float64)
    model = lightgbm.train(settings, lightgbm.Dataset(x, evidence.outcome), max(first.best_iteration, 1))
    return Trees(coding, model, CalibrationLine.fitted(raw, evidence.outcome[out], kind))
