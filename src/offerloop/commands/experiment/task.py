"""`offerloop experiment`: an A/B table read out, once or at every look; ship, roll back or go on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from offerloop.commands.experiment.arms import ArmTotals, arms_of, refuse_lost_spread, skew_of
from offerloop.commands.experiment.comparing import compare
from offerloop.commands.experiment.findings import ArmFound, ExperimentResult
from offerloop.commands.experiment.request import ExperimentRequest
from offerloop.commands.experiment.rows import checked_rows
from offerloop.commands.experiment.segments import break_down
from offerloop.commands.experiment.sums import arm_sums
from offerloop.config import report_language
from offerloop.engine import EngineChoice, engine_of
from offerloop.errors import InputError
from offerloop.evaluation import (
    ALPHA,
    RATIO_ALPHA,
    Metric,
    Reason,
    always_valid_ratio,
    decide,
    holm,
    sample_ratio,
    theta,
)
from offerloop.message import Message
from offerloop.workspace import InputTable

SKEWED = 0.2
"""With more skewness of the difference itself, its interval rests on the correction for it."""


def experiment(
    table: InputTable, request: ExperimentRequest, engine: EngineChoice | None = None, language: str | None = None
) -> ExperimentResult:
    """Compare every arm with the control, by sums that an engine computes, or this program in its memory.

    Looked at once, intervals are Welch's and the delta method's; with a planned number they hold at all looks. Over all
    arms together they miss in 5 of 100 experiments (Bonferroni). The result is told in `language`, by default that of
    the table's names.
    Raises InputError for what is written wrongly, EvidenceError for arms with too few rows.
    """
    running = None if engine is None else engine_of(engine)
    rows, path = checked_rows(table, request, running)
    control, *others = arms_of(arm_sums(rows, request, str(path)), request, path)
    refuse_lost_spread(rows, (control, *others), request, path)
    unused = None
    if not any(theta(one.totals[request.outcome], control.totals[request.outcome]) for one in others):
        unused, request = request.before, replace(request, before=None, before_denominator=None)
    sizes = {one.name: one.n for one in (control, *others)}
    ratio_p = _ratio(sizes, request, path)
    arms = _adjusted([_arm(one, control, request, len(others), ratio_p) for one in others])
    left = None if request.planned is None else max(0.0, request.planned - sum(sizes.values()))
    skewed = any(_is_skewed(request, one, control) for one in others)
    planned, cluster = request.planned, request.cluster
    language = report_language(language, "", (request.arm, request.outcome, *request.by, *sizes))
    result = ExperimentResult(
        path.name, request.outcome, control.name, sizes, ratio_p, planned, left, arms, skewed, cluster,
        before=request.before, unused_before=unused, language=language,
    )  # fmt: skip
    if not request.by or any(arm.action == "stop" for arm in arms):
        return result
    return replace(result, **vars(break_down(rows, request, tuple(sizes), path)))


def _ratio(sizes: dict[str, int], request: ExperimentRequest, path: Path) -> float | None:
    if not request.shares:
        return None
    shares = dict(request.shares)
    wrong = [name for name in shares if name not in sizes] + [name for name in sizes if name not in shares]
    if wrong or min(shares.values()) < 0:
        raise InputError(
            Message(
                "'{path}': --shares must give a share to each of the arms {arms} and to no other; {why}",
                path=str(path),
                arms=", ".join(sizes),
                why=Message("'{arm}' is in only one of them", arm=wrong[0])
                if wrong
                else Message("none may be below 0"),
            )
        )
    counts, planned = list(sizes.values()), [shares[name] for name in sizes]
    return always_valid_ratio(counts, planned) if request.planned else sample_ratio(counts, planned, exact=True).p_value


def _arm(
    arm: ArmTotals, control: ArmTotals, request: ExperimentRequest, n_arms: int, ratio_p: float | None
) -> ArmFound:
    if ratio_p is not None and ratio_p < RATIO_ALPHA:
        return ArmFound(arm.name, arm.n, "stop", (Reason("broken_draw"),), ())
    planned = request.planned_of(arm.name, control.name, n_arms + 1)
    compared = [
        compare(
            metric, arm.totals[metric.name], control.totals[metric.name], planned, ALPHA / n_arms,
            skew_of(request, arm, control, metric.name),
        )
        for metric in (Metric(request.outcome), *request.guardrails)
    ]  # fmt: skip
    action, reasons = decide([observed for observed, _ in compared])
    return ArmFound(arm.name, arm.n, action, reasons, tuple(figures for _, figures in compared))


def _adjusted(arms: Sequence[ArmFound]) -> tuple[ArmFound, ...]:
    """Return the same with p-values of each metric adjusted over the arms."""
    columns = zip(*(arm.metrics for arm in arms), strict=True)
    adjusted = [holm([one.p_value for one in column]) for column in columns]
    return tuple(
        replace(arm, metrics=tuple(replace(one, p_adjusted=p[k]) for one, p in zip(arm.metrics, adjusted, strict=True)))
        for k, arm in enumerate(arms)
    )


def _is_skewed(request: ExperimentRequest, arm: ArmTotals, control: ArmTotals) -> bool:
    """Return whether the outcome is skewed for an arm so small, adjusted or not."""
    plain = replace(request, before=None, before_denominator=None)
    return abs(skew_of(plain, arm, control, request.outcome)) > SKEWED
