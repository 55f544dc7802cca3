"""What `offerloop experiment` says: a table of intervals, and one sentence for each arm."""

from __future__ import annotations

import math
from collections.abc import Iterator

from rich.table import Table

from offerloop.commands.experiment.findings import ArmFound, Compared, ExperimentResult
from offerloop.evaluation import RATIO_ALPHA, Estimate, known_step, number
from offerloop.message import Message
from offerloop.report import Localizer, text_page, text_table

ACTIONS = {
    "ship": Message("ship it", context="advice on an arm"),
    "roll back": Message("roll it back", context="advice on an arm"),
    "go on": Message("go on", context="advice on an arm"),
    "stop": Message("stop, and read nothing off it"),
}
"""What to do with an arm."""
REASONS = {
    "broken_draw": Message("the sizes of the arms are not what the draw should have given"),
    "too_few": Message("an arm has too few customers"),
    "worse": Message("'{subject}' is worse", context="advice on an arm"),
    "guardrail_worse": Message("the guardrail '{subject}' is worse than its margin"),
    "alarm": Message("{subject}", context="pattern"),
    "better": Message("'{subject}' is better", context="advice on an arm"),
    "guardrail_open": Message("the guardrail '{subject}' may still be worse than its margin"),
    "not_shown": Message("'{subject}' is not shown to be better"),
}
"""Why."""
COLUMNS = {
    "arm": Message("arm", context="column title"),
    "customers": Message("customers", context="column title"),
    "metric": Message("metric", context="column title"),
    "in_arm": Message("in the arm", context="column title"),
    "difference": Message("difference", context="column title"),
    "percent": Message("in percent", context="column title"),
    "p": Message("p", context="column title"),
}
"""Titles of the columns."""


def page(result: ExperimentResult, language: str = "en") -> str:
    """Return the findings for a terminal."""
    _ = Localizer(language)
    return text_page(_table(result, _), *sentences(result, _))


def sentences(result: ExperimentResult, _: Localizer, dashes: str = "--") -> list[str]:
    """Say what to do with each arm, and what to know of the reading; `dashes` stand before the names of options."""
    return [*(_sentence(arm, result, _) for arm in result.arms), *_notes(result, _, dashes)]


def _table(result: ExperimentResult, _: Localizer) -> Table:
    title = {name: _(text) for name, text in COLUMNS.items()}
    names = (title["arm"], title["customers"], title["metric"], f"'{result.control}'", title["in_arm"],
             title["difference"], title["percent"], title["p"])  # fmt: skip
    left = (title["arm"], title["metric"])
    return text_table(names, (row for arm in result.arms for row in _rows(arm, _)), left)


def _rows(arm: ArmFound, _: Localizer) -> Iterator[tuple[str, ...]]:
    lead = (arm.arm, _.count(arm.n))
    for k, metric in enumerate(arm.metrics):
        yield (*(lead if k == 0 else ("", "")), metric.metric, *_figures(metric, _))
    if not arm.metrics:
        yield lead


def _figures(metric: Compared, _: Localizer) -> tuple[str, ...]:
    step = _step(metric.difference)
    share = "" if metric.share is None else _text(metric.share.times(100), _)
    figures = (number(metric.control, step), number(metric.value, step), _text(metric.difference, _), share)
    return *(_.numbers(figure) for figure in figures), _.numbers(f"{metric.p_adjusted:.2g}")


def _step(estimate: Estimate) -> float:
    width = estimate.high - estimate.low
    return known_step(width) if math.isfinite(width) else 0.01


def _text(estimate: Estimate, _: Localizer) -> str:
    if not math.isfinite(estimate.high - estimate.low):
        return _("nothing known yet", context="table cell")
    return estimate.text()


def _sentence(arm: ArmFound, result: ExperimentResult, _: Localizer) -> str:
    return _(
        "{arm} against {control}: {action}; {reasons}.",
        context="advice on an arm",
        arm=arm.arm,
        control=result.control,
        action=ACTIONS[arm.action],
        reasons=[REASONS[one.code].with_values(subject=one.subject) for one in arm.reasons],
    )


def _chances(result: ExperimentResult, _: Localizer) -> Iterator[str]:
    """How probable it is that each arm is better in the first metric."""
    known = [(arm.arm, arm.metrics[0].chance_to_win) for arm in result.arms if arm.metrics]
    for arm, chance in known:
        if chance is not None:
            yield _(
                "Chance to win of {arm}: {chance} (that it is better, when nothing was known before).",
                arm=arm,
                chance=_.share(min(max(chance, 0.001), 0.999), 0.001),
            )


def _notes(result: ExperimentResult, _: Localizer, dashes: str) -> Iterator[str]:
    if result.ratio_p is None:
        yield _("The draw was not checked: give the planned shares with {option}.", option=f"{dashes}shares")
    elif result.ratio_p >= RATIO_ALPHA:
        yield _("The draw is sound: sizes fit the planned shares (p {p}).", p=float(f"{result.ratio_p:.2g}"))
    if result.sequential is None:
        yield _(
            "Intervals hold for one look; give {option} with the planned number of customers to look more often.",
            option=f"{dashes}sequential",
        )
    elif result.left:
        yield _(
            "Intervals hold at every look; {n} customer is left of the planned {planned}.",
            plural="Intervals hold at every look; {n} customers are left of the planned {planned}.",
            n=round(result.left),
            planned=round(result.sequential),
        )
    else:
        yield _(
            "Intervals hold at every look; the planned {planned} customers are reached.",
            planned=round(result.sequential),
        )
    if result.cluster is not None:
        yield _(
            "Counted are whole units of {cluster}, as they were drawn; their spread is what intervals rest on.",
            cluster=f"'{result.cluster}'",
        )
    yield from _chances(result, _)
    if result.skewed:
        yield _("The outcome is skewed and an arm small: its interval misses more often than it says; wait for more.")
