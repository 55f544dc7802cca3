"""The verdict on an experiment in one line, and its first paragraph of two sentences at most."""

from __future__ import annotations

from offerloop.commands.experiment.findings import ArmFound, ExperimentResult
from offerloop.commands.experiment.numbers import estimate_text, percent_text, win_text
from offerloop.message import Message
from offerloop.report import Localizer

HEADLINES = {
    "stop": Message("Stop, and draw no conclusions: the arms do not have the planned sizes"),
    "ship": Message("Ship {arm}: {outcome} is better", context="headline of an experiment"),
    "ship_best": Message("Ship {arm}: of {n} arms with a better {outcome} it gains most"),
    "roll back": Message("Roll back {arm}: something is worse"),
    "roll back all": Message("Roll back all arms: in each something is worse"),
    "roll back some": Message("Roll back {arms}; go on with the others", context="headline of an experiment"),
    "guarded": Message("Go on: {outcome} is better with {arm}, but a guardrail is not yet shown to hold"),
    "go on": Message("No arm is shown to be better yet"),
}
"""By what is to be done."""


def leading_arm(result: ExperimentResult) -> ArmFound | None:
    """Return the arm that gains most; None where nothing may be read.

    Of those to be shipped; without such of those that are better and go on, then of those that go on, then of all.
    """
    return max((arm for arm in result.arms if arm.metrics), key=_rank, default=None)


def _rank(arm: ArmFound) -> tuple[bool, bool, bool, float]:
    metric, goes_on = arm.metrics[0], arm.action == "go on"
    return arm.action == "ship", goes_on and metric.state == "better", goes_on, metric.difference.value


def headline(result: ExperimentResult, _: Localizer) -> str:
    """Return what to do in one line."""
    arm = leading_arm(result)
    name = "" if arm is None else _.quoted(arm.arm)
    shipped = sum(one.action == "ship" for one in result.arms)
    worse = _.both([_.quoted(one.arm) for one in result.arms if one.action == "roll back"])
    return _(HEADLINES[_kind(result, arm)], arm=name, arms=worse, outcome=_.quoted(result.outcome), n=shipped)


def _kind(result: ExperimentResult, arm: ArmFound | None) -> str:
    actions = [one.action for one in result.arms]
    if arm is None:
        return "stop"
    if "ship" in actions:
        return "ship" if actions.count("ship") == 1 else "ship_best"
    if set(actions) == {"roll back"}:
        return "roll back" if len(actions) == 1 else "roll back all"
    if "roll back" in actions:
        return "roll back some"
    return "guarded" if arm.metrics[0].state == "better" and arm.action == "go on" else "go on"


def lead(result: ExperimentResult, _: Localizer) -> str:
    """Return the first paragraph: two sentences at most."""
    arm = leading_arm(result)
    if arm is None:
        return _(
            "Customers were lost or added after they had been assigned: find out which, and run the experiment again."
        )
    metric = arm.metrics[0]
    if not metric.is_bounded:
        return _(
            "Nothing is known yet of what {arm} changes in {outcome} against {control}.",
            arm=_.quoted(arm.arm),
            outcome=_.quoted(result.outcome),
            control=_.quoted(result.control),
        )
    size = estimate_text(metric.difference, _) if metric.share is None else percent_text(metric.share, _)
    first = _(
        "With {arm}, {outcome} changes by {size} against {control}.",
        arm=_.quoted(arm.arm),
        outcome=_.quoted(result.outcome),
        size=size,
        control=_.quoted(result.control),
    )
    if metric.chance_to_win is None:
        return first
    chance = win_text(metric.chance_to_win, _)
    return _.sentences([first, _("The chance that it is better at all is {chance}.", chance=chance)])
