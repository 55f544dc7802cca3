"""What a comparison of two random groups will be able to show, estimated in advance from what customers bought."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from offerloop.arrays import Floats
from offerloop.evaluation.experiment import LEAST_BUYERS, LEAST_CUSTOMERS, difference, enough
from offerloop.evaluation.moments import Moments

POWER_80 = 2.8
"""Standard errors that an effect must measure to be shown in 80 of 100 experiments: 1.96 + 0.84."""
REDRAWN = 400
"""Draws of the groups from which the power of a coming experiment is estimated."""
MOST_TEST_DAYS = 364
"""Days for which a test of a plan may go on: in a year a shop's customers and prices are others."""


@dataclass(frozen=True)
class ComingTest:
    """What a comparison of two groups will be able to show, before it runs."""

    n_treated: int
    n_control: int
    detectable: float | None
    """Least effect, in total over the treated, that is shown in 80 of 100 experiments; None with a group too small."""
    rough: float
    """Least effect by the normal approximation, for groups of any size; infinite where one is empty."""
    buyers: float
    """Buyers to be expected in the smaller group."""
    period_days: int
    """Days of one period."""

    @classmethod
    def of(cls, before: Floats, n_treated: int, n_control: int, period_days: int) -> ComingTest:
        """Judge a test by the outcome of both groups in a period before it, (customers,), or in several, (customers,
        periods): not adjusted.

        The groups are drawn again many times, in one period after another; in 80 of 100 the interval of no effect
        reaches down less far than that.
        """
        before = np.atleast_2d(before.T).T
        n_buyers = np.count_nonzero(before) / before.shape[1]
        rough, buyers = _rough(before, n_treated, n_control), min(n_treated, n_control) * n_buyers / max(len(before), 1)
        if not enough(n_treated, n_control, n_buyers):
            return cls(n_treated, n_control, None, rough, buyers, period_days)
        rng, lows, periods = np.random.default_rng(0), [], [(one, Moments.of(one)) for one in before.T]
        fewer = min(n_treated, n_control)
        for draw in range(REDRAWN):
            outcome, whole = periods[draw % len(periods)]
            some = Moments.of(outcome[rng.choice(len(outcome), fewer, replace=False, shuffle=False)])
            pair = (some, whole - some) if fewer == n_treated else (whole - some, some)
            lows.append(difference(*pair).low)
        detectable = -float(np.quantile(lows, 0.2)) * n_treated
        return cls(n_treated, n_control, detectable, rough, buyers, period_days)

    def times(self, factor: float) -> ComingTest:
        """Return the test with so many times as many customers of the same kind in both groups.

        Standard errors of means shrink with the root of it, so that those of totals grow with it.
        """
        root = math.sqrt(factor)
        return ComingTest(
            round(self.n_treated * factor),
            round(self.n_control * factor),
            None if self.detectable is None else self.detectable * root,
            self.rough * root,
            self.buyers * factor,
            self.period_days,
        )

    @property
    def most_periods(self) -> int:
        """Periods for which the test may go on."""
        return max(MOST_TEST_DAYS // self.period_days, 1)

    def periods(self, hoped: float) -> int | None:
        """After how many periods an effect of this size in each, in total over the treated, is shown in 80 of 100.

        Effects add up over periods and standard errors grow with the root of their number: periods count as
        independent, as they about do once a read-out has adjusted for what customers bought before. None where no
        number is enough: a group has fewer than LEAST_CUSTOMERS customers, nobody buys, or nothing is hoped for.
        """
        if min(self.n_treated, self.n_control) < LEAST_CUSTOMERS or hoped <= 0 or self.buyers <= 0:
            return None
        if self.detectable is not None and self.detectable <= hoped:
            return 1
        return math.ceil(max(1.0 + 1e-9, self._information(hoped), LEAST_BUYERS / self.buyers))

    def times_as_many(self, hoped: float) -> float | None:
        """How many times as many customers in both groups show it within `most_periods`; None where no number does."""
        fewest = min(self.n_treated, self.n_control)
        if fewest == 0 or hoped <= 0 or self.buyers <= 0:
            return None
        needed = max(self._information(hoped), LEAST_BUYERS / self.buyers)
        return max(LEAST_CUSTOMERS / fewest, needed / self.most_periods)

    def _information(self, hoped: float) -> float:
        """How many times as much must be seen as in one period; over several, sums are no longer skewed."""
        return (self.rough / hoped) ** 2


def _rough(before: Floats, n_treated: int, n_control: int) -> float:
    if min(n_treated, n_control) == 0:
        return math.inf
    return POWER_80 * math.sqrt(before.var(axis=0).mean()) * math.sqrt(1 / n_treated + 1 / n_control) * n_treated
