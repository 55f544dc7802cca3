"""Two random groups compared: differences with intervals, and checks of the draw itself.

Sources: Welch (1947) for the interval; Hall (1992, "On the removal of skewness by transformation") for skewed
outcomes; Deng, Xu, Kohavi and Walker (2013) for CUPED; Fabijan et al. (2019) for the sample ratio and its bound of
0.001; Holm (1979); Hájek (1971) for means weighted by inverse probability.

Sales are skewed: few customers buy, and some of them much. A small group then has a small mean and a small variance
together, and Welch's interval misses the truth on one side far too often; Hall's does too, where the group has missed
what makes sales skewed. So where third moments are known, the spread of a group is its own only as far as its customers
can say what it is, and otherwise that of both groups together (`difference`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from offerloop.evaluation.estimate import Estimate
from offerloop.evaluation.moments import Moments

RATIO_ALPHA = 0.001
"""A sample ratio with a smaller p-value stops the reading: real faults are far below it, bad luck rarely."""
LEAST_CUSTOMERS = 30
"""Customers that a group must have before a difference of it is shown."""
LEAST_BUYERS = 15
"""Buyers that a group must be expected to have: with fewer, intervals of what they spend miss far too often."""
SMALL_COUNT = 5
"""An expected count below it makes the chi-square approximation poor."""
SIMULATED = 99_999
"""Draws of group sizes from which a p-value is estimated where no formula is exact."""
_FAR = 20.0
"""How many times itself a ratio is looked for."""
MOST_SKEW = 1.0
"""The skewness that Hall's transform can correct: that of a mean by the moments of its own sample is below 1."""
MISSED = 0.5
"""With more skewness of a difference a small group may have missed all large values, and its own spread says too
little: of yes and no it has four yes expected then, and with fewer it has none in over 2.5 % of experiments."""
_STRAIGHT = 1e-9
"""A skewness this small is none."""
SPREADS_DIFFER = 0.6
"""Standard deviation of the logarithm of how many times the variance of one group is that of the other: what offers do
to the spread of sales. Chosen of 0.15 to 0.8 in made-up groups that are listed in docs/decisions/evaluation.md."""


@dataclass(frozen=True)
class Difference(Estimate):
    """An estimate that still knows its standard error, its degrees of freedom and its skewness."""

    se: float
    df: float
    skew: float = 0.0
    """Third central moment of the estimate over se cubed."""
    own: float = 1.0
    """Share of the squared standard error that the values tell which are compared: see `hall`."""

    @classmethod
    def with_df(cls, value: float, se: float, df: float, skew: float = 0.0, own: float = 1.0) -> Difference:
        """The 95 % interval by the t quantile: its ends are where `hall` of ``(value - truth) / se`` reaches it."""
        from scipy.special import stdtrit

        if se <= 0:
            return cls(value, value, value, se, df)
        most = float(stdtrit(df, 0.975))
        low, high = (value - hall_quantile(end, skew, own) * se for end in (most, -most))
        return cls(value, low, high, se, df, skew, own)

    @property
    def quantile(self) -> float:
        """The quantile of Student's t for 95 %."""
        from scipy.special import stdtrit

        return float(stdtrit(self.df, 0.975))

    @property
    def p_value(self) -> float:
        """Two-sided, of no difference; 1 where there is neither difference nor spread."""
        return 2 * min(self.p_above, self.p_below) if self.se > 0 else float(self.value == 0)

    @property
    def p_above(self) -> float:
        """One-sided, of no difference or less: small where the difference is above zero."""
        return self._tail(-1.0)

    @property
    def p_below(self) -> float:
        """One-sided, of no difference or more: small where the difference is below zero."""
        return self._tail(1.0)

    def _tail(self, sign: float) -> float:
        from scipy.special import stdtr

        if self.se <= 0:
            return 1.0 if sign * self.value >= 0 else 0.0
        return float(stdtr(self.df, sign * hall(self.value / self.se, self.skew, self.own)))

    def interval(self, alpha: float = 0.05) -> tuple[float, float]:
        """Two-sided, missing the truth in `alpha` of all experiments."""
        return self.at_least(alpha / 2), self.at_most(alpha / 2)

    def at_least(self, alpha: float = 0.05) -> float:
        """One-sided: the truth is lower in `alpha` of all experiments."""
        return self._end(1 - alpha)

    def at_most(self, alpha: float = 0.05) -> float:
        """One-sided: the truth is higher in `alpha` of all experiments."""
        return self._end(alpha)

    def _end(self, chance: float) -> float:
        from scipy.special import stdtrit

        if self.se <= 0:
            return self.value
        return self.value - hall_quantile(float(stdtrit(self.df, chance)), self.skew, self.own) * self.se

    def times(self, factor: float) -> Difference:
        """Return the result in another unit; the factor is above zero."""
        ends = (self.value * factor, self.low * factor, self.high * factor)
        return Difference(*ends, self.se * factor, self.df, self.skew, self.own)


