"""Appetite plus sensitivity times depth, both learned by boosted trees that take turns.

    g(E[y | x, offer]) = a(x) + s(x, offer) x depth

g is the logit for purchases, the logarithm for counts and the identity for amounts. Where an offer was tested at
several depths, s = exp(b) is above 0, so that the outcome never falls as the depth grows; otherwise s = b may have
either sign. a and b start as constants; each round adds a tree to a, then one to b, by their own gradients. What one
model per offer must learn again for each, a learns from all rows; b, of which the data say little, has smaller trees
and a gradient to which errors of a do not matter (`backfitting`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from offerloop.arrays import Floats
from offerloop.response.estimators.backfitting import Backfitting, Start
from offerloop.response.estimators.calibration import moments
from offerloop.response.estimators.levels import OutcomeKind, OutcomeLevels, against_none
from offerloop.response.estimators.s_learner import LEFT_OUT, MOST_ROWS, amounts
from offerloop.response.evidence import Evidence, Fitted
from offerloop.response.scores import draw_folds
from offerloop.response.terms import Coding, OfferTerms


@dataclass(frozen=True, eq=False)
class Structured:
    """See `OutcomeLevels`."""

    coding: Coding
    kind: OutcomeKind
    start: Start
    appetite: Any
    sensitivity: Any

    def expected(self, features: Floats, offers: Sequence[OfferTerms]) -> Floats:
        """See `OutcomeLevels`."""
        a = self.start.appetite + self._sum(self.appetite, features)
        terms = self.coding.columns(offers)
        alike = np.unique(terms[:, 1:], axis=0, return_inverse=True)[1].ravel()
        expected = np.empty((len(features), len(offers)))
        for family in np.unique(alike):
            own_places = np.flatnonzero(alike == family)
            rest = np.tile(terms[own_places[0], 1:], (len(features), 1))
            s = self.start.slope(self._sum(self.sensitivity, np.column_stack([features, rest])))
            expected[:, own_places] = moments(a[:, None] + s[:, None] * terms[own_places, 0], self.kind)[0]
        return expected

    def _sum(self, trees: Any, x: Floats) -> Floats:  # noqa: ANN401 - a booster
        return np.asarray(trees.predict(x, raw_score=True, num_threads=1))


class StructuredLearner:
    """The structured learner."""

    def fit(self, evidence: Evidence, seed: int) -> Fitted:
        """See `Estimator`."""
        return against_none(evidence, lambda part, kind: taught(part, kind, seed), lambda part: amounts(part, seed))


def taught(evidence: Evidence, kind: OutcomeKind, seed: int) -> OutcomeLevels:
    """The rounds that are best on the left-out part, then as many on all rows."""
    rng = np.random.default_rng(seed)
    evidence = evidence.at_most(MOST_ROWS, rng)
    out = draw_folds(evidence.size, LEFT_OUT, rng, evidence.customer) == 0
    best = Backfitting.of(evidence.of(~out), kind, seed, evidence.of(out)).best_rounds()
    whole = Backfitting.of(evidence, kind, seed)
    for _ in range(best):
        whole.turn()
    return Structured(evidence.coding, kind, whole.start, whole.boosters["appetite"], whole.boosters["sensitivity"])
