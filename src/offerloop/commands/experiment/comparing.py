"""One metric of one arm against the control, looked at once or at every look."""

from __future__ import annotations

import math
from dataclasses import replace

from offerloop.commands.experiment.findings import Compared
from offerloop.errors import InputError
from offerloop.evaluation import (
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
    difference, which Fieller's interval of the share agrees with. `skew` is the skewness of such a difference. Where
    neither arm has any spread, such as before the first purchase, nothing is known yet.
    """
    try:
        difference = replace(absolute(arm, control, cautious=planned is not None), skew=skew)
        amount = _interval(difference, arm.n + control.n, planned, alpha)
        share = _share(arm, control, planned, alpha, difference)
    except UndefinedMetricError:
        raise InputError(
            Message("the denominators of an arm sum to zero, so that it has no ratio; give rows with some")
        ) from None
    unknown = AlwaysValid(0.0, -math.inf, math.inf, 1.0)
    observed = judged(metric, share or (amount if metric.margin is None else unknown))
    if planned is None and metric.margin is None:
        observed = judged(metric, amount)
    loses = difference.p_below if metric.lower_is_better else difference.p_above
    figures = Compared(
        metric.name, _value(arm), _value(control), _estimate(amount), None if share is None else _estimate(share),
        observed.interval.p_value, observed.interval.p_value, metric.margin, observed.state,
        1 - loses if planned is None and _is_known(difference) else None,
    )  # fmt: skip
    return observed, figures


def _is_known(difference: Difference) -> bool:
    """Whether anything is: nothing is where everybody in both arms did the same."""
    return bool(difference.se > 0 or difference.value)


def _interval(difference: Difference, size: int, planned: float | None, alpha: float) -> AlwaysValid:
    if planned is not None:
        return always_valid(difference, size, planned, alpha)
    if not _is_known(difference):
        return AlwaysValid(difference.value, -math.inf, math.inf, 1.0)
    return AlwaysValid(difference.value, *difference.interval(alpha), difference.p_value)


def _share(
    arm: Totals, control: Totals, planned: float | None, alpha: float, difference: Difference
) -> AlwaysValid | None:
    """The difference as a share of the control's value; None where that is, or may be, zero, or nothing is known."""
    if not _is_known(difference):
        return None
    if planned is None:
        share = fieller(arm, control, alpha, difference.skew)
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