def hall(t: float, skew: float, own: float = 1.0) -> float:
    """Return a mean in its standard errors, transformed so that it is nearly normal whatever its skewness.

    Hall (1992) with the standard error of the same values: ``t + a t^2 + a^2 t^3 / 3 + k / 6`` with ``a = k / 3`` for
    skewness k. A standard error that does not follow these values, such as a known one, is not small together with the
    mean, and ``a = -k / 6``. In between, with a share `own` of the squared error by these values, ``a = (3 own - 1) k /
    6``: the cumulants of ``t`` are ``-own k / 2`` and ``k - 3 own k`` to the first order of k.
    """
    a = _bend(skew, own)
    return t + a * t * t + a * a * t**3 / 3 + skew / 6


def _bend(skew: float, own: float) -> float:
    return (3 * own - 1) * skew / 6


def skew_if_alike(treated: Moments, control: Moments) -> float:
    """Return the skewness of the difference of the means, were both groups alike.

    ``third (1 / n_t^2 - 1 / n_c^2) / (variance (1 / n_t + 1 / n_c))^1.5`` with the moments of both together: a small
    group may have missed what makes it skewed, and its own moments do not show that. Between -1 and 1, as the skewness
    ``g / sqrt(n)`` of a mean by its own sample is (Wilkins 1944): with far more, `hall` turns noise into certainty.
    """
    whole = treated + control
    variance = whole.variance * (1 / treated.n + 1 / control.n)
    skew = whole.third * (treated.n**-2 - control.n**-2) / variance**1.5 if variance > 0 else 0.0
    return max(-MOST_SKEW, min(MOST_SKEW, skew))


def hall_quantile(quantile: float, skew: float, own: float = 1.0) -> float:
    """Return the mean in its standard errors whose transform by `hall` is the quantile."""
    a, rest = _bend(skew, own), quantile - skew / 6
    return rest if abs(a) < _STRAIGHT else float((np.cbrt(1 + 3 * a * rest) - 1) / a)


GroupMoments = Moments | Sequence[tuple[Moments, float]]
"""Sums of a group whose customers count alike; or of those who have the same weight, such as 1 / probability of being
in the group, with that weight."""


class _Mean(NamedTuple):
    """A mean that knows its spread."""

    value: float
    variance: float
    third: float
    """Third central moment of the mean."""
    size: float
    """Kish's effective number of customers."""
    variance_of_one: float
    """Of the outcome of a customer."""
    third_of_one: float
    knows_third: bool

    @property
    def df(self) -> float:
        """Degrees of freedom."""
        return max(1.0, self.size - 1)

    def times(self, factor: float) -> _Mean:
        """Return the mean of so many times the outcomes."""
        return self._replace(
            value=factor * self.value, variance=factor**2 * self.variance, third=factor**3 * self.third,
            variance_of_one=factor**2 * self.variance_of_one, third_of_one=factor**3 * self.third_of_one,
        )  # fmt: skip


def difference(treated: GroupMoments, control: GroupMoments) -> Difference:
    """Mean outcome of the treated less that of the control.

    With weights w the means are Hájek's, ``m = sum w y / sum w``, their variance ``n / (n - 1) sum w^2 (y - m)^2 /
    (sum w)^2``, their third moment ``sum w^3 (y - m)^3 / (sum w)^3``, and group sizes Kish's effective ones. Both
    groups need two customers or more (ValueError). Where third moments are not known, standard error and degrees of
    freedom are Welch's. Where they are, the moments of each group are a mean of its own, with a weight `own`, and of
    those of both groups together, and the interval is that of `hall`.
    """
    return _less(_mean(treated), _mean(control))


