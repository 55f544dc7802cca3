"""One metric of one arm against the control, looked at once or at every look."""

from __future__ import annotations

import math
from dataclasses import replace

from offerloop.commands.experiment.findings import Compared
from offerloop.errors import InputError
from offerloop.evaluation import (
    MISSED,
    AlwaysValid,
    Difference,
    Estimate,
    Metric,
    ObservedMetric,
    Totals,
    UndefinedMetricError,
    absolute,
    always_valid,
    as_share,
    fieller,
    judged,
)
from offerloop.message import Message


def compare(
    metric: Metric, arm: Totals, control: Totals, planned: float | None, alpha: float, skew: float = 0.0
) -> tuple[ObservedMetric, Compared]:
    """Decide a guardrail by the share of the control's value, and an outcome by that or, looked at once, by the
    difference, which Fieller's interval of the share agrees with. `skew` is the skewness of such a difference: where
    it is large a small arm may have missed the large values, and its own spread is not trusted alone. Before the first
    outcome of either arm, such as a purchase, nothing is known yet.
    """
    try:
        cautious = planned is not None or abs(skew) > MISSED
        difference = replace(absolute(arm, control, cautious=cautious), skew=skew)
        is_known = difference.se > 0 or _value(arm) != 0 or _value(control) != 0
        amount = _interval(difference, arm.n + control.n, planned, alpha, is_known=is_known)
        share = _share(arm, control, planned, alpha, difference) if is_known else None
    except UndefinedMetricError:
        raise InputError(
            Message("the denominators of an arm sum to zero, so that it has no ratio; give rows with some")
        ) from None
    unknown = AlwaysValid(0.0, -math.inf, math.inf, 1.0)
    observed = judged(metric, share or (amount if metric.margin is None else unknown))
    if planned is None and metric.margin is None:
        observed = judged(metric, amount)
    loses = difference.p_below if metric.lower_is_better else difference.p_above
    is_equal = difference.se == 0 and difference.value == 0  # then neither arm is more likely to be better
    chance = 0.5 if is_equal else 1 - loses
    figures = Compared(
        metric.name, _value(arm), _value(control), _estimate(amount), None if share is None else _estimate(share),
        observed.interval.p_value, observed.interval.p_value, metric.margin, observed.state,
        chance if planned is None and is_known else None,
    )  # fmt: skip
    return observed, figures


def _interval(difference: Difference, size: int, planned: float | None, alpha: float, *, is_known: bool) -> AlwaysValid:
    if planned is not None:
        return always_valid(difference, size, planned, alpha)
    if not is_known:
        return AlwaysValid(difference.value, -math.inf, math.inf, 1.0)
    return AlwaysValid(difference.value, *difference.interval(alpha), difference.p_value)


def _share(
    arm: Totals, control: Totals, planned: float | None, alpha: float, difference: Difference
) -> AlwaysValid | None:
    """The difference as a share of the control's value; None where that is, or may be, zero."""
    if planned is None:
        share = fieller(arm, control, alpha, difference.skew, cautious=abs(difference.skew) > MISSED)
        return None if share is None else AlwaysValid(share.value, share.low, share.high, difference.p_value)
    try:
        return always_valid(as_share(arm, control, cautious=True), arm.n + control.n, planned, alpha)
    except UndefinedMetricError:
        return None


def _estimate(interval: AlwaysValid) -> Estimate:
    return Estimate(interval.value, interval.low, interval.high)


def _value(totals: Totals) -> float:
    means = totals.means()
    return means["outcome"] / means.get("per", 1.0)
