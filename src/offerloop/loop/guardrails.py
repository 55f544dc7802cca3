"""Guardrails of a loop: customers who got their planned offer, compared with the randomised holdback.

Both are drawn anew in each period, so that totals of periods add up, and `evaluation.challenger` reads them after every
one of them: profit is to be better, and margin, returns, ratings, purchases below list price and opt-outs no worse than
a margin. What has happened in neither group (such as ratings in a shop without any) is left out. Where another share
is held back from now on, another trial begins. What is done:

    ship        a new trial begins
    roll back   for REST periods only random offers are sent; then a new trial begins
    stop        the arms are not those that were drawn: the campaigns so far get no plan any more; a new trial begins
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from offerloop.arrays import Bools, Floats
from offerloop.evaluation import ExperimentReading, Metric, ShipRule, Totals, read_challenge
from offerloop.loop.guardrail_sums import CHEAP, MARGIN, OPT_OUTS, RATINGS, RETURNS, MetricSums

PROFIT = "profit"
METRICS = (
    Metric(PROFIT),
    Metric(MARGIN, margin=0.10),
    Metric(RETURNS, margin=0.20, lower_is_better=True),
    Metric(RATINGS, margin=0.05),
    Metric(CHEAP, margin=0.20, lower_is_better=True),
    Metric(OPT_OUTS, margin=0.005, lower_is_better=True, relative=False),
)
"""Margins are shares of what customers without offers show; of opt-outs, customers in a period."""
SPAN = 26
"""Periods at whose end intervals are tightest."""
REST = 6
"""Periods without plans after one that did harm."""
State = Literal["trial", "rest"]


@dataclass(frozen=True)
class RandomisedCustomers:
    """Customers with an offer in a period's plan who did not explore; arrays of shape (customers,)."""

    held_back: Bools
    profit_minor: Floats
    """Value less all that coupons and contacts cost."""
    before_minor: Floats
    """What they usually spend in a period."""
    metrics: MetricSums
    """What else is compared, by name: dividend and divisor."""
    holdback: float
    """Share of these customers from whom offers were to be held back."""


@dataclass
class Guardrails:
    """One trial after the other."""

    held: float
    """Share of the customers of the trial from whom offers are held back."""
    state: State = "trial"
    periods_left: int = 0
    """Periods until the next trial."""
    planned: float = 0.0
    """Customers at whose number intervals are tightest."""
    treated: dict[str, Totals] = field(default_factory=dict)
    held_back: dict[str, Totals] = field(default_factory=dict)
    """Totals of customers who got their offer, and of those whose offer was held back."""

    def add_period(self, randomised: RandomisedCustomers | None) -> ExperimentReading | None:
        """Read one more period. Returns None where no plan was sent, and while plans rest."""
        if self.state == "rest":
            self.periods_left -= 1
            self.state = "rest" if self.periods_left > 0 else "trial"
        if randomised is None or self.state != "trial":
            return None
        if randomised.holdback != self.held:
            self.held = randomised.holdback
            self.begin("trial")
        self._add(randomised)
        reading = read_challenge(self.treated, self.held_back, self._rule())
        if reading.action != "go on":
            self.begin("rest" if reading.action == "roll back" else "trial")
        return reading

    def begin(self, state: State) -> None:
        """Another trial, now or later."""
        self.state, self.periods_left = state, REST if state == "rest" else 0
        self.planned, self.treated, self.held_back = 0.0, {}, {}

    def _add(self, randomised: RandomisedCustomers) -> None:
        self.planned = self.planned or float(SPAN * len(randomised.held_back))
        for rows, totals in ((~randomised.held_back, self.treated), (randomised.held_back, self.held_back)):
            own_totals = {PROFIT: Totals.of(randomised.profit_minor[rows], before=randomised.before_minor[rows])}
            for metric in METRICS[1:]:
                if metric.name in randomised.metrics:
                    above, below = randomised.metrics[metric.name]
                    own_totals[metric.name] = Totals.of(above[rows], below[rows])
            totals.update({name: totals[name] + one if name in totals else one for name, one in own_totals.items()})

    def _rule(self) -> ShipRule:
        happened = {name for name, one in self.treated.items() if one.sums[0] or self.held_back[name].sums[0]}
        metrics = tuple(one for one in METRICS if one.name in happened or one.name == PROFIT)
        return ShipRule(metrics, self.planned, (1 - self.held, self.held))
