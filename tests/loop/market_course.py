"""A simulated shop played by the loop of beliefs, step by step, as a journal wants it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from offerloop.errors import ContractError
from offerloop.loop.decide import Decision, Evidence
from offerloop.loop.learning import Loop
from offerloop.loop.market_shop import MarketShop
from offerloop.loop.shop import ARM, Period, Sight
from offerloop.tables import EXPLORE, HOLDBACK, PLAN

JOURNAL_ARMS = (PLAN, HOLDBACK, EXPLORE)
"""A journal holds arms as their positions here."""


@dataclass
class MarketCourse:
    """See `periods.Course`."""

    shop: MarketShop
    loop: Loop
    seed: int
    _sights: dict[int, Sight] = field(default_factory=dict)

    def decide(self, period: int) -> dict[str, Any]:
        """Within the budget. Raises ContractError for a decision that is not."""
        loop, made = self.loop, self.loop.decide(self._sight(period), np.random.default_rng([self.seed, period]))
        if made.liability_minor > loop.budget_minor:
            raise ContractError(
                f"period {period} would cost up to {made.liability_minor}, more than its budget {loop.budget_minor}"
            )
        return {
            "given": made.given.tolist(), "planned": made.planned.tolist(),
            "arm": [JOURNAL_ARMS.index(one) for one in made.arm.tolist()],
            "explorers": made.explorers, "held": made.held, "sent": made.sent, **vars(made.evidence),
            "liability_minor": made.liability_minor, "belief": loop.belief().mean.tolist(),
            "state": loop.guardrails.state,
        }  # fmt: skip

    def give(self, period: int, decided: dict[str, Any]) -> None:
        """See `Course.give`."""
        self._sight(period)
        self.shop.give(period, self._decision(decided))

    def learn(self, period: int, decided: dict[str, Any]) -> dict[str, Any]:
        """See `Course.learn`."""
        done = self.shop.outcome(self._sights.pop(period), self._decision(decided))
        self.loop.learn(done)
        return _learned(done, self.loop)

    def _sight(self, period: int) -> Sight:
        """What was seen before the period."""
        if period not in self._sights:
            self._sights[period] = self.shop.sight()
        return self._sights[period]

    def _decision(self, decided: dict[str, Any]) -> Decision:
        given, planned, codes = (np.array(decided[name], dtype=np.int64) for name in ("given", "planned", "arm"))
        evidence = Evidence(decided["p_gain"], decided["shown"], decided["hoped"])
        arm = np.array(JOURNAL_ARMS, ARM)[codes]
        sizes = len(self.loop.menu.ids), decided["explorers"], decided["held"]
        return Decision(given, planned, arm, *sizes, evidence, decided["liability_minor"])


def _learned(done: Period, loop: Loop) -> dict[str, Any]:
    reading = loop.reading
    return {
        "value_minor": float(done.value_minor.sum()),
        "cost_minor": float(done.cost_minor.sum()),
        "guardrails": None if reading is None else reading.action,
        "reasons": [] if reading is None else [f"{one.code} {one.subject}".strip() for one in reading.reasons],
        "alarms": [{"sign": one.sign, "change": one.change, "p_value": one.p_value} for one in loop.alarms],
    }
