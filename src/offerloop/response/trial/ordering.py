"""Customers in the order of what their best offer is held to bring them, and what left-out customers show of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from offerloop.arrays import Bools, Floats, Ints
from offerloop.evaluation import Estimate
from offerloop.response.trial.model_selection import rank_share
from offerloop.response.trial.spread import mean_estimate
from offerloop.response.trial.study import TrialStudy

STEPS, TENTHS = 20, 10
"""Points of a curve; parts of the order."""


@dataclass(frozen=True)
class Decile:
    """A tenth of the customers."""

    decile: int
    """1 lowest to 10 highest."""
    rows: Bools
    """(rows,): whether each is in it."""
    predicted: float
    realised: Estimate


@dataclass(frozen=True)
class TreatedShare:
    """The gain from treating a share of the customers, best first, per customer of all."""

    share: float
    gain: Estimate
    """Profit, or value where no cost is known."""
    value: Estimate
    cost: Estimate | None


@dataclass(frozen=True, eq=False)
class CustomerOrdering:
    """The order of customers by the chosen estimator; ties are broken at random."""

    study: TrialStudy
    seed: int

    @cached_property
    def best(self) -> Floats:
        """(rows, K): 1 for the offer that is held best for each."""
        profit = self.study.profit
        return np.eye(profit.shape[1])[1 + profit[:, 1:].argmax(axis=1)]

    @cached_property
    def ahead(self) -> Floats:
        """(rows,): share of the rows that are held better within their fold, a mean over divisions."""
        every, rows = self.study.each_profit, np.arange(len(self.best))
        scores = [one[rows, 1 + one[:, 1:].argmax(axis=1)] for one in every]
        place = np.mean([rank_share(*pair) for pair in zip(scores, self.study.value.fold, strict=True)], axis=0)
        tie_breaker = np.random.default_rng(self.seed).random(len(place))
        shares = np.empty(len(place))
        shares[np.lexsort((tie_breaker, place))] = rows / len(rows)
        return shares

    def deciles(self) -> Iterator[Decile]:
        """Lowest first; parts of fewer than two rows are left out."""
        held, realised = ((one * self.best).sum(axis=1) for one in (self.study.profit, self.study.effect))
        decile = TENTHS - np.floor(self.ahead * TENTHS).astype(np.int64)
        for tenth in range(1, TENTHS + 1):
            rows = decile == tenth
            if rows.sum() > 1:
                yield Decile(tenth, rows, float(held[rows].mean()), mean_estimate(realised[rows], self._whose(rows)))

    def _whose(self, rows: Bools) -> Ints | None:
        return None if self.study.whose is None else self.study.whose[rows]

    def steps(self) -> Iterator[TreatedShare]:
        """Yield shares of the customers, from one twentieth to all."""
        cost, whose = self.study.cost, self.study.whose
        value = (self.study.value.effect * self.best).sum(axis=1)
        paid = None if cost is None else (cost.effect * self.best).sum(axis=1)
        for step in range(1, STEPS + 1):
            inside = (self.ahead < step / STEPS).astype(np.float64)
            gain = value if paid is None else value - paid
            yield TreatedShare(
                share=step / STEPS,
                gain=mean_estimate(gain * inside, whose),
                value=mean_estimate(value * inside, whose),
                cost=None if paid is None else mean_estimate(paid * inside, whose),
            )
