"""Difference-in-differences where customers were first reached at different times (Callaway and Sant'Anna 2021).

For those first reached in period g, the effect in period t is the change of their outcome since g - 1, less the change
over the same time of customers who had not been reached by t:

    ATT(g, t) = mean(y_t - y_(g-1) | first reached in g) - mean(y_t - y_(g-1) | not reached until after t)

A regression with customer and period effects would also compare the newly reached with those reached before, whose
effect may still be growing, and can have the wrong sign (Goodman-Bacon 2021); here they never serve as controls.
Effects of the same time since reaching are averaged, weighted by the customers reached. Those of times before it are
placebos: they are 0 where both groups would have moved alike. Errors are by customer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from operator import add

import numpy as np

from offerloop.arrays import Bools, Floats, Ints
from offerloop.errors import EvidenceError
from offerloop.evaluation import Estimate
from offerloop.message import Message

NEVER = np.iinfo(np.int64).max
"""Stands for the period of customers who were not reached."""
LEADS, LAGS = 3, 8
"""Periods before reaching that are placebos, and periods from reaching on that count."""
FEWEST = 30
"""Customers that a comparison must have on both sides."""


@dataclass(frozen=True)
class SinceReached:
    """Mean effect so many periods after customers were first reached; before it, a placebo."""

    periods: int
    """0 is the period in which they were reached."""
    effect: Estimate
    n_reached: int


@dataclass(frozen=True)
class Staggered:
    """What being reached did to those who were."""

    by_time: tuple[SinceReached, ...]
    overall: Estimate
    """A period and customer, averaged over all periods from reaching on."""
    placebo: Estimate
    """The placebo: the effect in the periods before; not 0 where those who were reached changed otherwise already."""


def staggered(outcome: Floats, reached: Ints) -> Staggered:
    """Read outcomes (customers, periods) and the period in which each was first reached, (customers,) or NEVER.

    Raises EvidenceError where no group of customers can be compared.
    """
    by_time: dict[int, _Cohorts] = {}
    for periods, cohort in _cohorts(outcome, reached):
        by_time[periods] = by_time[periods] + cohort if periods in by_time else cohort
    after, before = ([by_time[one] for one in by_time if (one >= 0) == later] for later in (True, False))
    if not after or not before:
        raise EvidenceError(
            Message(
                "no {least} customers were first reached while {least} others had not been, with a period before it, "
                "so nobody can be compared; give more periods, or keep some customers back for a while",
                least=FEWEST,
            )
        )
    return Staggered(
        tuple(SinceReached(time, by_time[time].mean, by_time[time].n) for time in sorted(by_time)),
        reduce(add, after).mean,
        reduce(add, before).mean,
    )


@dataclass(frozen=True)
class _Cohorts:
    """Effects ATT(g, t), summed over the customers reached; these weights are taken as known."""

    n: int
    effect: float
    influence: Floats
    """(customers,): its mean is 0, and the variance of the effect is that of its sum over customers squared."""

    def __add__(self, other: _Cohorts) -> _Cohorts:
        return _Cohorts(self.n + other.n, self.effect + other.effect, self.influence + other.influence)

    @property
    def mean(self) -> Estimate:
        return Estimate.of(self.effect / self.n, float(np.sqrt(np.sum(np.square(self.influence)))) / self.n)


def _cohorts(outcome: Floats, reached: Ints) -> Iterator[tuple[int, _Cohorts]]:
    """The periods since reaching, and the effect of one cohort in one period, one after the other."""
    periods = outcome.shape[1]
    for g in np.unique(reached[(reached > 0) & (reached < periods)]):
        is_group = reached == g
        for t in range(max(g - 1 - LEADS, 0), min(g + LAGS, periods)):
            if t == g - 1:
                continue
            others = reached > max(t, g)
            if min(is_group.sum(), others.sum()) >= FEWEST:
                yield int(t - g), _compared(outcome[:, t] - outcome[:, g - 1], is_group, others)


def _compared(change: Floats, is_group: Bools, others: Bools) -> _Cohorts:
    n = int(is_group.sum())
    effect, influence = 0.0, np.zeros(len(change))
    for rows, sign in ((is_group, n), (others, -n)):
        mean = float(change[rows].mean())
        effect += sign * mean
        influence[rows] = sign * (change[rows] - mean) / rows.sum()
    return _Cohorts(n, effect, influence)
