"""Who responds more: an R-learner of the slope of an outcome on exposure, cross-fitted by customer.

Nie and Wager (2021), "Quasi-oracle estimation of heterogeneous treatment effects", Biometrika 108(2). Both
residuals are those of design B (free of pair and category-week effects), so the loss of one pair is
sum_w (y - slope x)^2, which depends on the pair only through sum x y and sum x^2: one row per pair is enough.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from offerloop.arrays import Floats, Ints
from offerloop.response.shelf.fixed_effects import Fit, Groups, regress, within

ROUNDS = 150
PARAMETERS = {
    "objective": "regression",
    "learning_rate": 0.03,
    "num_leaves": 15,
    "min_data_in_leaf": 500,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "feature_fraction": 0.7,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,  # waiting threads of a busy machine cost far more than a second one gains
    "verbose": -1,
}
FEWEST_PAIRS = 1_000
"""Fewer pairs per fold cannot show who responds more."""


@dataclass(frozen=True)
class SlopeModels:
    """An R-learner of each of two halves of the customers, and how its predictions held in the other half."""

    models: tuple[object, object]
    """`models[k]` was fitted on the customers of fold k."""
    mean: Floats
    """(2,): mean predicted slope of the pairs of each fold, by the model of the other."""
    calibrations: tuple[Fit, Fit]
    """Calibration on the pairs of each fold, see `CrossFit.calibration`."""
    calibration_slopes: tuple[tuple[float, float], tuple[float, float]]
    """Calibration slope with its standard error on the pairs of each fold."""

    def out_of_fold(self, features: Floats, fold: Ints) -> Floats:
        """Slopes of pairs, each from the model that has not seen the pair's customer, whose fold is 0 or 1."""
        return _out_of_fold(self.models, features, fold)


@dataclass(frozen=True)
class CrossFit:
    """An R-learner fitted on each of two halves of the customers, with the pairs that it was fitted on."""

    models: tuple[object, object]
    """`models[k]` was fitted on the customers of fold k."""
    fold: NDArray[np.int64]
    """Fold of each pair, by customer."""
    predicted: Floats
    """Slope of each pair per unit of `exposure`, from the model of the other fold."""
    exposure: Floats
    """Residual exposure times the scale of `cross_fit`."""
    outcome: Floats
    """The residual of the outcome."""
    groups: Groups

    def calibration(self, rows: NDArray[np.bool_] | None = None) -> Fit:
        """Outcome on (exposure, predicted x exposure) of held-out pairs: level at their mean prediction, and slope.

        A slope of 1 says that predicted differences are real; 0 that they are noise (Chernozhukov et al.'s BLP).
        """
        chosen = np.ones(len(self.fold), dtype=bool) if rows is None else rows
        centred = (self.predicted[chosen] - self.predicted[chosen].mean())[:, None]
        exposure = self.exposure[chosen]
        return regress(self.outcome[chosen], [exposure, centred * exposure], self.groups.take(chosen))

    def calibration_slope(self, rows: NDArray[np.bool_] | None = None) -> tuple[float, float]:
        """Outcome on predicted x exposure alone: by how much predictions are scaled, and its standard error."""
        chosen = np.ones(len(self.fold), dtype=bool) if rows is None else rows
        regressor = self.predicted[chosen, None] * self.exposure[chosen]
        fit = regress(self.outcome[chosen], [regressor], self.groups.take(chosen))
        return float(fit.slope[0]), float(fit.se[0])

    def without_pairs(self) -> SlopeModels:
        """What predicts the slopes of other pairs, which takes little memory."""
        first, second = self.fold == 0, self.fold == 1
        return SlopeModels(
            self.models,
            np.array([self.predicted[first].mean(), self.predicted[second].mean()]),
            (self.calibration(first), self.calibration(second)),
            (self.calibration_slope(first), self.calibration_slope(second)),
        )

    def realised(self, rows: NDArray[np.bool_]) -> tuple[float, float]:
        """Slope and standard error of the outcome on exposure among some pairs."""
        fit = regress(self.outcome[rows], [self.exposure[rows]], self.groups.take(rows))
        return float(fit.slope[0]), float(fit.se[0])


def cross_fit(
    outcome: Floats,
    exposure: Floats,
    scale: Floats,
    features: Floats,
    groups: Groups,
    fold: NDArray[np.int64],
    seed: int,
) -> CrossFit:
    """Fit on each fold and predict the other.

    `scale` says in which unit slopes are alike: 1 for a probability, the pair's usual sales for a relative response.
    `fold` is 0 or 1 by customer. Weights assume that the variance of a sale grows with its mean.
    """
    x, y = np.empty_like(exposure), np.empty_like(outcome)
    for k in (0, 1):
        rows = fold == k
        x[rows], y[rows] = (within(values[rows], groups.category[rows]) for values in (exposure, outcome))
    xx, xy = (x * x).sum(axis=1), (x * y).sum(axis=1)
    first, second = (_fit(xy, xx, scale, features, (fold == k) & (xx > 1e-9), seed) for k in (0, 1))
    predicted = _out_of_fold((first, second), features, fold)
    return CrossFit((first, second), fold, predicted, x * scale[:, None], y, groups)


def _fit(xy: Floats, xx: Floats, scale: Floats, features: Floats, rows: NDArray[np.bool_], seed: int) -> object:
    import lightgbm

    target = xy[rows] / (xx[rows] * scale[rows])
    table = lightgbm.Dataset(features[rows], target, weight=xx[rows] * scale[rows])
    leaf = min(PARAMETERS["min_data_in_leaf"], max(20, int(rows.sum()) // 60))  # type: ignore[call-overload]
    return lightgbm.train({**PARAMETERS, "min_data_in_leaf": leaf, "seed": seed}, table, ROUNDS)


def _out_of_fold(models: tuple[object, object], features: Floats, fold: Ints) -> Floats:
    predicted = np.empty(len(features))
    for k, model in enumerate(models):
        rows = np.flatnonzero(fold != k)
        if len(rows):
            predicted[rows] = model.predict(features[rows])  # type: ignore[attr-defined]
    return predicted
