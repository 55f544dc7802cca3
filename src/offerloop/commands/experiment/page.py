"""What `offerloop experiment` says: a table of intervals, and one sentence for each arm."""

from __future__ import annotations

import math
from collections.abc import Iterator

from rich.table import Table

from offerloop.commands.experiment.findings import ArmFound, Compared, ExperimentResult
from offerloop.evaluation import RATIO_ALPHA, Estimate, Reason, known_step, number
from offerloop.report import text_page, text_table

_ACTIONS = {"ship": "ship it", "roll back": "roll it back", "go on": "go on", "stop": "stop, and read nothing off it"}
_REASONS = {
    "broken_draw": "the sizes of the arms are not what the draw should have given",
    "too_few": "an arm has too few customers",
    "worse": "'{}' is worse",
    "guardrail_worse": "the guardrail '{}' is worse than its margin",
    "alarm": "{}",
    "better": "'{}' is better",
    "guardrail_open": "the guardrail '{}' may still be worse than its margin",
    "not_shown": "'{}' is not shown to be better",
}


def page(found: ExperimentResult) -> str:
    """Return the findings for a terminal."""
    return text_page(_table(found), *sentences(found))


def sentences(found: ExperimentResult) -> list[str]:
    """Say what to do with each arm, and what to know of the reading."""
    return [*(_sentence(arm, found) for arm in found.arms), *_notes(found)]


def _table(found: ExperimentResult) -> Table:
    names = ("arm", "customers", "metric", f"'{found.control}'", "in the arm", "difference", "in percent", "p")
    return text_table(names, (row for arm in found.arms for row in _rows(arm)), ("arm", "metric"))


def _rows(arm: ArmFound) -> Iterator[tuple[str, ...]]:
    lead = (arm.arm, f"{arm.n:,}")
    for k, one in enumerate(arm.metrics):
        yield (*(lead if k == 0 else ("", "")), one.metric, *_figures(one))
    if not arm.metrics:
        yield lead


def _figures(one: Compared) -> tuple[str, ...]:
    step = _step(one.difference)
    share = None if one.share is None else one.share.times(100)
    shown = "" if share is None else _text(share)
    return number(one.control, step), number(one.value, step), _text(one.difference), shown, f"{one.p_adjusted:.2g}"


def _step(found: Estimate) -> float:
    width = found.high - found.low
    return known_step(width) if math.isfinite(width) else 0.01


def _text(found: Estimate) -> str:
    if not math.isfinite(found.high - found.low):
        return "nothing known yet"
    return found.text()


def _sentence(arm: ArmFound, found: ExperimentResult) -> str:
    return f"{arm.arm} against {found.control}: {_ACTIONS[arm.action]}; {', '.join(map(_why, arm.reasons))}."


def _why(reason: Reason) -> str:
    return _REASONS[reason.code].format(reason.subject)


def _notes(found: ExperimentResult) -> Iterator[str]:
    if found.ratio_p is None:
        yield "The draw was not checked: give the planned shares with --shares."
    elif found.ratio_p >= RATIO_ALPHA:
        yield f"The draw is sound: sizes fit the planned shares (p {found.ratio_p:.2g})."
    if found.sequential is None:
        yield "Intervals hold for one look; give --sequential with the planned number of customers to look more often."
    elif found.left:
        rest = f"{found.left:,.0f} customers are left of the planned {found.sequential:,.0f}"
        yield f"Intervals hold at every look; {rest}."
    else:
        yield f"Intervals hold at every look; the planned {found.sequential:,.0f} customers are reached."
    if found.skewed:
        yield "The outcome is skewed and an arm small: its interval misses more often than it says; wait for more."
