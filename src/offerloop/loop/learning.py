"""The loop itself, without a shop: decides, is told what came of it, believes something else, decides again."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from offerloop.evaluation import Reading
from offerloop.loop.belief import Belief, Prior, Scaling, Sums, believe, design
from offerloop.loop.costs import Costs
from offerloop.loop.decide import Decision, Known, Rules, decide
from offerloop.loop.drift import BY_LOT, OF_PLAN, Alarm, Drift
from offerloop.loop.guardrails import Drawn, Guardrails
from offerloop.loop.shop import Menu, Period, Sight
from offerloop.offers import NOTHING

KEPT = 0.25
"""Of what was learned before an alarm, how much counts after it."""
WARY, MORE = 4, 2.0
"""Periods after an alarm in which so many times more is explored."""


@dataclass
class Loop:
    """What it knows after some periods. What happened in the last one is learned with the next: only then is it known
    what came back of it. Guardrails read it then too; drift is looked for at once.
    """

    menu: Menu
    budget_minor: int
    """Of the liabilities of a period."""
    rules: Rules = field(default_factory=Rules)
    prior: Prior = field(default_factory=Prior)
    scaling: Scaling | None = None
    sums: Sums | None = None
    costs: Costs | None = None
    last: Period | None = None
    drift: Drift = field(default_factory=Drift)
    alarms: list[Alarm] = field(default_factory=list)
    """Of the last period."""
    wary: int = 0
    """Periods in which more is explored."""
    reading: Reading | None = None
    """What guardrails said of the period before the last."""
    good: Known | None = None
    """What was believed when a plan last proved better than nothing."""

    def __post_init__(self) -> None:
        self.guardrails = Guardrails(self.rules.held)

    def learn(self, period: Period) -> None:
        """What came of a period."""
        if self.scaling is None:
            self.scaling = Scaling.of(period.sight)
        self._look_for_drift(period, self.scaling)
        done, self.last = self.last, period
        if done is not None:
            sums, costs = Sums.of(done, self.menu, self.scaling), Costs.of(done, self.menu)
            self.sums = sums if self.sums is None else self.sums + sums
            self.costs = costs if self.costs is None else self.costs + costs
            self._read(done)

    def known(self, sight: Sight) -> Known:
        """As it is now; `sight` serves before anything was seen."""
        nothing = np.zeros(self.menu.groups)
        costs = self.costs or Costs(nothing, nothing)
        return Known(self.belief(), self.scaling or Scaling.of(sight), costs)

    def belief(self) -> Belief:
        """What is believed of the offers now."""
        return believe(self.sums, self.prior, self.menu.groups)

    def decide(self, sight: Sight, rng: np.random.Generator) -> Decision:
        """The next period's offers."""
        resting = self.guardrails.state != "trial"
        known = self.good if resting and self.good is not None else self.known(sight)
        explore = min(self.rules.explore * (MORE if self.wary else 1.0), 1.0)
        rules = replace(self.rules, explore=explore)
        allowed = not resting or (self.good is not None and self.guardrails.state == "rest")
        return decide(sight, self.menu, known, self.budget_minor, rules, rng, allowed=allowed)

    def _read(self, done: Period) -> None:
        self.reading = self.guardrails.see(Drawn.of(done))
        if self.reading is None:
            return
        if self.reading.action == "ship":
            self.good = self.known(done.sight)
        elif self.reading.action == "stop":
            self.good = None

    def _look_for_drift(self, period: Period, scaling: Scaling) -> None:
        self.wary = max(0, self.wary - 1)
        self.alarms = []
        if period.pulse is None:
            return
        self.alarms = self.drift.see(period.pulse, self._signs(period, period.pulse.orders, scaling))
        if self.alarms:
            self.wary = WARY
            self.sums = None if self.sums is None else self.sums * KEPT
            self.costs = None if self.costs is None else self.costs * KEPT
            if self.guardrails.state == "trial":
                self.guardrails.begin("trial")

    def _signs(self, period: Period, orders: int, scaling: Scaling) -> dict[str, float]:
        """Orders, calibration, and how far offers did what was expected of them."""
        of = OF_PLAN if period.planned is not None and (period.planned != NOTHING).any() else BY_LOT
        found = {"orders" + of: float(np.log(max(orders, 1)))}
        if self.sums is None or self.costs is None:
            return found
        known = self.known(period.sight)
        x, weight, y = design(period, self.menu, scaling)
        expected = x @ known.belief.coefficients
        found["value"] = float(np.log(max(y.sum(), 1.0) / max(expected.sum(), 1.0)))
        told = np.flatnonzero(period.given != NOTHING)
        if len(told):
            cost = known.costs.expected_minor(period.sight, self.menu)[told, period.given[told]]
            spent = max(float(period.cost_minor[told].sum()), 0.0)
            roots = np.sqrt(spent), np.sqrt(cost.sum()), np.sqrt(max(cost.mean(), 1.0))
            found["cost" + of] = float((roots[0] - roots[1]) / roots[2])
        offered, surprise = weight * x[:, : self.menu.groups].sum(axis=1), y - expected
        error = float(np.sqrt(np.sum((offered * surprise) ** 2)))
        return found | ({"offer effect" + of: float(offered @ surprise) / error} if error > 0 else {})
