"""Days on which propensities differed by customer, so that only that of the offer shown is known.

Rows of such a day count by the inverse of their propensity, times the day's share of their offer, so that what was
shown does not depend on the customer (Horvitz and Thompson 1952). On days of which next to nothing would be left, such
as those of a plan with few random offers, rows count alike, and other offers share the rest as they occurred.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from offerloop.arrays import Floats, Ints

ROWS_OF_ALL = 20.0
"""Rows as on other days that count beside those of one day, of which there may be few."""
LEAST_WORTH = 0.1
"""Share of a day's rows that weights must be worth to be used: with less, variance outweighs bias."""


@dataclass(frozen=True, eq=False)
class PersonalDays:
    """What all rows of a log tell of its days; whoever is read with fewer customers reads them in the same way."""

    names: tuple[str, ...]
    """The ids of all offers (E,), of which those to learn of come first."""
    days: Ints
    """(D,): ascending."""
    shares: Floats
    """(D + 1, E): how often each offer occurred on each day; on any other day as often as on all of them."""
    factor: Floats
    """(D + 1,): what weights are multiplied by, so that they sum to as many rows as they are worth (Kish 1965)."""
    is_weighted: NDArray[np.bool_]
    """(D + 1,): whether weights are used."""

    @classmethod
    def of(cls, names: tuple[str, ...], to_learn: int, day: Ints, action: Ints, own: Floats) -> PersonalDays:
        """Build it from the rows (n,) of such days: the offer, one of `names`, and its propensity."""
        days, number = np.unique(day, return_inverse=True)
        shares = _shares(number, action, len(days), len(names))
        inside = action < to_learn
        number, action, own = number[inside], action[inside], own[inside]
        weight = among(shares[number], to_learn)[np.arange(len(action)), action] / own
        rows = np.bincount(number, minlength=len(days))
        sums, squares = (np.bincount(number, one, len(days)) for one in (weight, weight**2))
        usual = [float(np.median(one[rows > 0] / rows[rows > 0])) if rows.any() else 1.0 for one in (sums, squares)]
        sums, squares, rows = (
            np.append(total + ROWS_OF_ALL * mean, mean)
            for total, mean in zip((sums, squares, rows), (*usual, 1.0), strict=True)
        )
        is_weighted = sums**2 / squares >= LEAST_WORTH * rows
        return cls(names, days, shares, sums / squares, is_weighted)

    def places(self, day: Ints) -> Ints:
        """(n,): the place of each day, D for any other."""
        if not len(self.days):
            return np.zeros(len(day), dtype=np.int64)
        place = np.minimum(np.searchsorted(self.days, day), len(self.days) - 1)
        return np.where(self.days[place] == day, place, len(self.days))


def _shares(number: Ints, action: Ints, n_days: int, n_offers: int) -> Floats:
    counts = np.zeros((n_days + 1, n_offers))
    np.add.at(counts, (number, action), 1.0)
    whole = counts.sum(axis=0)
    if not whole.any():
        return np.full(counts.shape, 1 / n_offers)
    counts += ROWS_OF_ALL * whole / len(action)
    return np.asarray(counts / counts.sum(axis=1, keepdims=True), dtype=np.float64)


def among(propensity: Floats, number: int) -> Floats:
    """Return the probabilities of the first offers, given that it is one of these."""
    some = propensity[:, :number]
    return np.asarray(some / some.sum(axis=1, keepdims=True), dtype=np.float64)
