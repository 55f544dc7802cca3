"""Two random groups compared: sums that can be added, differences with intervals, and checks of the draw itself.

Everything is computed from `Moments`, the sums of one group, so that groups can be added over days, shards or
segments without going back to the customers. `y` is an outcome and `x` something known of the same customer before
the experiment, both arrays of shape (customers,).

Sources: Welch (1947) for the interval; Deng, Xu, Kohavi and Walker (2013) for CUPED; Fabijan et al. (2019) for the
sample ratio and its bound of 0.001; Holm (1979); Hájek (1971) for means weighted by inverse probability.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from offerloop.evaluation.estimate import Estimate

RATIO_ALPHA = 0.001
"""A sample ratio with a smaller p-value stops the reading: real faults are far below it, bad luck rarely."""
POWER_80 = 2.8
"""Standard errors that an effect must measure to be shown in 80 of 100 experiments: 1.96 + 0.84."""
LEAST = 30
"""Customers that a group must have before a difference of it is shown."""
SMALL_COUNT = 5
"""An expected count below it makes the chi-square approximation poor."""
_FLAT = 1e-12
"""A sum of squares about the mean this small beside the raw one is rounding, not variance."""


@dataclass(frozen=True)
class Moments:
    """Sums of one group; `a + b` is both groups together. Meant for means not far larger than their spread."""

    n: int
    sum_x: float
    sum_xx: float
    sum_y: float
    sum_yy: float
    sum_xy: float

    @classmethod
    def of(cls, y: NDArray[np.float64], x: NDArray[np.float64] | None = None) -> Moments:
        """Of outcomes and, when known, covariates of the same customers."""
        y = np.asarray(y, dtype=np.float64)
        x = np.zeros_like(y) if x is None else np.asarray(x, dtype=np.float64)
        return cls(len(y), float(x.sum()), float(x @ x), float(y.sum()), float(y @ y), float(x @ y))

    def __add__(self, other: Moments) -> Moments:
        return Moments(
            self.n + other.n,
            self.sum_x + other.sum_x,
            self.sum_xx + other.sum_xx,
            self.sum_y + other.sum_y,
            self.sum_yy + other.sum_yy,
            self.sum_xy + other.sum_xy,
        )

    @property
    def mean(self) -> float:
        """Of the outcome."""
        return self.sum_y / self.n

    @property
    def mean_x(self) -> float:
        """Of the covariate."""
        return self.sum_x / self.n

    @property
    def variance(self) -> float:
        """Of the outcome, with n - 1."""
        return _centred(self.sum_yy, self.sum_y * self.sum_y / self.n) / (self.n - 1)

    @property
    def variance_x(self) -> float:
        """Of the covariate, with n - 1."""
        return _centred(self.sum_xx, self.sum_x * self.sum_x / self.n) / (self.n - 1)

    @property
    def covariance(self) -> float:
        """Of covariate and outcome, with n - 1."""
        return (self.sum_xy - self.sum_x * self.sum_y / self.n) / (self.n - 1)

    def less(self, theta: float, centre: float) -> Moments:
        """The same with the outcome ``y - theta (x - centre)`` instead of ``y``."""
        n, sum_x = self.n, self.sum_x - self.n * centre
        sum_xx = self.sum_xx - 2 * centre * self.sum_x + n * centre * centre
        sum_xy = self.sum_xy - centre * self.sum_y
        squares = self.sum_yy - 2 * theta * sum_xy + theta * theta * sum_xx
        return Moments(n, sum_x, sum_xx, self.sum_y - theta * sum_x, squares, sum_xy - theta * sum_xx)


def _centred(squares: float, of_mean: float) -> float:
    rest = squares - of_mean
    return rest if rest > _FLAT * abs(squares) else 0.0


@dataclass(frozen=True)
class Difference(Estimate):
    """An estimate that still knows its standard error and degrees of freedom."""

    se: float
    df: float

    @classmethod
    def with_df(cls, value: float, se: float, df: float) -> Difference:
        """The 95 % interval by the t quantile."""
        from scipy.special import stdtrit

        half = float(stdtrit(df, 0.975)) * se if se > 0 else 0.0
        return cls(value, value - half, value + half, se, df)

    @property
    def p_value(self) -> float:
        """Two-sided, of no difference; 1 where there is neither difference nor spread."""
        from scipy.special import stdtr

        if self.se <= 0:
            return 1.0 if self.value == 0 else 0.0
        return float(2 * stdtr(self.df, -abs(self.value) / self.se))

    def times(self, factor: float) -> Difference:
        """The same in another unit; the factor is above zero."""
        return Difference(self.value * factor, self.low * factor, self.high * factor, self.se * factor, self.df)


@dataclass(frozen=True)
class ComingTest:
    """What a comparison of two groups will be able to show, before it runs."""

    n_treated: int
    n_control: int
    detectable: float | None
    """Least effect, in total over the treated, that is shown in 80 of 100 experiments; None with a group too small."""

    @classmethod
    def of(cls, before: NDArray[np.float64], n_treated: int, n_control: int) -> ComingTest:
        """By the spread of the outcome of both groups in as long a period before, (customers,); not adjusted."""
        if min(n_treated, n_control) < LEAST:
            return cls(n_treated, n_control, None)
        se = float(np.std(before, ddof=1)) * math.sqrt(1 / n_treated + 1 / n_control)
        return cls(n_treated, n_control, POWER_80 * se * n_treated)


def difference(treated: Moments, control: Moments) -> Difference:
    """Mean outcome of the treated less that of the control, with Welch's standard error and degrees of freedom.

    Both groups need two customers or more (ValueError).
    """
    parts = [_variance_of_mean(treated), _variance_of_mean(control)]
    df = _welch_df(parts, [treated.n - 1, control.n - 1])
    return Difference.with_df(treated.mean - control.mean, math.sqrt(sum(parts)), df)


def relative(treated: Moments, control: Moments) -> Difference:
    """The difference as a share of the control's mean, which has a spread of its own (delta method).

    ``se^2 = v_t / m_c^2 + v_c m_t^2 / m_c^4`` with v the variance of a mean m. The control's mean is not zero.
    """
    base, ratio = control.mean, treated.mean / control.mean
    parts = [_variance_of_mean(treated), _variance_of_mean(control)]
    se = math.sqrt(parts[0] / base**2 + parts[1] * ratio**2 / base**2)
    return Difference.with_df(ratio - 1, se, _welch_df(parts, [treated.n - 1, control.n - 1]))


def cuped(treated: Moments, control: Moments) -> Difference:
    """The difference after taking from each outcome what the covariate explains: ``y - theta (x - mean of x)``.

    One theta for both groups, ``(cov_t (n_t - 1) + cov_c (n_c - 1)) / (var_t (n_t - 1) + var_c (n_c - 1))``: the slope
    within groups, which the effect itself does not touch. Without variance of x it is the plain difference.
    """
    weights = (treated.n - 1, control.n - 1)
    spread = treated.variance_x * weights[0] + control.variance_x * weights[1]
    if spread <= 0:
        return difference(treated, control)
    theta = (treated.covariance * weights[0] + control.covariance * weights[1]) / spread
    centre = (treated + control).mean_x
    return difference(treated.less(theta, centre), control.less(theta, centre))


def weighted_difference(
    treated: tuple[NDArray[np.float64], NDArray[np.float64]], control: tuple[NDArray[np.float64], NDArray[np.float64]]
) -> Difference:
    """Difference of two Hájek means; each group is (outcomes, weights) with weights 1 / probability of being in it.

    ``m = sum w y / sum w``, its variance ``n / (n - 1) sum w^2 (y - m)^2 / (sum w)^2``; degrees of freedom as Welch's
    with Kish's effective sizes.
    """
    means, parts, dfs = [], [], []
    for y, w in (treated, control):
        if len(y) < 2:
            raise ValueError("a group of fewer than two customers has no spread")
        mean = float(np.average(y, weights=w))
        means.append(mean)
        parts.append(len(y) / (len(y) - 1) * float(np.sum((w * (y - mean)) ** 2)) / float(w.sum()) ** 2)
        dfs.append(max(1.0, float(w.sum()) ** 2 / float(w @ w) - 1))
    return Difference.with_df(means[0] - means[1], math.sqrt(sum(parts)), _welch_df(parts, dfs))


def _variance_of_mean(group: Moments) -> float:
    if group.n < 2:
        raise ValueError("a group of fewer than two customers has no spread")
    return group.variance / group.n


def _welch_df(parts: Sequence[float], dfs: Sequence[float]) -> float:
    """Welch-Satterthwaite: ``(sum v)^2 / sum(v^2 / df)``."""
    under = sum(part * part / df for part, df in zip(parts, dfs, strict=True))
    return sum(parts) ** 2 / under if under > 0 else float(sum(dfs))


@dataclass(frozen=True)
class SampleRatio:
    """Whether group sizes are what the draw should have given."""

    p_value: float
    passes: bool


def sample_ratio(counts: Sequence[int], expected_shares: Sequence[float]) -> SampleRatio:
    """Chi-square test of group sizes against their shares, which need not sum to 1.

    Two groups of which one is expected to be small get the exact binomial test. A group that should be empty fails
    the check as soon as it holds anybody; no customers at all pass.
    """
    from scipy.stats import binomtest, chisquare

    if any(count and share <= 0 for count, share in zip(counts, expected_shares, strict=True)):
        return SampleRatio(0.0, passes=False)
    live = [(count, share) for count, share in zip(counts, expected_shares, strict=True) if share > 0]
    total, whole = sum(count for count, _ in live), sum(share for _, share in live)
    if total == 0 or len(live) < 2:
        return SampleRatio(1.0, passes=True)
    expected = [total * share / whole for _, share in live]
    if len(live) == 2 and min(expected) < SMALL_COUNT:
        p_value = float(binomtest(live[0][0], total, live[0][1] / whole).pvalue)
    else:
        p_value = float(chisquare([count for count, _ in live], expected).pvalue)
    return SampleRatio(p_value, passes=p_value >= RATIO_ALPHA)


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted p-values in the given order: below alpha with at most alpha chance of any false finding.

    ``max over i <= k of min(1, (m - i + 1) p_(i))``; valid however the tests depend on each other.
    """
    order = sorted(range(len(p_values)), key=lambda position: p_values[position])
    adjusted, highest = [0.0] * len(p_values), 0.0
    for rank, position in enumerate(order):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[position]))
        adjusted[position] = highest
    return adjusted
