"""Effects of every estimator on customers whom it has not seen, and how reliable they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from offerloop.arrays import Floats, Ints
from offerloop.response.evidence import Estimator, Evidence, FixedAmounts, learned
from offerloop.response.scores import draw_folds, expected_outcomes, robust_scores
from offerloop.response.trial.fold_calibration import drawn_to, shrunk_slope
from offerloop.response.trial.spread import cluster_sums, standard_error

N_FOLDS = 5
"""Folds of a division of the customers."""


@dataclass(frozen=True, eq=False)
class HeldOutPredictions:
    """One outcome, seen by models of other customers, for several divisions into folds."""

    fold: Ints
    """(divisions, n)."""
    expected: Floats
    """(n, K): outcome under each offer by ridge regressions, a mean over the divisions."""
    scores: Floats
    """(n, K): doubly robust, with these expectations."""
    left: Floats
    """(n,): outcome less what is expected of it whatever is given."""
    treatment_residual: Floats
    """(n, K): 1 for the offer given, less the propensities."""
    raw: Mapping[str, Floats]
    """Effects (divisions, n, K) by estimator."""
    shrunk: Mapping[str, Floats]
    """Effects (divisions, n, K) by estimator, shrunk towards what left-out customers show."""
    whose: Ints | None = None
    """(n,): clusters of rows."""

    @property
    def effect(self) -> Floats:
        """(n, K): differences of the scores from no offer."""
        return self.scores - self.scores[:, :1]

    def line(self, name: str) -> Calibration:
        """Return an estimator's calibration over all customers: what a model of all of them is drawn by."""
        return Calibration.of(self.raw[name].mean(axis=0), self.effect, self.whose)


@dataclass(frozen=True, eq=False)
class Calibration:
    """Realised effect as a line over the predicted one, an offer each: level + slope x (prediction - centre).

    The slope lies between 0 and 1 and is shrunk towards 0 by its uncertainty (positive-part James and Stein 1961):
    where predictions tell nothing, everybody is given the mean effect of the offer.
    """

    centre: Floats
    level: Floats
    slope: Floats
    level_se: Floats
    slope_se: Floats
    """(K,) each."""

    @classmethod
    def of(cls, prediction: Floats, realised: Floats, whose: Ints | None = None) -> Calibration:
        """Compare effects (n, K) predicted for customers who were left out with their doubly robust differences.

        `whose` (n,) are clusters of rows, which errors then come from.
        """
        centre, level = prediction.mean(axis=0), realised.mean(axis=0)
        x, y = prediction - centre, realised - level
        squares = (x * x).sum(axis=0)
        usable = squares > 1e-12 * len(x) * np.maximum(level**2, 1e-12)
        inner = np.where(usable, squares, 1.0)
        slope = np.where(usable, (x * y).sum(axis=0) / inner, 0.0)
        contributions = x * (y - slope * x)
        level_se: Floats = realised.std(axis=0) / np.sqrt(len(x))
        if whose is not None:
            contributions = cluster_sums(contributions, whose)
            level_se = np.array([standard_error(one, whose) for one in realised.T])
        slope_se = np.where(usable, np.sqrt((contributions**2).sum(axis=0)) / inner, 0.0)
        return cls(centre, level, shrunk_slope(slope, slope_se), level_se, slope_se)

    def applied(self, prediction: Floats) -> Floats:
        """Effects (n, K) drawn towards what was realised."""
        return self.level + self.slope * (prediction - self.centre)

    def se(self, prediction: Floats) -> Floats:
        """(n, K): rough standard errors: what level and slope are uncertain by, not what the features leave out."""
        return np.sqrt(self.level_se**2 + (self.slope_se * (prediction - self.centre)) ** 2)


def held_out(
    evidence: Evidence, estimators: Mapping[str, Estimator], fold: Ints, seed: int, on_fold: Callable[[], None]
) -> HeldOutPredictions:
    """Fit every estimator on all folds but one and predict that one, for every division; `on_fold` after each fit."""
    fixed = FixedAmounts.of(evidence)
    if fixed is None:
        raw = _predicted(evidence, estimators, fold, seed, on_fold)
    else:
        amounts = fixed.effects(evidence.features, evidence.offers)
        raw = dict.fromkeys(estimators, np.tile(amounts, (len(fold), 1, 1)))
        for _ in range(len(fold) * N_FOLDS * len(estimators)):
            on_fold()
    expected = np.mean([expected_outcomes(evidence, folds) for folds in fold], axis=0)
    scores = robust_scores(evidence, expected)
    effect = scores - scores[:, :1]
    return HeldOutPredictions(
        fold=fold,
        expected=expected,
        scores=scores,
        left=evidence.outcome - (evidence.propensity * expected).sum(axis=1),
        treatment_residual=np.eye(len(evidence.offers))[evidence.action] - evidence.propensity,
        raw=raw,
        shrunk=raw
        if fixed is not None
        else {name: drawn_to(one, effect, fold, evidence.customer) for name, one in raw.items()},
        whose=evidence.customer,
    )


def _predicted(
    evidence: Evidence, estimators: Mapping[str, Estimator], fold: Ints, seed: int, on_fold: Callable[[], None]
) -> dict[str, Floats]:
    """Return effects (divisions, n, K) on customers of each fold by models of the others, by estimator."""
    raw = {name: np.empty((*fold.shape, len(evidence.offers))) for name in estimators}
    for division, folds in enumerate(fold):
        for held_fold in np.unique(folds):
            out = np.flatnonzero(folds == held_fold)
            inside, features = evidence.of(np.flatnonzero(folds != held_fold)), evidence.features[out]
            for name, estimator in estimators.items():
                raw[name][division, out] = learned(estimator, inside, seed).effects(features, evidence.offers)
                on_fold()
    return raw


def divisions(n: int, number: int, seed: int, customer: Ints | None = None) -> Ints:
    """(number, n): folds, drawn anew for each division; rows of one `customer` (n,), numbered from 0, stay together."""
    rng = np.random.default_rng(seed)
    if customer is None:
        return np.stack([draw_folds(n, N_FOLDS, rng) for _ in range(number)])
    size = int(customer.max()) + 1
    return np.stack([draw_folds(size, N_FOLDS, rng)[customer] for _ in range(number)])
