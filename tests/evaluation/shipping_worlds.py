"""Experiments of which the truth is known, for reading period after period: skewed profits of few buyers."""

from dataclasses import dataclass

import numpy as np

from offerloop.evaluation.challenger import read_challenge
from offerloop.evaluation.totals import Totals

BUYERS = 0.125
"""Share of customers who buy in a period."""


@dataclass(frozen=True)
class World:
    """Customers drawn anew for each period, into two arms."""

    n_challenger: int
    n_current: int
    spread: float = 0.5
    """Of the logarithm of a purchase's profit."""
    kept: float = 1.0
    """What the challenger leaves of each profit."""

    def periods(self, rng, runs, looks):
        """Sums and sums of squares of profit per arm: (2, 2, looks, runs)."""
        arms = ((self.n_challenger, self.kept), (self.n_current, 1.0))
        return np.stack([self._arm(rng, n, kept, runs * looks).reshape(2, looks, runs) for n, kept in arms])

    def _arm(self, rng, n, kept, cells):
        buyers = rng.binomial(n, BUYERS, cells)
        sums = np.zeros((2, cells))
        for some in np.array_split(np.arange(cells), max(1, int(buyers.sum() // 5_000_000))):
            profit = kept * rng.lognormal(2.7, self.spread, buyers[some].sum())
            cell = np.repeat(some, buyers[some])
            sums += [np.bincount(cell, profit, cells), np.bincount(cell, profit**2, cells)]
        return sums


def actions(world, rule, runs, looks, rng):
    """(last action, look at which it was reached) of each run, read at every period until something is decided."""
    sums = np.cumsum(world.periods(rng, runs, looks), axis=2)
    return [_one(world, rule, sums[..., run]) for run in range(runs)]


def _one(world, rule, sums):
    for look in range(sums.shape[2]):
        groups = [
            {"profit": Totals.from_sums(n * (look + 1), {"outcome": tuple(arm[:, look])})}
            for n, arm in zip((world.n_challenger, world.n_current), sums, strict=True)
        ]
        action = read_challenge(*groups, rule).action
        if action != "go on":
            break
    return action, look + 1


def customers(rng, n, kind):
    """Totals of new customers whose habits last: as a share, a mean or ratio, adjusted or not."""
    level = 0.2 * rng.gamma(1, 1, n)
    spend, orders = _spend(rng, level)
    if kind == "share":
        return Totals.share(n, np.count_nonzero(rng.random(n) < 0.01))
    before, orders_before = _spend(rng, level)
    if kind == "adjusted":
        return Totals.of(spend, before=before)
    return Totals.of(spend, orders) if kind == "ratio" else Totals.of(spend, orders, before, orders_before)


def _spend(rng, level):
    orders = rng.poisson(level)
    spend = rng.lognormal(2.7, 1.0, orders.sum())
    return np.bincount(np.repeat(np.arange(len(level)), orders), spend, len(level)), orders.astype(float)


def even_actions(sizes, rule, kind, runs, looks, rng):
    """Last action of each run of the same policy twice, the metric being of this kind."""
    found = []
    for _ in range(runs):
        groups = [customers(rng, n, kind) for n in sizes]
        for look in range(looks):
            action = read_challenge(*({"profit": one} for one in groups), rule).action
            if action != "go on" or look == looks - 1:
                break
            groups = [one + customers(rng, n, kind) for one, n in zip(groups, sizes, strict=True)]
        found.append(action)
    return found
