"""The loop itself, without a shop: decides, is told what came of it, believes something else, decides again."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from offerloop.loop.belief import Belief, Prior, Scaling, Sums, believe
from offerloop.loop.costs import Costs
from offerloop.loop.decide import Decision, Rules, decide
from offerloop.loop.shop import Menu, Period, Sight


@dataclass
class Loop:
    """What it knows after some periods. What happened in the last one is learned with the next: only then is it known
    what came back of it.
    """

    menu: Menu
    budget_minor: int
    """Of liabilities, for a period."""
    rules: Rules = field(default_factory=Rules)
    prior: Prior = field(default_factory=Prior)
    scaling: Scaling | None = None
    sums: Sums | None = None
    costs: Costs | None = None
    last: Period | None = None

    def learn(self, period: Period) -> None:
        """What came of a period."""
        if self.scaling is None:
            self.scaling = Scaling.of(period.sight)
        done, self.last = self.last, period
        if done is not None:
            sums, costs = Sums.of(done, self.menu, self.scaling), Costs.of(done, self.menu)
            self.sums = sums if self.sums is None else self.sums + sums
            self.costs = costs if self.costs is None else self.costs + costs

    def belief(self) -> Belief:
        """As it is now."""
        return believe(self.sums, self.prior, self.menu.groups)

    def decide(self, sight: Sight, rng: np.random.Generator) -> Decision:
        """The next period's offers."""
        nothing = np.zeros(self.menu.groups)
        costs = self.costs or Costs(nothing, nothing, nothing)
        scaling = self.scaling or Scaling.of(sight)
        return decide(sight, self.menu, self.belief(), scaling, costs, self.budget_minor, self.rules, rng)
