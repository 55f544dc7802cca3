"""Calibrate the predictions of each fold by the realised effects of the other folds, from sums over folds.

The line that calibrates a fold needs no row of the others, only sums over them: of the realised effect y, of powers of
the prediction x, and of their products. They are added up once for each fold, and every fold takes those of the others.
Errors of slopes are those of clusters where rows are not independent: x, x² and xy of a cluster are added up before
they are multiplied; there is no factor for few clusters.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from offerloop.arrays import Floats, Ints
from offerloop.response.trial.spread import cluster_sums

ROUNDING = 1e-14
"""Share of a sum of squares below which what a line leaves of it is rounding, and its standard error no exact 0."""


@dataclass(frozen=True, eq=False)
class FoldPredictions:
    """Predicted effects of one division into folds, each fold counted from its own mean.

    What models of other folds predict on average they learned from this fold too: next to it, the luckier a fold was,
    the worse it would look.
    """

    centred: Floats
    """(n, K)."""
    fold: Ints
    """(n,): numbered from 0."""
    whose: Ints | None
    """(n,): clusters of rows, numbered without gaps; None where every row is one of its own."""
    members: Floats
    """(folds, G): 1 where a cluster belongs to a fold."""
    x: Floats
    x2: Floats
    """(G, K): sums of x and x² of each cluster."""
    powers: Floats
    """(5, folds, K): numbers of rows, sums of x², and of the products xx, xx² and x²x² of sums by cluster."""

    @classmethod
    def of(cls, raw: Floats, fold: Ints, whose: Ints | None = None) -> FoldPredictions:
        """Return the predictions (n, K) of a division (n,); clusters `whose` (n,) are whole in a fold."""
        folds, fold = np.unique(fold, return_inverse=True)
        rows = (fold == np.arange(len(folds))[:, None]).astype(np.float64)
        centred = raw - (rows @ raw / rows.sum(axis=1, keepdims=True))[fold]
        members = rows
        if whose is not None:
            _, first, whose = np.unique(whose, return_index=True, return_inverse=True)
            members = rows[:, first]
        x, x2 = (_by_cluster(one, whose) for one in (centred, centred * centred))
        sums = [rows @ np.ones_like(raw), *(members @ one for one in (x2, x * x, x * x2, x2 * x2))]
        return cls(centred, fold, whose, members, x, x2, np.stack(sums))

    def sums(self, realised: Floats) -> Floats:
        """Return the sums (5, folds, K) of y, and of xy, x(xy), x²(xy) and (xy)² by cluster, for y (n, K) realised."""
        y, xy = (_by_cluster(one, self.whose) for one in (realised, self.centred * realised))
        return np.stack([self.members @ one for one in (y, xy, self.x * xy, self.x2 * xy, xy * xy)])

    def signed_sums(self, expected: Floats, residual: Floats, signs: Floats) -> Floats:
        """Return `sums` (5, draws, folds, K) of `expected` + sign x `residual`, both (n, K), for signs (draws, n).

        Those of a cluster's rows are alike.
        """
        x = self.centred
        y, xy, expected_xy = (_by_cluster(one, self.whose) for one in (residual, x * residual, x * expected))
        products = [y, xy, self.x * xy, self.x2 * xy, 2 * xy * expected_xy]
        if self.whose is not None:
            signs = signs[:, np.unique(self.whose, return_index=True)[1]]
        sums = np.empty((5, len(signs), len(self.members), x.shape[1]))
        for fold, inside in enumerate(self.members):
            own = np.flatnonzero(inside)
            drawn = signs[:, own]
            for number, product in enumerate(products):
                sums[number, :, fold] = drawn @ product[own]
        sums += self.sums(expected)[:, None]
        sums[4] += self.members @ (xy * xy)
        return sums

    def lines(self, sums: Floats, mean: Floats) -> tuple[Floats, Floats]:
        """Return level and slope (..., folds, K) of the line that calibrates each fold, as `Calibration` defines them.

        `sums` (5, ..., folds, K) are those of the realised effects less their `mean` (K,), which keeps them precise.
        """
        others = 1 - np.eye(len(self.members))
        n, x2, xx, xx2, x2x2 = others @ self.powers
        y, xy, x_xy, x2_xy, xy_xy = others @ sums
        level = y / n
        usable = x2 > 1e-12 * n * np.maximum((level + mean) ** 2, 1e-12)
        inner = np.where(usable, x2, 1.0)
        slope = np.where(usable, xy / inner, 0.0)
        whole = xy_xy - 2 * level * x_xy + level**2 * xx
        left = whole - 2 * slope * (x2_xy - level * xx2) + slope**2 * x2x2
        slope_se = np.where(usable, np.sqrt(np.maximum(left, ROUNDING * np.abs(whole))) / inner, 0.0)
        return level + mean, shrunk_slope(slope, slope_se)

    def calibrated(self, level: Floats, slope: Floats) -> Floats:
        """Return the effects (n, K) that the lines (folds, K) of the folds give."""
        return level[self.fold] + slope[self.fold] * self.centred


def _by_cluster(rows: Floats, whose: Ints | None) -> Floats:
    """Return the sums (G, K) of rows (n, K) by cluster."""
    return rows if whose is None else cluster_sums(rows, whose)


def drawn_to(raw: Floats, effect: Floats, fold: Ints, whose: Ints | None = None) -> Floats:
    """Return predictions (divisions, n, K), each fold calibrated by the doubly robust effects (n, K) of the others.

    `whose` (n,) are clusters of rows.
    """
    mean = effect.mean(axis=0)
    drawn = np.empty_like(raw)
    for division, folds in enumerate(fold):
        predictions = FoldPredictions.of(raw[division], folds, whose)
        drawn[division] = predictions.calibrated(*predictions.lines(predictions.sums(effect - mean), mean))
    return drawn


def shrunk_slope(slope: Floats, slope_se: Floats) -> Floats:
    """Return slopes between 0 and 1, shrunk to 0 by their uncertainty (positive-part James and Stein 1961)."""
    t2 = (slope / np.where(slope_se > 0, slope_se, np.inf)) ** 2
    certain = np.where(t2 > 1, 1 - 1 / np.maximum(t2, 1.0), 0.0)
    return np.clip(slope, 0, 1) * certain
