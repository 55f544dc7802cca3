"""One metric of one arm against the control, looked at once or at every look."""

from __future__ import annotations

import math

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
    judged,
)
from offerloop.message import Message


def compare(
    metric: Metric, arm: Totals, control: Totals, planned: float | None, alpha: float
) -> tuple[ObservedMetric, Compared]:
    """Decided by the share of the control's value; where that is zero a success metric is by the difference."""
    cautious, size = planned is not None, arm.n + control.n
    try:
        difference = absolute(arm, control, cautious=cautious)
        amount = _interval(difference, size, planned, alpha)
    except UndefinedMetricError:
        raise InputError(
            Message("the denominators of an arm sum to zero, so that it has no ratio; give rows with some")
        ) from None
    try:
        share = _interval(as_share(arm, control, cautious=cautious), size, planned, alpha)
    except UndefinedMetricError:
        share = None
    unknown = AlwaysValid(0.0, -math.inf, math.inf, 1.0)
    observed = judged(metric, share or (amount if metric.margin is None else unknown))
    p, of_control = observed.interval.p_value, None if share is None else _estimate(share)
    values = (_value(arm), _value(control))
    loses = difference.p_below if metric.lower_is_better else difference.p_above
    chance = None if cautious else 1 - loses
    figures = Compared(metric.name, *values, _estimate(amount), of_control, p, p, metric.margin, observed.state, chance)
    return observed, figures


def _interval(difference: Difference, size: int, planned: float | None, alpha: float) -> AlwaysValid:
    if planned is not None:
        return always_valid(difference, size, planned, alpha)
    return AlwaysValid(difference.value, *difference.interval(alpha), difference.p_value)


def _estimate(interval: AlwaysValid) -> Estimate:
    return Estimate(interval.value, interval.low, interval.high)


def _value(totals: Totals) -> float:
    means = totals.means()
    return means["outcome"] / means.get("per", 1.0)
