"""`offerloop experiment`: an A/B table read out, once or at every look; ship, roll back or go on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from offerloop.commands.experiment.arms import ArmTotals, read_arms
from offerloop.commands.experiment.findings import ArmFound, Compared, ExperimentResult
from offerloop.commands.experiment.request import ExperimentRequest
from offerloop.errors import InputError
from offerloop.evaluation import (
    ALPHA,
    RATIO_ALPHA,
    AlwaysValid,
    Difference,
    Estimate,
    Metric,
    Moments,
    ObservedMetric,
    Reason,
    Totals,
    UndefinedMetricError,
    absolute,
    always_valid,
    always_valid_ratio,
    as_share,
    decide,
    holm,
    judged,
    sample_ratio,
)
from offerloop.workspace import InputTable, table_rows

SKEWED = 0.2
"""With more skewness of the difference itself, its interval misses clearly more often than it says."""


def experiment(table: InputTable, request: ExperimentRequest) -> ExperimentResult:
    """Compare every arm with the control.

    Looked at once, intervals are Welch's and the delta method's; with a planned number they hold at all looks. Over all
    arms together they miss in 5 of 100 experiments (Bonferroni).
    Raises InputError for what is written wrongly, EvidenceError for arms with too few rows.
    """
    rows, path = table_rows(table, (request.arm,))
    control, *others = read_arms(rows, request, path)
    sizes = {one.name: one.n for one in (control, *others)}
    ratio_p = _ratio(sizes, request, path)
    arms = _adjusted([_arm(one, control, request, len(others), ratio_p) for one in others])
    left = None if request.planned is None else max(0.0, request.planned - sum(sizes.values()))
    skewed = _skewed(rows, request, (control, *others))
    planned, cluster = request.planned, request.cluster
    return ExperimentResult(path.name, control.name, sizes, ratio_p, planned, left, arms, skewed, cluster)


def _ratio(sizes: dict[str, int], request: ExperimentRequest, path: Path) -> float | None:
    if not request.shares:
        return None
    shares = dict(request.shares)
    wrong = [name for name in shares if name not in sizes] + [name for name in sizes if name not in shares]
    if wrong or min(shares.values()) < 0:
        raise InputError(
            f"'{path}': --shares must give a share to each of the arms {', '.join(sizes)} and to no other; "
            + (f"'{wrong[0]}' is in only one of them" if wrong else "none may be below 0")
        )
    counts, planned = list(sizes.values()), [shares[name] for name in sizes]
    return always_valid_ratio(counts, planned) if request.planned else sample_ratio(counts, planned).p_value


def _arm(
    arm: ArmTotals, control: ArmTotals, request: ExperimentRequest, n_arms: int, ratio_p: float | None
) -> ArmFound:
    if ratio_p is not None and ratio_p < RATIO_ALPHA:
        return ArmFound(arm.name, arm.n, "stop", (Reason("broken_draw"),), ())
    metrics, alpha = (Metric(request.outcome), *request.guardrails), ALPHA / n_arms
    compared_metrics = [
        _compare(metric, arm.totals[metric.name], control.totals[metric.name], request.planned, alpha)
        for metric in metrics
    ]
    action, reasons = decide([observed for observed, _ in compared_metrics])
    return ArmFound(arm.name, arm.n, action, reasons, tuple(compared for _, compared in compared_metrics))


def _compare(
    metric: Metric, arm: Totals, control: Totals, planned: float | None, alpha: float
) -> tuple[ObservedMetric, Compared]:
    """Decided by the share of the control's value; where that is zero a success metric is by the difference."""
    cautious, size = planned is not None, arm.n + control.n
    try:
        difference = absolute(arm, control, cautious=cautious)
        amount = _interval(difference, size, planned, alpha)
    except UndefinedMetricError:
        raise InputError(
            "the denominators of an arm sum to zero, so that it has no ratio; give rows with some"
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


def _adjusted(arms: Sequence[ArmFound]) -> tuple[ArmFound, ...]:
    """With p-values of each metric adjusted over the arms."""
    columns = zip(*(arm.metrics for arm in arms), strict=True)
    adjusted = [holm([one.p_value for one in column]) for column in columns]
    return tuple(
        replace(arm, metrics=tuple(replace(one, p_adjusted=p[k]) for one, p in zip(arm.metrics, adjusted, strict=True)))
        for k, arm in enumerate(arms)
    )


def _skewed(rows: pl.DataFrame, request: ExperimentRequest, arms: Sequence[ArmTotals]) -> bool:
    """Return whether means that are looked at once are too skewed; those looked at often have cautious errors.

    The spread and the third moment are those of both arms together: a small arm may have missed what makes it skewed.
    """
    if request.planned is not None or request.denominator is not None or request.cluster is not None:
        return False
    outcome, names = (
        rows[request.outcome].cast(pl.Float64).to_numpy(),
        rows[request.arm].cast(pl.String).str.strip_chars(),
    )
    control, *others = (Moments.of(outcome[(names == one.name).to_numpy()]) for one in arms)
    return any(abs(_skew(one, control)) > SKEWED for one in others)


def _skew(arm: Moments, control: Moments) -> float:
    """Return the skewness of the difference of the means, were both arms alike."""
    whole = arm + control
    variance = whole.variance * (1 / arm.n + 1 / control.n)
    return whole.third * (arm.n**-2 - control.n**-2) / variance**1.5 if variance > 0 else 0.0
