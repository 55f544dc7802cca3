"""R-learner of a dose (Nie and Wager 2021, "Quasi-oracle estimation of heterogeneous treatment effects").

    y_i - m(x_i) = sum over offers k (1[i got k] - e_ik) t_ik + noise
    t_ik = depth_k (a_f + (x_i - mean) . b_f)

with e the propensity of each offer, m the expected outcome whatever is given, predicted by other folds, and f the
family of an offer (offers that differ in depth alone). Slopes b are a ridge whose penalty leaves the least error on
left-out rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from offerloop.arrays import Floats
from offerloop.response.estimators.penalised import Standardised, least_left_out
from offerloop.response.estimators.ridge_t import predict_out_of_fold
from offerloop.response.evidence import Evidence
from offerloop.response.scores import draw_folds
from offerloop.response.terms import Coding, OfferTerms

PARTS = 5
"""Folds in which outcomes are predicted."""


@dataclass(frozen=True, eq=False)
class DoseSlopes:
    """Effects in proportion to depth."""

    coding: Coding
    scaled: Standardised
    level: Floats
    """(families,): effect of a unit of depth at the mean of the features."""
    slope: Floats
    """(p, families): coefficients of standardised features."""

    def effects(self, features: Floats, offers: Sequence[OfferTerms]) -> Floats:
        """See `Fitted`."""
        self.coding.weights(offers)
        return (self.level + self.scaled.applied(features) @ self.slope) @ doses(self.coding, offers).T


class RLearner:
    """The residual-on-residual learner (R-learner)."""

    def fit(self, evidence: Evidence, seed: int) -> DoseSlopes:
        """Learn from decisions; see `Estimator`."""
        fold = draw_folds(evidence.size, PARTS, np.random.default_rng(seed), evidence.customer)
        nobody = np.zeros_like(evidence.action)
        expected = predict_out_of_fold(evidence.features, nobody, evidence.outcome[:, None], 1, fold)[:, 0, 0]
        left = evidence.outcome - expected
        treatment_residual = np.eye(len(evidence.offers))[evidence.action] - evidence.propensity
        dosed = treatment_residual @ doses(evidence.coding, evidence.offers)
        level: Floats = np.asarray(np.linalg.lstsq(dosed, left, rcond=None)[0], dtype=np.float64)
        scaled = Standardised.of(evidence.features)
        x = scaled.applied(evidence.features)
        slope = least_left_out(x, (left - dosed @ level)[:, None], dosed)[:, 0]
        return DoseSlopes(evidence.coding, scaled, level, slope.reshape(-1, x.shape[1]).T)


def doses(coding: Coding, offers: Sequence[OfferTerms]) -> Floats:
    """(offers, families): depth in the offer's own family, 0 in others."""
    return np.array([[one.depth * (one.family == family) for family in coding.families] for one in offers])