def _less(treated: _Mean, control: _Mean) -> Difference:
    """Return one mean less another, with spreads of their own that are shrunk to that of both groups together.

    Groups whose offers differ have nearly the same spread: the logarithm of the ratio of their variances has the
    standard deviation SPREADS_DIFFER, s. Their customers say what it is with the relative variance ``v = (2 + 1.5 g^2)
    (1 / n_t + 1 / n_c)``, g the skewness of both together, as of gamma distributions. So the weight of their own
    moments is ``s^2 / (s^2 + v)``: it is near one in large groups with few large amounts. The relative errors of the
    two variances, which have the degrees of freedom of Welch and of Student, are added up.
    """
    means = (treated, control)
    welchs, together = _welch_df(means), treated.df + control.df
    variance = sum(one.df * one.variance_of_one for one in means) / together
    own = 1.0
    variances, thirds = [one.variance for one in means], [one.third for one in means]
    if treated.knows_third and control.knows_third and variance > 0:
        third = sum(one.size * one.third_of_one for one in means) / (treated.size + control.size)
        unsure = (2 + 1.5 * third**2 / variance**3) * (1 / treated.size + 1 / control.size)
        own = SPREADS_DIFFER**2 / (SPREADS_DIFFER**2 + unsure)
        variances = [own * one.variance + (1 - own) * variance / one.size for one in means]
        thirds = [own * one.third + (1 - own) * third / one.size**2 for one in means]
    se = math.sqrt(sum(variances))
    skew = max(-MOST_SKEW, min(MOST_SKEW, (thirds[0] - thirds[1]) / se**3)) if se > 0 else 0.0
    df = (own / math.sqrt(welchs) + (1 - own) / math.sqrt(together)) ** -2
    return Difference.with_df(treated.value - control.value, se, df, skew, own)


def _welch_df(means: Sequence[_Mean]) -> float:
    return welch_df([one.variance for one in means], [one.df for one in means])


def _mean(group: GroupMoments) -> _Mean:
    """Return the mean of a group, whose customers may have weights."""
    parts = _parts(group)
    n, total = sum(one.n for one, _ in parts), sum(weight * one.n for one, weight in parts)
    if n < 2:
        raise ValueError("a group of fewer than two customers has no spread")
    mean = sum(weight * one.sum_y for one, weight in parts) / total
    squares, cubes = (
        [sum(weight**power * of(one, mean) for one, weight in parts) for power in (degree, 1)]
        for degree, of in ((2, Moments.squares_about), (3, Moments.cubes_about))
    )
    size, unbiased = total**2 / sum(weight**2 * one.n for one, weight in parts), n / (n - 1)
    return _Mean(
        mean, unbiased * squares[0] / total**2, cubes[0] / total**3, size, unbiased * squares[1] / total,
        cubes[1] / total, all(one.thirds is not None for one, _ in parts),
    )  # fmt: skip


def _parts(group: GroupMoments) -> Sequence[tuple[Moments, float]]:
    return [(group, 1.0)] if isinstance(group, Moments) else group


def relative(treated: GroupMoments, control: GroupMoments) -> Estimate:
    """The difference as a share of the size of the control's mean, which has a spread of its own.

    ``se^2 = v_t / m_c^2 + v_c m_t^2 / m_c^4`` (delta method) with v the variance of a mean m. The control's mean is not
    zero. Where third moments are known the interval holds the ratios r for which the `difference` of the treated and r
    times the control leaves in zero (Fieller 1954). Whether there is a difference is for `difference` to say.
    """
    means = _mean(treated), _mean(control)
    share = _ratio_less_one(*means)
    return share if means[1].value > 0 else Estimate(-share.value, -share.high, -share.low)


def _ratio_less_one(treated: _Mean, control: _Mean) -> Estimate:
    base, ratio = control.value, treated.value / control.value
    se = math.sqrt(treated.variance / base**2 + control.variance * ratio**2 / base**2)
    plain = Difference.with_df(ratio - 1, se, _welch_df((treated, control)))
    delta = Estimate(plain.value, plain.low, plain.high)
    if not (treated.knows_third and control.knows_third) or se <= 0:
        return delta
    ends = [_ratio_end(treated, control, is_low=is_low) for is_low in (base > 0, base < 0)]
    return delta if None in ends else Estimate(ratio - 1, ends[0] - 1, ends[1] - 1)  # type: ignore[operator]


def _ratio_end(treated: _Mean, control: _Mean, *, is_low: bool) -> float | None:
    """The ratio at which the interval of ``m_t - r m_c`` begins, or ends, at zero; None where none is near."""
    from scipy.optimize import brentq

    def end(ratio: float) -> float:
        apart = _less(treated, control.times(ratio))
        return apart.low if is_low else apart.high

    middle = treated.value / control.value
    outwards = math.copysign(_FAR, -control.value if is_low else control.value)
    far = middle + outwards * max(abs(middle), 1.0)
    return None if end(middle) * end(far) >= 0 else float(brentq(end, *sorted((middle, far))))


