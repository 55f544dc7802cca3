"""What is said of an experiment: what to do with each arm, and what to know of the reading."""

from __future__ import annotations

from collections.abc import Iterator

from offerloop.commands.experiment.findings import ArmFound, ExperimentResult
from offerloop.commands.experiment.numbers import win_text
from offerloop.evaluation import RATIO_ALPHA
from offerloop.message import Message
from offerloop.report import Localizer

ACTIONS = {
    "ship": Message("ship it", context="advice on an arm"),
    "roll back": Message("roll it back", context="advice on an arm"),
    "go on": Message("go on", context="advice on an arm"),
    "stop": Message("stop, and draw no conclusions from it"),
}
"""What to do with an arm."""
REASONS = {
    "broken_draw": Message("the arms do not have the planned sizes"),
    "too_few": Message("an arm has too few customers"),
    "worse": Message("'{subject}' is worse", context="advice on an arm"),
    "guardrail_worse": Message("the guardrail '{subject}' is worse than its margin"),
    "alarm": Message("{subject}", context="pattern"),
    "better": Message("'{subject}' is better", context="advice on an arm"),
    "guardrail_open": Message("the guardrail '{subject}' may still be worse than its margin"),
    "not_shown": Message("'{subject}' is not shown to be better"),
}
"""Why."""


def sentences(result: ExperimentResult, _: Localizer, dashes: str = "--") -> list[str]:
    """Say what to do with each arm, and what to know of the reading; `dashes` stand before the names of options."""
    return [*(arm_sentence(arm, result, _) for arm in result.arms), *notes(result, _, dashes)]


def arm_sentence(arm: ArmFound, result: ExperimentResult, _: Localizer) -> str:
    """Say what to do with an arm, and why."""
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
    chances = [(arm.arm, arm.metrics[0].chance_to_win) for arm in result.arms if arm.metrics]
    for arm, chance in chances:
        if chance is not None:
            yield _(
                "Chance to win of {arm}: {chance} (that it is better, when nothing was known before).",
                arm=arm,
                chance=win_text(chance, _),
            )


def notes(result: ExperimentResult, _: Localizer, dashes: str | None, *, chances: bool = True) -> Iterator[str]:
    """Yield what is to be known of the reading; with `chances` also each arm's chance to win.

    Options are named with `dashes` before them, or not at all for readers who type none.
    """

    if result.ratio_p is None:
        yield _(
            "The sizes of the arms were not checked, because the planned shares were not given{option}.",
            option=_option("shares", dashes, _),
        )
    elif result.ratio_p >= RATIO_ALPHA:
        yield _("The arms have the sizes that were planned (p-value: {p}).", p=float(f"{result.ratio_p:.2g}"))
    yield _looks(result, dashes, _)
    if result.cluster is not None:
        yield _(
            "Each {cluster} counts as one unit, as it was assigned as a whole; intervals rest on the "
            "differences between these units.",
            cluster=f"'{result.cluster}'",
        )
    if result.before is not None:
        yield _(
            "Differences of {outcome} are adjusted by {before} (CUPED): they allow for chance differences that the "
            "arms had before, so they need not equal the difference of the two means shown.",
            outcome=f"'{result.outcome}'",
            before=f"'{result.before}'",
        )
    if result.unused_before is not None:
        yield _(
            "Differences of {outcome} are not adjusted by {before}, because it explains nothing of {outcome}.",
            outcome=f"'{result.outcome}'",
            before=f"'{result.unused_before}'",
        )
    if chances:
        yield from _chances(result, _)
    if result.skewed:
        yield _(
            "A few customers have a very large outcome and an arm is small, so its interval rests on a correction for "
            "that: more customers make it more reliable."
        )


def _option(name: str, dashes: str | None, _: Localizer) -> str:
    return "" if dashes is None else _(" ({option})", context="pattern", option=f"{dashes}{name}")


def _looks(result: ExperimentResult, dashes: str | None, _: Localizer) -> str:
    """Say how often one may look at the results."""
    if result.sequential is None:
        return _(
            "These intervals hold if you look at the results once. To look more often, give the planned number of "
            "customers{option}.",
            option=_option("sequential", dashes, _),
        )
    if result.left:
        return _(
            "Intervals hold at every look; {n} customer is left of the planned {planned}.",
            plural="Intervals hold at every look; {n} customers are left of the planned {planned}.",
            n=round(result.left),
            planned=round(result.sequential),
        )
    return _(
        "Intervals hold at every look; the planned {planned} customers are reached.", planned=round(result.sequential)
    )
