"""Calibrate the predictions of each fold by the realised effects of the other folds, from sums over folds.

The line that calibrates a fold needs no row of the others, only sums over them: of the realised effect y, of powers of
the prediction x, and of their products. They are added up once for each fold, and every fold takes those of the others.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from offerloop.arrays import Floats, Ints

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
    members: Floats
    """(folds, n): 1 where a row belongs to a fold."""
    powers: Floats
    """(4, folds, K): sums of x to the power of 0, 2, 3 and 4; that of 1 is 0."""

    @classmethod
    def of(cls, raw: Floats, fold: Ints) -> FoldPredictions:
        """Return the predictions (n, K) of a division (n,)."""
        folds, fold = np.unique(fold, return_inverse=True)
        members = (fold == np.arange(len(folds))[:, None]).astype(np.float64)
        sizes = members.sum(axis=1, keepdims=True)
        centred = raw - (members @ raw / sizes)[fold]
        squares = centred * centred
        sums = [members @ one for one in (np.ones_like(raw), squares, squares * centred, squares * squares)]
        return cls(centred, fold, members, np.stack(sums))

    def sums(self, realised: Floats) -> Floats:
        """Return the sums (5, folds, K) of y, xy, x²y, x³y and x²y² for the realised effects y (n, K)."""
        x = self.centred
        products = [realised, x * realised, x * x * realised]
        products += [x * products[2], products[2] * realised]
        return np.stack([self.members @ one for one in products])

    def signed_sums(self, expected: Floats, residual: Floats, signs: Floats) -> Floats:
        """Return `sums` (5, draws, folds, K) of `expected` + sign x `residual`, both (n, K), for signs (draws, n)."""
        x = self.centred
        products = [residual, x * residual, x * x * residual]
        products += [x * products[2], 2 * products[2] * expected]
        sums = np.empty((5, len(signs), len(self.members), x.shape[1]))
        for fold in range(len(self.members)):
            rows = np.flatnonzero(self.fold == fold)
            drawn = signs[:, rows]
            for number, product in enumerate(products):
                sums[number, :, fold] = drawn @ product[rows]
        sums += self.sums(expected)[:, None]
        sums[4] += self.members @ (products[2] * residual)
        return sums

    def lines(self, sums: Floats, mean: Floats) -> tuple[Floats, Floats]:
        """Return level and slope (..., folds, K) of the line that calibrates each fold, as `Calibration` defines them.

        `sums` (5, ..., folds, K) are those of the realised effects less their `mean` (K,), which keeps them precise.
        """
        others = 1 - np.eye(len(self.members))
        n, x2, x3, x4 = others @ self.powers
        y, xy, x2y, x3y, x2y2 = others @ sums
        level = y / n
        usable = x2 > 1e-12 * n * np.maximum((level + mean) ** 2, 1e-12)
        inner = np.where(usable, x2, 1.0)
        slope = np.where(usable, xy / inner, 0.0)
        whole = x2y2 - 2 * level * x2y + level**2 * x2
        left = whole - 2 * slope * (x3y - level * x3) + slope**2 * x4
        slope_se = np.where(usable, np.sqrt(np.maximum(left, ROUNDING * np.abs(whole))) / inner, 0.0)
        return level + mean, shrunk_slope(slope, slope_se)

    def calibrated(self, level: Floats, slope: Floats) -> Floats:
        """Return the effects (n, K) that the lines (folds, K) of the folds give."""
        return level[self.fold] + slope[self.fold] * self.centred


def drawn_to(raw: Floats, effect: Floats, fold: Ints) -> Floats:
    """Return predictions (divisions, n, K), each fold calibrated by the doubly robust effects (n, K) of the others."""
    mean = effect.mean(axis=0)
    drawn = np.empty_like(raw)
    for division, folds in enumerate(fold):
        predictions = FoldPredictions.of(raw[division], folds)
        drawn[division] = predictions.calibrated(*predictions.lines(predictions.sums(effect - mean), mean))
    return drawn


def shrunk_slope(slope: Floats, slope_se: Floats) -> Floats:
    """Return slopes between 0 and 1, shrunk to 0 by their uncertainty (positive-part James and Stein 1961)."""
    t2 = (slope / np.where(slope_se > 0, slope_se, np.inf)) ** 2
    certain = np.where(t2 > 1, 1 - 1 / np.maximum(t2, 1.0), 0.0)
    return np.clip(slope, 0, 1) * certain
