"""Offers decided at once, one arrival after another, from a budget that has to last for a period.

Each customer gets the offer with the highest `profit - price x cost`, or nothing when that is not above 0. The price is
solved anew every so many arrivals: the one at which a rolling sample of latest arrivals would spend, over all
arrivals still to come, exactly what is left of the budget after what was truly spent. A wrong price therefore corrects
itself (dynamic re-solving: Agrawal, Wang and Ye 2014, "A dynamic near-optimal algorithm for online linear
programming"; pacing by a price on the budget: Balseiro and Gur 2019, "Learning in repeated auctions with
budgets"). What may never be exceeded does not hang on the price: a guard is asked before every offer.

All costs, the budget and what the guard counts are integers in one unit: minor units under a liability budget, where an
offer counts at the most it can cost, or millionths of them under an expected one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from offerloop.allocation.rolling import IssuedSpending, RollingSample, Traffic
from offerloop.arrays import Floats, Ints
from offerloop.errors import ContractError
from offerloop.offers import NOTHING

ENDGAME = 20
"""The price is solved at least so often again in what is left of the period."""
Guard = Callable[[int], bool]
"""Reserves an amount of the budget and says true, or says false and reserves nothing."""


@dataclass(frozen=True)
class Arrivals:
    """Customers who came together, in the order in which they came, with their K offers."""

    profit: Floats
    """(n, K), minor units; minus infinity where a customer may not have an offer."""
    cost: Ints
    """(n, K), what an offer is planned to take of the budget."""
    most: Ints
    """(n, K), what the guard is asked for: the liability, or `cost` where a budget need hold only on average."""

    def __post_init__(self) -> None:
        """Raises ContractError when an offer is missing a number or costs less than nothing."""
        if not self.profit.shape == self.cost.shape == self.most.shape or self.profit.ndim != 2:
            raise ContractError(f"profit, cost and most have shapes {self.profit.shape}, {self.cost.shape} and "
                                f"{self.most.shape}; they need one and the same, customers by offers")  # fmt: skip
        if not (self.profit < np.inf).all() or (self.cost < 0).any() or (self.most < 0).any():
            raise ContractError("an arrival has a profit that is no number, or a cost below 0; leave such offers out")

    def part(self, start: int, stop: int) -> Arrivals:
        """Those at positions from `start` until before `stop`."""
        return Arrivals(self.profit[start:stop], self.cost[start:stop], self.most[start:stop])


@dataclass
class Purse:
    """A guard for one thread, in memory."""

    budget: int
    spent: int = 0
    reserved: int = 0

    def reserve(self, amount: int) -> bool:
        """Whether `amount` was free and now is reserved."""
        if self.spent + self.reserved + amount > self.budget:
            return False
        self.reserved += amount
        return True

    def settle(self, reserved: int, spent: int) -> None:
        """Offers were redeemed or expired: what was reserved for them is released, and what they cost is spent."""
        self.reserved -= reserved
        self.spent += spent


class Pacer:
    """Decides arrivals, and knows the price of the budget."""

    def __init__(
        self,
        budget: int,
        traffic: Traffic,
        reserve: Guard,
        *,
        life: float | None = None,
        price: float | None = None,
        every: int = 250,
        sample: int = 10_000,
    ) -> None:
        """`life`: time after which an offer is redeemed or expired, when `spent` tells true costs; None: planned
        costs count at once, as under a liability budget. `price`: a first one, kept until `every` arrivals have come;
        later it is solved at least so often, from the `sample` latest arrivals.
        """
        self.budget, self.price = budget, price or 0.0
        self._traffic, self._reserve, self._every = traffic, reserve, every
        self._sample = RollingSample(sample)
        self._spending = IssuedSpending(budget, life)
        self._seen, self._due = 0, every if price is not None else 0

    def learn(self, profit: Floats, cost: Ints) -> None:
        """Begin with a sample (n, K) of an earlier period's arrivals, the latest last."""
        self._sample.add(profit, cost)

    def decide(self, arrivals: Arrivals, at: float) -> Ints:
        """Positions (n,) of the offers issued, or NOTHING, to customers who came since the last call, until `at`.

        `at` is on the clock of the traffic's edges and never falls from call to call.
        """
        n = len(arrivals.profit)
        self._sample.add(arrivals.profit, arrivals.cost)
        self._traffic.saw(n, at)
        self._seen += n
        parts, start = [np.empty(0, dtype=np.int64)], 0
        while start < n:
            if self._due <= 0:
                self._solve(n - start, at)
            part = arrivals.part(start, start + self._due)
            parts.append(self._issue(part, at))
            self._due -= len(part.profit)
            start += len(part.profit)
        return np.concatenate(parts)

    def spent(self, amount: int, issued_at: float) -> None:
        """Redemptions of offers issued at that time (as `decide` was told it) cost `amount`."""
        self._spending.redeemed(amount, issued_at)

    def _solve(self, here: int, at: float) -> None:
        """The price from now on; `here` customers have come and are not decided yet."""
        left = here + self._traffic.to_come()
        committed, ratio = self._spending.so_far(at)
        self.price = self._sample.price((self.budget - committed) / ratio / left)
        self._due = max(1, min(self._every, self._seen, int(left / ENDGAME)))

    def _issue(self, arrivals: Arrivals, at: float) -> Ints:
        chosen = issue(arrivals, self.price, self._reserve)
        recipients = np.flatnonzero(chosen != NOTHING)
        self._spending.issued(int(arrivals.cost[recipients, chosen[recipients]].sum()), at)
        return chosen


def issue(arrivals: Arrivals, price: float, reserve: Guard) -> Ints:
    """Positions (n,) of each arrival's best offer at this price that the guard lets through, or NOTHING.

    The guard is asked once for all; when it refuses, one by one in the order of arrival.
    """
    net = arrivals.profit - price * arrivals.cost
    best, rows = net.argmax(axis=1), np.arange(len(net))
    pays = net[rows, best] > 0
    amount = int(arrivals.most[rows, best][pays].sum())
    if amount and not reserve(amount):
        return _one_by_one(net, arrivals.most, reserve)
    return np.where(pays, best, NOTHING)


def _one_by_one(net: Floats, most: Ints, reserve: Guard) -> Ints:
    """The same for a budget that is nearly used up: what it refuses, it is not asked again, nor for more."""
    chosen = np.full(len(net), NOTHING)
    refused: float = np.inf
    for row in np.flatnonzero((net > 0).any(axis=1)):
        for offer in np.argsort(-net[row], kind="stable")[: (net[row] > 0).sum()]:
            amount = int(most[row, offer])
            if amount >= refused:
                continue
            if amount == 0 or reserve(amount):
                chosen[row] = offer
                break
            refused = amount
    return chosen
