"""What online decisions learn as the period goes on: who arrives, how many still come, and what offers really cost."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from offerloop.allocation.hull import FrontierSteps, cheapest
from offerloop.allocation.problem import COST, Block
from offerloop.arrays import Floats, Ints
from offerloop.errors import ContractError

STRETCH = 25.0
"""Expected arrivals from which a stretch of traffic tells a rate. The forecast itself counts for as many: as if it were
right to within a fifth."""
STRETCHES = 1000
"""Into which the period's traffic is cut at most."""
DEVIATIONS = 3.0
"""Half width, in standard deviations, of the intervals of rates that are compared."""
PLAN_WEIGHT = 0.005
"""Share of the budget that planned costs count for before true ones are known."""


class RollingSample:
    """The latest arrivals, as steps of their hulls, from which the price of a budget is read."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._seen = 0
        self._new: list[tuple[Floats, Ints]] = []
        self._steps = FrontierSteps.none()

    def add(self, profit: Floats, cost: Ints) -> None:
        """Arrivals (n, K), the latest last; the oldest beyond `size` are forgotten."""
        self._new.append((profit, cost))

    def price(self, budget_each: float) -> float:
        """The price at which the sample spends `budget_each` per arrival; 0 when it cannot spend so much.

        It is the return of the first hull step that no longer fits, as in the linear relaxation of the multiple-choice
        knapsack (Sinha and Zoltners 1979), so at this price the sample spends at most that.
        """
        self._walk()
        slope, order = self._steps.slope, np.argsort(-self._steps.slope)
        fit = budget_each * min(self._seen, self.size)
        first = int(np.searchsorted(np.cumsum(self._steps.cost[order]), fit, side="right"))
        return float(slope[order[first]]) if first < len(order) else 0.0

    def _walk(self) -> None:
        """Steps of new arrivals, numbered in their order; those of forgotten ones go."""
        if not self._new:
            return
        profits, costs = zip(*self._new, strict=True)
        self._new.clear()
        block = Block(np.arange(sum(map(len, profits))), np.concatenate(profits), {COST: np.concatenate(costs)})
        steps = FrontierSteps.between(block, cheapest(block), 0.0)
        steps = replace(steps, row=steps.row + self._seen)
        self._seen += block.size
        both = FrontierSteps.joined([self._steps, steps])
        self._steps = both.of(np.flatnonzero(both.row >= self._seen - self.size))


class Traffic:
    """How many customers still come: the forecast times the rate at which they came lately.

    The rate is arrivals over forecast in the longest stretch up to now that no shorter one contradicts (intersection
    of confidence intervals, Goldenshluger and Nemirovski 1997), arrivals taken as Poisson. So it is steady in steady
    traffic, and soon follows a crowd.
    """

    def __init__(self, edges: Floats, expected: Floats) -> None:
        """`edges` (H + 1,) ascending times, `expected` (H,) arrivals between them."""
        self._edges = np.asarray(edges, dtype=np.float64)
        self._until = np.concatenate([[0.0], np.cumsum(expected)])
        self._counts, self._forecast = [STRETCH, 0.0], [STRETCH, 0.0]
        self._passed = 0.0

    def saw(self, n: int, at: float) -> None:
        """`n` customers came since the last call, until `at`."""
        until = float(np.interp(at, self._edges, self._until))
        if self._forecast[-1] >= max(STRETCH, self._until[-1] / STRETCHES):
            self._counts.append(0.0)
            self._forecast.append(0.0)
        self._counts[-1] += n
        self._forecast[-1] += until - self._passed
        self._passed = until

    def rate(self) -> float:
        """Arrivals per arrival forecast, lately."""
        counts, forecast = np.cumsum(self._counts[::-1]), np.cumsum(self._forecast[::-1])
        counts, forecast = counts[forecast >= STRETCH], forecast[forecast >= STRETCH]
        root = np.sqrt(counts + 3 / 8)  # of Poisson counts it has variance 1/4 (Anscombe 1948)
        low = np.maximum(root - DEVIATIONS / 2, 0) ** 2 / forecast
        high = (root + DEVIATIONS / 2) ** 2 / forecast
        agree = np.maximum.accumulate(low) <= np.minimum.accumulate(high)
        longest = len(agree) if agree.all() else int(agree.argmin())
        return float(counts[longest - 1] / forecast[longest - 1])

    def to_come(self) -> float:
        """Arrivals from the last call to the end of the period."""
        return self.rate() * float(self._until[-1] - self._passed)


class IssuedSpending:
    """What issued offers cost: as planned, or as redemptions tell it (`life` given), often later than the decision."""

    def __init__(self, budget: int, life: float | None) -> None:
        self._life = life
        self._weight = max(PLAN_WEIGHT * budget, 1.0)
        self._planned, self._spent = 0, 0
        self._open: dict[float, list[int]] = {}

    def issued(self, planned: int, at: float) -> None:
        """Offers with this planned cost together were issued at `at`, not before any issued earlier."""
        if self._life is None:
            self._spent += planned
        elif planned:
            self._open.setdefault(at, [0, 0])[0] += planned

    def redeemed(self, amount: int, issued_at: float) -> None:
        """Offers issued then have cost `amount` more. Raises ContractError where planned costs count at once."""
        if self._life is None:
            raise ContractError("offers whose planned cost counts at once have no other; give the pacer their 'life'")
        if issued_at in self._open:
            self._open[issued_at][1] += amount
        else:
            self._spent += amount

    def so_far(self, now: float) -> tuple[float, float]:
        """What all issued offers cost when the open ones are done, and true cost per planned cost.

        The ratio is that of offers older than their life: among younger ones only the quick have been redeemed.
        """
        if self._life is None:
            return float(self._spent), 1.0
        for at in [one for one in self._open if one + self._life <= now]:
            planned, spent = self._open.pop(at)
            self._planned, self._spent = self._planned + planned, self._spent + spent
        ratio = (self._spent + self._weight) / (self._planned + self._weight) if self._planned else 1.0
        planned, spent = (sum(one[part] for one in self._open.values()) for part in (0, 1))
        return self._spent + max(float(spent), ratio * planned), ratio
