"""Experiments of which the truth is known, for reading period after period: skewed profits of few buyers."""

from dataclasses import dataclass

import numpy as np

from offerloop.evaluation.shipping import read_challenge
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
