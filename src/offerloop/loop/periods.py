"""A loop that may stop anywhere and goes on where it was: every step of every period is taken once.

    decide    who gets what, with what chance; within the budget, checked before it is recorded
    give      carried out in the shop, which knows the period and does nothing the second time
    learn     what came of it: its sums, what guardrails say, and what has changed

What a step came to stands in the journal before the next one begins. After a crash the same steps are asked for again:
those that are recorded answer at once, and the shop is told of what was given before, until it is where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np

from offerloop.errors import ContractError
from offerloop.loop.decide import Decision, Evidence
from offerloop.loop.learning import Loop
from offerloop.loop.shop import ARM, NotYetError, Period, Sight
from offerloop.store.journal import Journal
from offerloop.tables import EXPLORE, HOLDBACK, PLAN

JOURNAL_ARMS = (PLAN, HOLDBACK, EXPLORE)
"""A journal holds arms as their positions here."""


class Shop(Protocol):
    """Where offers go, and what comes back."""

    def sight(self, period: int, customers: Sequence[str] | None) -> Sight:
        """What is known before a period, of the customers that were decided about where that is recorded.

        Raises NotYetError before the period may begin.
        """

    def missed(self, period: int) -> bool:
        """Whether a period was over before anything was decided; then nobody gets anything in it."""

    def give(self, period: int, sight: Sight, decision: Decision) -> None:
        """Carry a decision out; the second time for a period it does nothing."""

    def outcome(self, period: int, sight: Sight, decision: Decision) -> Period:
        """What came of a period that was given. Raises NotYetError while it lasts."""


def go_on(
    shop: Shop, loop: Loop, journal: Journal, periods: int, seed: int, tell: Callable[[int], None]
) -> NotYetError | None:
    """Take the steps of that many periods, from the first one that is not recorded; `tell` is called after each.

    Where the shop's data end earlier, what is awaited.
    """
    for period in range(periods):
        try:
            _one(shop, loop, journal, period, seed)
        except NotYetError as awaited:
            return awaited
        tell(period)
    return None


def _one(shop: Shop, loop: Loop, journal: Journal, period: int, seed: int) -> None:
    known = journal.known(period, "decide")
    sight = shop.sight(period, None if known is None else known["customers"])
    body = journal.once(period, "decide", lambda: _decide(loop, sight, period, seed, missed=shop.missed(period)))
    decision = _decision(body, loop)
    journal.once(period, "give", lambda: shop.give(period, sight, decision))
    shop.give(period, sight, decision)
    done = shop.outcome(period, sight, decision)
    loop.learn(done)
    journal.once(period, "learn", lambda: _learned(done, loop))


def _decide(loop: Loop, sight: Sight, period: int, seed: int, *, missed: bool) -> dict[str, Any]:
    if missed:
        made = Decision.nothing(len(sight.spend), len(loop.menu.ids))
    else:
        made = loop.decide(sight, np.random.default_rng([seed, period]))
    if made.counted_minor > loop.budget_minor:
        raise ContractError(
            f"period {period} would cost up to {made.counted_minor}, more than its budget {loop.budget_minor}"
        )
    return {
        "given": made.given.tolist(), "planned": made.planned.tolist(),
        "arm": [JOURNAL_ARMS.index(one) for one in made.arm.tolist()],
        "explorers": made.explorers, "held": made.held, "sent": made.sent, **vars(made.evidence),
        "liability_minor": made.counted_minor, "belief": loop.belief().mean.tolist(),
        "state": loop.guardrails.state, "missed": missed, "customers": list(sight.customers),
    }  # fmt: skip


def _decision(body: dict[str, Any], loop: Loop) -> Decision:
    given, planned, codes = (np.array(body[name], dtype=np.int64) for name in ("given", "planned", "arm"))
    evidence = Evidence(body["p_gain"], body["shown"], body["hoped"])
    arm = np.array(JOURNAL_ARMS, ARM)[codes]
    return Decision(
        given, planned, arm, len(loop.menu.ids), body["explorers"], body["held"], evidence, body["liability_minor"]
    )


def _learned(done: Period, loop: Loop) -> dict[str, Any]:
    reading = loop.reading
    return {
        "value_minor": float(done.value_minor.sum()),
        "cost_minor": float(done.cost_minor.sum()),
        "guardrails": None if reading is None else reading.action,
        "reasons": [] if reading is None else [f"{one.code} {one.subject}".strip() for one in reading.reasons],
        "alarms": [{"sign": one.sign, "change": one.change, "p_value": one.p_value} for one in loop.alarms],
    }
