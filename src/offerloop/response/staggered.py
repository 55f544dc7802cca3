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

import numpy as np

from offerloop.arrays import Floats, Ints
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
    parts = list(_parts(outcome, reached))
    after, before = ([one for one in parts if (one.periods >= 0) == later] for later in (True, False))
    if not after or not before:
        raise EvidenceError(
            Message(
                "no {least} customers were first reached while {least} others had not been, with a period before it, "
                "so nobody can be compared; give more periods, or keep some customers back for a while",
                least=FEWEST,
            )
        )
    times = sorted({one.periods for one in parts})
    by_time = [(time, [one for one in parts if one.periods == time]) for time in times]
    return Staggered(
        tuple(SinceReached(time, _mean(is_group), sum(one.n for one in is_group)) for time, is_group in by_time),
        _mean(after),
        _mean(before),
    )


@dataclass(frozen=True)
class _CohortEffect:
    """The effect ATT(g, t) of one cohort in one period."""

    periods: int
    value: float
    influence: Floats
    """(customers,): its mean is 0, and the variance of the value is that of its sum over customers squared."""
    n: int


def _parts(outcome: Floats, reached: Ints) -> Iterator[_CohortEffect]:
    periods = outcome.shape[1]
    for g in np.unique(reached[(reached > 0) & (reached < periods)]):
        is_group = reached == g
        for t in range(max(g - 1 - LEADS, 0), min(g + LAGS, periods)):
            if t == g - 1:
                continue
            others = reached > max(t, g)
            if min(is_group.sum(), others.sum()) >= FEWEST:
                yield _compared(outcome[:, t] - outcome[:, g - 1], is_group, others, int(t - g))


def _compared(change: Floats, is_group: Floats, others: Floats, periods: int) -> _CohortEffect:
    value, influence = 0.0, np.zeros(len(change))
    for rows, sign in ((is_group, 1.0), (others, -1.0)):
        mean = float(change[rows].mean())
        value += sign * mean
        influence[rows] += sign * (change[rows] - mean) / rows.sum()
    return _CohortEffect(periods, value, influence, int(is_group.sum()))


def _mean(parts: list[_CohortEffect]) -> Estimate:
    """Weighted by the customers reached; weights are taken as known."""
    weights = np.array([one.n for one in parts], dtype=np.float64)
    weights /= weights.sum()
    value = float(sum(weight * one.value for weight, one in zip(weights, parts, strict=True)))
    influence = sum(weight * one.influence for weight, one in zip(weights, parts, strict=True))
    return Estimate.of(value, float(np.sqrt(np.sum(np.square(influence)))))
