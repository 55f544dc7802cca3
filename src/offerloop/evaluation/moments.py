"""Sums of one group of customers that can be added: over days, shards or segments, without going back to the customers.

`y` is an outcome and `x` something known of the same customer before, both arrays of shape (customers,).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_FLAT = 1e-12
"""A sum of squares about the mean this small beside the raw one is rounding, not variance."""


@dataclass(frozen=True)
class Thirds:
    """Sums of the products of three."""

    xxx: float
    xxy: float
    xyy: float
    yyy: float

    def __add__(self, other: Thirds) -> Thirds:
        return Thirds(self.xxx + other.xxx, self.xxy + other.xxy, self.xyy + other.xyy, self.yyy + other.yyy)

    def __sub__(self, other: Thirds) -> Thirds:
        return Thirds(self.xxx - other.xxx, self.xxy - other.xxy, self.xyy - other.xyy, self.yyy - other.yyy)


@dataclass(frozen=True)
class Moments:
    """Sums of one group; `a + b` is both groups together. Meant for means not far larger than their spread."""

    n: int
    sum_x: float
    sum_xx: float
    sum_y: float
    sum_yy: float
    sum_xy: float
    thirds: Thirds | None = None
    """None where they are not known: then intervals are Welch's."""

    @classmethod
    def of(cls, y: NDArray[np.float64], x: NDArray[np.float64] | None = None) -> Moments:
        """Return the moments of outcomes and, when known, covariates of the same customers."""
        y = np.asarray(y, dtype=np.float64)
        x = np.zeros_like(y) if x is None else np.asarray(x, dtype=np.float64)
        xx, yy, xy = x * x, y * y, x * y
        # Products are added up by numpy alone: its linear algebra would wake other processors for each.
        thirds = Thirds(*(float(one.sum()) for one in (xx * x, xx * y, x * yy, yy * y)))
        return cls(len(y), float(x.sum()), float(xx.sum()), float(y.sum()), float(yy.sum()), float(xy.sum()), thirds)

    @classmethod
    def from_sums(cls, n: int, y: float, yy: float, yyy: float) -> Moments:
        """Return the moments of outcomes from the sums of their first three powers, as an engine returns them."""
        return cls(n, 0.0, 0.0, y, yy, 0.0, Thirds(0.0, 0.0, 0.0, yyy))

    def __add__(self, other: Moments) -> Moments:
        return Moments(
            self.n + other.n,
            self.sum_x + other.sum_x,
            self.sum_xx + other.sum_xx,
            self.sum_y + other.sum_y,
            self.sum_yy + other.sum_yy,
            self.sum_xy + other.sum_xy,
            None if self.thirds is None or other.thirds is None else self.thirds + other.thirds,
        )

    def __sub__(self, other: Moments) -> Moments:
        """Without a part of the group."""
        return Moments(
            self.n - other.n,
            self.sum_x - other.sum_x,
            self.sum_xx - other.sum_xx,
            self.sum_y - other.sum_y,
            self.sum_yy - other.sum_yy,
            self.sum_xy - other.sum_xy,
            None if self.thirds is None or other.thirds is None else self.thirds - other.thirds,
        )

    @property
    def mean(self) -> float:
        """The mean of the outcome."""
        return self.sum_y / self.n

    @property
    def mean_x(self) -> float:
        """The mean of the covariate."""
        return self.sum_x / self.n

    @property
    def variance(self) -> float:
        """The variance of the outcome, with n - 1."""
        return _centred(self.sum_yy, self.sum_y * self.sum_y / self.n) / (self.n - 1)

    @property
    def variance_x(self) -> float:
        """The variance of the covariate, with n - 1."""
        return _centred(self.sum_xx, self.sum_x * self.sum_x / self.n) / (self.n - 1)

    @property
    def covariance(self) -> float:
        """The covariance of covariate and outcome, with n - 1."""
        return (self.sum_xy - self.sum_x * self.sum_y / self.n) / (self.n - 1)

    @property
    def third(self) -> float:
        """Third moment of the outcome about its mean; 0 where it is not known."""
        if self.thirds is None or self.variance == 0:
            return 0.0
        return self.cubes_about(self.mean) / self.n

    def squares_about(self, centre: float) -> float:
        """Return the sum of squares of the outcome less `centre`."""
        if self.n == 0:
            return 0.0
        return _centred(self.sum_yy, self.sum_y * self.sum_y / self.n) + self.n * (self.mean - centre) ** 2

    def cubes_about(self, centre: float) -> float:
        """Return the sum of cubes of the outcome less `centre`; 0 where third moments are not known."""
        if self.thirds is None:
            return 0.0
        return self.thirds.yyy - 3 * centre * self.sum_yy + 3 * centre**2 * self.sum_y - self.n * centre**3

    def less(self, theta: float, centre: float) -> Moments:
        """Return the moments with the outcome ``y - theta (x - centre)`` for ``y``, and ``x - centre`` for ``x``."""
        n, sum_x = self.n, self.sum_x - self.n * centre
        sum_xx = self.sum_xx - 2 * centre * self.sum_x + n * centre * centre
        sum_xy = self.sum_xy - centre * self.sum_y
        squares = self.sum_yy - 2 * theta * sum_xy + theta * theta * sum_xx
        thirds = None if self.thirds is None else _residual(self._about(self.thirds, centre), theta)
        return Moments(n, sum_x, sum_xx, self.sum_y - theta * sum_x, squares, sum_xy - theta * sum_xx, thirds)

    def _about(self, thirds: Thirds, centre: float) -> Thirds:
        """Return the same with ``x - centre`` instead of ``x``."""
        return Thirds(
            thirds.xxx - 3 * centre * self.sum_xx + 3 * centre**2 * self.sum_x - self.n * centre**3,
            thirds.xxy - 2 * centre * self.sum_xy + centre**2 * self.sum_y,
            thirds.xyy - centre * self.sum_yy,
            thirds.yyy,
        )


def _residual(thirds: Thirds, theta: float) -> Thirds:
    """Return the same with ``y - theta x`` instead of ``y``."""
    xxx, xxy, xyy, yyy = thirds.xxx, thirds.xxy, thirds.xyy, thirds.yyy
    return Thirds(
        xxx,
        xxy - theta * xxx,
        xyy - 2 * theta * xxy + theta**2 * xxx,
        yyy - 3 * theta * xyy + 3 * theta**2 * xxy - theta**3 * xxx,
    )


def _centred(squares: float, of_mean: float) -> float:
    rest = squares - of_mean
    return rest if rest > _FLAT * abs(squares) else 0.0
