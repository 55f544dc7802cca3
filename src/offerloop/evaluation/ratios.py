"""Two groups compared by their totals: means, shares and ratios, adjusted by what was known before or not.

One rule for all of them, the delta method (Deng, Knoblich and Lu 2018): with f a smooth function of the means of the
columns of both groups, ``se^2 = sum over groups of g' S g / n``, where g is the gradient of f at the means and S the
covariance of the columns. A metric of a group is ``outcome / per - theta before / before_per`` with the missing
divisors 1. Degrees of freedom are Welch's, of the variances of both metrics.

Published numbers of GrowthBook's engine hold (growthbook/growthbook, packages/stats/tests, MIT).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from offerloop.arrays import Floats
from offerloop.evaluation.estimate import Estimate
from offerloop.evaluation.experiment import Difference, hall_quantile, welch_df
from offerloop.evaluation.totals import Role, Totals
from offerloop.message import Message

_NO_THETA = 1e-8
"""A slope this small explains nothing."""


class UndefinedMetricError(ValueError):
    """A divisor is zero, so that there is no ratio or no share."""


@dataclass(frozen=True)
class _Metric:
    """The metric in one group: its value, and its gradient by the means of the columns."""

    value: float
    gradient: Floats
    plain: float
    """Without the adjustment."""
    plain_gradient: Floats
    covariance: Floats
    n: int

    def variance(self, gradient: Floats) -> float:
        """Return the variance of a mean of n customers."""
        return max(0.0, float(gradient @ self.covariance @ gradient)) / self.n


def absolute(treated: Totals, control: Totals, *, cautious: bool = False) -> Difference:
    """The metric of the treated less that of the control, in the metric's unit.

    `cautious` takes the larger of two standard errors, the other one with the spread of both groups together: where a
    small group of skewed outcomes has missed the large ones, its mean and its own spread are too small at once.
    Raises ValueError for a group of fewer than two customers and for groups of different columns, and its kind
    UndefinedMetricError for a divisor that sums to zero.
    """
    own, other, whole = _pair(treated, control)
    wide = _wider(own, other, whole) if cautious else (own, other)
    se = math.sqrt(sum(metric.variance(metric.gradient) for metric in wide))
    return Difference.with_df(own.value - other.value, se, _df(own, other))


def as_share(treated: Totals, control: Totals, *, cautious: bool = False) -> Difference:
    """The difference as a share of the size of the control's metric, unadjusted: 0.1 is a tenth more.

    `cautious` also keeps a loss from looking surer than the absolute one is, where a small control's mean is high by
    luck. Raises what `absolute` does, and UndefinedMetricError for a control's metric of zero.
    """
    own, other, whole = _pair(treated, control)
    base = abs(other.plain)
    if base == 0:
        raise UndefinedMetricError(
            Message("the control's metric is zero: nothing is a share of it; compare absolute values")
        )
    gain = (own.value - other.value) / base
    # the adjustment is zero on average, so a gain without it serves the gradient as well; the published means take it
    slope = gain if "per" in treated.roles else (own.plain - other.plain) / base
    if cautious and slope * other.plain < 0:
        slope = 0.0
    slide = other.gradient / base + slope / other.plain * other.plain_gradient
    se = _error((own, own.gradient / base), (other, slide), whole if cautious else None)
    return Difference.with_df(gain, se, _df(own, other))


def fieller(
    treated: Totals, control: Totals, alpha: float = 0.05, skew: float = 0.0, *, cautious: bool = False
) -> Estimate | None:
    """The difference as a share of the size of the control's metric, with the interval of Fieller (1954).

    It holds the shares r that ``difference - r |control|`` does not contradict, by Welch's degrees of freedom and the
    skewness of the difference (Hall 1992); so it leaves out zero exactly where the interval of the difference does.
    `cautious` is that of `absolute`.
    None where the control's metric is not clearly other than zero, since no interval of such a share is bounded.
    Raises what `absolute` does.
    """
    from scipy.special import stdtrit

    own, other, whole = _pair(treated, control)
    df = _df(own, other)
    own, other = _wider(own, other, whole) if cautious else (own, other)
    base, base_gradient = abs(other.plain), math.copysign(1.0, other.plain) * other.plain_gradient
    gain, quantile = own.value - other.value, float(stdtrit(df, 1 - alpha / 2))
    error = own.variance(own.gradient) + other.variance(other.gradient)
    shared = float(other.gradient @ other.covariance @ base_gradient) / other.n
    ends = []
    for sign in (1, -1):
        square = hall_quantile(sign * quantile, skew) ** 2
        leading = base**2 - square * other.variance(base_gradient)
        if leading <= 0:
            return None
        middle = gain * base + square * shared
        half = math.sqrt(max(0.0, middle**2 - leading * (gain**2 - square * error)))
        ends.append((middle - sign * half) / leading)
    return Estimate(gain / base, ends[0], ends[1])


def _wider(own: _Metric, other: _Metric, whole: Totals) -> tuple[_Metric, _Metric]:
    """Both metrics with the spread of both groups together, where that makes the error of their difference larger."""
    together = whole.covariance()
    pooled, separate = (replace(own, covariance=together), replace(other, covariance=together)), (own, other)
    return max(separate, pooled, key=lambda pair: sum(metric.variance(metric.gradient) for metric in pair))


def _error(own_pair: tuple[_Metric, Floats], other: tuple[_Metric, Floats], whole: Totals | None) -> float:
    """Standard error of a function with these gradients; with `whole` the larger one."""
    own = sum(metric.variance(gradient) for metric, gradient in (own_pair, other))
    if whole is None:
        return math.sqrt(own)
    together = whole.covariance()
    shared = sum(replace(metric, covariance=together).variance(gradient) for metric, gradient in (own_pair, other))
    return math.sqrt(max(own, shared))


def _df(metric: _Metric, other: _Metric) -> float:
    parts = [metric.variance(metric.gradient), other.variance(other.gradient)]
    return welch_df(parts, [metric.n - 1, other.n - 1])


def theta(treated: Totals, control: Totals) -> float:
    """The slope by which what was known before is taken out: one for both groups; 0 where it explains nothing.

    Of a mean: covariance over variance in both groups together (Deng, Xu, Kohavi and Walker 2013). Of a ratio: that of
    the linearised metrics, added over the groups.
    """
    if "before" not in treated.roles:
        return 0.0
    if not {"per", "before_per"} & set(treated.roles):
        spread, shared = _slope_parts(treated + control)
    else:
        spread, shared = (sum(pair) for pair in zip(_slope_parts(treated), _slope_parts(control), strict=True))
    slope = shared / spread if spread > 0 else 0.0
    return slope if abs(slope) >= _NO_THETA else 0.0


def _slope_parts(group: Totals) -> tuple[float, float]:
    """Variance of the metric before, and its covariance with the metric."""
    means = group.means()
    after, before = (
        _ratio(means, group.roles, "outcome", "per")[1],
        _ratio(means, group.roles, "before", "before_per")[1],
    )
    covariance = group.covariance()
    return float(before @ covariance @ before), float(before @ covariance @ after)


def _pair(treated: Totals, control: Totals) -> tuple[_Metric, _Metric, Totals]:
    """Both metrics, and both groups together; without what explains nothing."""
    if treated.roles != control.roles:
        raise ValueError(f"groups of different columns cannot be compared: {treated.roles} and {control.roles}")
    slope = theta(treated, control)
    if slope == 0:
        treated, control = treated.without("before", "before_per"), control.without("before", "before_per")
    return _metric(treated, slope), _metric(control, slope), treated + control


def _metric(group: Totals, slope: float) -> _Metric:
    means, covariance = group.means(), group.covariance()
    plain, plain_gradient = _ratio(means, group.roles, "outcome", "per")
    if slope == 0:
        return _Metric(plain, plain_gradient, plain, plain_gradient, covariance, group.n)
    before, before_gradient = _ratio(means, group.roles, "before", "before_per")
    gradient = plain_gradient - slope * before_gradient
    return _Metric(plain - slope * before, gradient, plain, plain_gradient, covariance, group.n)


def _ratio(means: dict[Role, float], roles: tuple[Role, ...], top: Role, bottom: Role) -> tuple[float, Floats]:
    """``top / bottom`` and its gradient by the means of all columns, (k,)."""
    gradient = np.zeros(len(roles))
    divisor = means.get(bottom, 1.0)
    if divisor == 0:
        raise UndefinedMetricError(
            Message("'{column}' sums to zero in a group, so its ratio is not defined", column=bottom)
        )
    gradient[roles.index(top)] = 1 / divisor
    if bottom in roles:
        gradient[roles.index(bottom)] = -means[top] / divisor**2
    return means[top] / divisor, gradient
