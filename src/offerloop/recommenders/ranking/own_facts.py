"""What a customer's own purchases say: of a product, of a group of products, and of the customer."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from offerloop.recommenders.histories import Codes, Histories
from offerloop.recommenders.ranking.lookup import Facts, PairFacts, stretches

DECAYS = (7, 21, 60, 180)
"""Time constants in days."""


def own_facts(histories: Histories, usual_gap: NDArray[np.float32]) -> PairFacts:
    """Return how often, how long ago, at what intervals and on how many trips each customer bought each product.

    `usual_gap`, shape (products,): days between purchases of the product by anybody. ``due`` is the time since the
    last purchase over the expected gap; ``trips_since`` counts the customer's purchase days after it, ``per_trip`` is
    the share of those since the first with the product.
    """
    width = histories.n_products
    key = histories.rows * width + histories.columns
    start, end = stretches(key)
    row, column = np.divmod(key[start], width)
    age = histories.age_days.astype(np.float32)
    n, first, last = (end - start + 1).astype(np.float32), age[start], age[end]
    gap = (first - last + usual_gap[column]) / n
    trips = _Trips(histories)
    facts: Facts = {"n": n, "first": first, "last": last, "gap": gap, "due": last / gap}
    for days in DECAYS:
        facts[f"decayed_{days}"] = _decayed(age, days, start)
    facts["trips_since"] = trips.later_than(row, last)
    facts["per_trip"] = n / (trips.later_than(row, first) + 1)
    facts["per_recent_trip"] = (facts["decayed_21"] / np.maximum(trips.within(28)[row], 1)).astype(np.float32)
    facts["trips_due"] = facts["trips_since"] * facts["per_trip"]
    zero = ["n", "per_trip", "per_recent_trip", *(f"decayed_{days}" for days in DECAYS)]
    return PairFacts(key[start], width, facts, dict.fromkeys(zero, 0.0))


def customer_facts(histories: Histories) -> Facts:
    """Return each customer's recent purchase days, days since the last, products bought, and recent new products."""
    trips = _Trips(histories)
    n = len(histories.customers)
    key = histories.rows * histories.n_products + histories.columns
    start, end = stretches(key)
    row = histories.rows[start]
    recent, fresh = (np.bincount(row[histories.age_days[at] <= 28], minlength=n) for at in (end, start))
    facts: dict[str, NDArray[Any]] = {
        "trips_28": trips.within(28),
        "trips_91": trips.within(91),
        "last_trip": trips.last(),
        "products": np.bincount(row, minlength=n),
        "recent_products": recent,
        "share_new": fresh / np.maximum(recent, 1),
    }
    return {name: values.astype(np.float32) for name, values in facts.items()}


def group_facts(histories: Histories, group: Codes) -> PairFacts:
    """Return, by customer and group of products: decayed purchases, their share, days since the last, products bought.

    `group`, shape (products,): the group of each product.
    """
    width = int(group.max(initial=0)) + 1
    key = histories.rows * width + group[histories.columns]
    keys, of_event = np.unique(key, return_inverse=True)
    age = histories.age_days.astype(np.float32)
    late, long = (np.bincount(of_event, np.exp(-age / days), len(keys)) for days in (28, 180))
    last = np.full(len(keys), np.inf, dtype=np.float32)
    np.minimum.at(last, of_event, age)
    pair, _ = stretches(histories.rows * histories.n_products + histories.columns)
    total = np.bincount(keys // width, long, len(histories.customers))
    facts = {
        "late": late,
        "long": long,
        "share": long / np.maximum(total[keys // width], 1e-6),
        "last": last,
        "products": np.bincount(of_event[pair], minlength=len(keys)),
    }
    absent = dict.fromkeys(["late", "long", "share", "products"], 0.0)
    return PairFacts(keys, width, {name: values.astype(np.float32) for name, values in facts.items()}, absent)


class _Trips:
    """Days on which each customer bought anything."""

    def __init__(self, histories: Histories) -> None:
        self._span = int(histories.age_days.max(initial=0)) + 2
        self._n = len(histories.customers)
        self._keys = np.unique(histories.rows * self._span + histories.age_days)
        self._first = np.searchsorted(self._keys, np.arange(self._n) * self._span)

    def later_than(self, row: Codes, age_days: NDArray[np.float32]) -> NDArray[np.float32]:
        """Purchase days of a customer after that of `age_days` ago."""
        at = np.searchsorted(self._keys, row * self._span + age_days.astype(np.int64))
        return (at - self._first[row]).astype(np.float32)

    def within(self, days: int) -> NDArray[np.float32]:
        """Purchase days of each customer in the last days."""
        return self.later_than(np.arange(self._n), np.full(self._n, min(days + 1, self._span - 1), dtype=np.float32))

    def last(self) -> NDArray[np.float32]:
        """Days since each customer's last purchase; NaN without one."""
        last = np.full(self._n, np.nan, dtype=np.float32)
        row, place = np.unique(self._keys // self._span, return_index=True)
        last[row] = self._keys[place] % self._span
        return last


def _decayed(age: NDArray[np.float32], days: int, start: Codes) -> NDArray[np.float32]:
    """Sums of ``exp(-age / days)`` of the stretches that begin at `start`."""
    sums = np.add.reduceat(np.exp(-age / days), start) if len(start) else age
    return sums.astype(np.float32)