def cuped(treated: GroupMoments, control: GroupMoments) -> Difference:
    """The difference after taking from each outcome what the covariate explains: ``y - theta (x - mean of x)``.

    One theta for both groups, ``(cov_t (n_t - 1) + cov_c (n_c - 1)) / (var_t (n_t - 1) + var_c (n_c - 1))``: the slope
    within groups, which the effect itself does not touch; it ignores weights. Without variance of x it is the plain
    difference.
    """
    both = [reduce(add, (part for part, _ in _parts(group))) for group in (treated, control)]
    theta, centre = _common_slope(*both), (both[0] + both[1]).mean_x
    if not theta:
        return difference(treated, control)
    return difference(
        *([(part.less(theta, centre), weight) for part, weight in _parts(group)] for group in (treated, control))
    )


def _common_slope(treated: Moments, control: Moments) -> float:
    """Return the theta of `cuped`; 0 without variance of x."""
    weights = (treated.n - 1, control.n - 1)
    spread = treated.variance_x * weights[0] + control.variance_x * weights[1]
    if spread <= 0:
        return 0.0
    return (treated.covariance * weights[0] + control.covariance * weights[1]) / spread


def enough(n_treated: int, n_control: int, n_buyers: int) -> bool:
    """Whether a difference may be shown: customers of each group, and buyers of both together.

    The smaller group must have LEAST_CUSTOMERS customers and, at the common share of buyers, LEAST_BUYERS of them.
    """
    fewest = min(n_treated, n_control)
    return fewest >= LEAST_CUSTOMERS and fewest * n_buyers >= LEAST_BUYERS * (n_treated + n_control)


def welch_df(parts: Sequence[float], dfs: Sequence[float]) -> float:
    """Degrees of freedom of the sum of `parts`, variances v: Welch-Satterthwaite ``(sum v)^2 / sum(v^2 / df)``."""
    under = sum(part * part / df for part, df in zip(parts, dfs, strict=True))
    return sum(parts) ** 2 / under if under > 0 else float(sum(dfs))


@dataclass(frozen=True)
class SampleRatio:
    """Whether group sizes are what the draw should have given."""

    p_value: float
    passes: bool


def sample_ratio(counts: Sequence[int], expected_shares: Sequence[float], *, exact: bool = False) -> SampleRatio:
    """Test group sizes against their shares, which need not sum to 1.

    By Pearson's chi-square test; where a group is expected to be small, or where it is to be `exact`, two groups get
    the binomial test, and more of them that are expected to be small one by simulated draws. A group that should be
    empty fails the check as soon as it holds anybody; no customers at all pass.
    """
    from scipy.stats import binomtest, chisquare

    if any(count and share <= 0 for count, share in zip(counts, expected_shares, strict=True)):
        return SampleRatio(0.0, passes=False)
    live = [(count, share) for count, share in zip(counts, expected_shares, strict=True) if share > 0]
    total, whole = sum(count for count, _ in live), sum(share for _, share in live)
    if total == 0 or len(live) < 2:
        return SampleRatio(1.0, passes=True)
    expected = [total * share / whole for _, share in live]
    if len(live) == 2 and (exact or min(expected) < SMALL_COUNT):
        p_value = float(binomtest(live[0][0], total, live[0][1] / whole).pvalue)
    elif min(expected) < SMALL_COUNT:
        p_value = _simulated_ratio_p(np.array([count for count, _ in live]), np.array(expected))
    else:
        p_value = float(chisquare([count for count, _ in live], expected).pvalue)
    return SampleRatio(p_value, passes=p_value >= RATIO_ALPHA)


def _simulated_ratio_p(counts: NDArray[np.int64], expected: NDArray[np.float64]) -> float:
    """Return how often draws of the same number of customers deviate from expected sizes (k,) at least as much."""
    total = int(counts.sum())
    drawn = np.random.default_rng(0).multinomial(total, expected / total, SIMULATED)
    statistics = ((drawn - expected) ** 2 / expected).sum(axis=1)
    least = float(((counts - expected) ** 2 / expected).sum()) * (1 - 1e-9)
    return float((1 + np.count_nonzero(statistics >= least)) / (1 + SIMULATED))


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
