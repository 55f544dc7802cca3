"""A loop that may stop anywhere and goes on where it was: every step of every period is taken once.

    decide    who gets what, with which propensity; within the budget, checked before it is recorded
    give      carried out in the shop, which knows the period and does nothing the second time
    learn     what came of it: its sums, what guardrails say, and what has changed

What a step came to stands in the journal before the next one begins. After a crash the same steps are asked for again:
those that are recorded answer at once, and the shop is given what was decided before, until it is where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from offerloop.message import Message

if TYPE_CHECKING:
    from offerloop.store import Journal


LEARN, LEARN_AGAIN = "learn", "learn again"
"""Steps of a journal that hold what came of a period."""


class NotYetError(Exception):
    """What was asked for is not known yet; its message says when it will be."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message


class PeriodSteps(Protocol):
    """What decides, gives and learns, period by period; what steps came to is JSON."""

    def decide(self, period: int) -> Any:  # noqa: ANN401
        """Who gets what. Raises NotYetError before the period may begin."""

    def give(self, period: int, decided: Any) -> None:  # noqa: ANN401
        """Carry a decision out; the second time for a period it does nothing."""

    def learn(self, period: int, decided: Any) -> Any:  # noqa: ANN401
        """Learn from a period that was given, and return what came of it. Raises NotYetError while it lasts."""


def go_on(steps: PeriodSteps, journal: Journal, periods: int, on_period: Callable[[int], None]) -> NotYetError | None:
    """Take the steps of that many periods, from the first one that is not recorded; `on_period` is called after each.

    Where the shop's data end earlier, what is awaited.
    """
    for period in range(periods):
        try:
            learn_once(steps, journal, period, decide_once(steps, journal, period))
        except NotYetError as awaited:
            return awaited
        on_period(period)
    return None


def decide_once(steps: PeriodSteps, journal: Journal, period: int) -> Any:  # noqa: ANN401
    """Decide on a period and carry the decision out, unless that is recorded already. Raises NotYetError."""
    decided = journal.once(period, "decide", lambda: steps.decide(period))
    journal.once(period, "give", lambda: steps.give(period, decided))
    steps.give(period, decided)
    return decided


def learn_once(steps: PeriodSteps, journal: Journal, period: int, decided: Any) -> Any:  # noqa: ANN401
    """Learn what came of a period, and record it. Raises NotYetError while the period lasts.

    What decides is what the shop's tables say now. Where that is another reading than the one on record, as returns and
    opt-outs came late or orders were corrected, it is recorded as well: LEARN_AGAIN with a number.
    """
    learned = steps.learn(period, decided)
    newest, number = journal.once(period, LEARN, lambda: learned), 1
    while (later := journal.result_of(period, f"{LEARN_AGAIN} {number}")) is not None:
        newest, number = later, number + 1
    if _reading(learned) == _reading(newest):
        return newest
    return journal.once(period, f"{LEARN_AGAIN} {number}", lambda: learned)


def is_learning(step: str) -> bool:
    """Return whether a step of a journal holds what came of its period."""
    return step == LEARN or step.startswith(LEARN_AGAIN)


def indicator_of(alarm: Mapping[str, Any]) -> str:
    """Return what has changed by an alarm of a journal; journals of earlier versions call it a `sign`."""
    return str(alarm["indicator"] if "indicator" in alarm else alarm["sign"])


def _reading(learned: Any) -> tuple[Any, ...]:  # noqa: ANN401
    """Return what of it has a part in later decisions, without amounts, which any late return changes a little."""
    return learned["guardrails"], learned["reasons"], [indicator_of(one) for one in learned["alarms"]]
