"""A made-up random trial of five depths of discount, where more depth always means more purchases, and its judge.

    P(i buys at depth d) = logistic(a(x_i) + s(x_i) d)        s = exp(...) > 0        20 features, 9 of them matter

A policy gives each customer one depth. It is judged on 200,000 other customers by the true value that it gains, as a
share of what is gained by who knows all chances; both spend the same, which is 30 % of what it would cost to give
everybody the depth of most value. The price of budget at which the *true* spend fits is found for each apart.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from offerloop.arrays import Floats, Ints

DEPTHS = np.array([0.0, 0.05, 0.10, 0.15, 0.20])
MARGIN = 0.35
"""Of a basket, before the discount."""
JUDGED, JUDGED_SEED = 200_000, 99
BUDGET = 0.30
"""Share of what the depths of most value would cost."""
HIGHEST_PRICE, HALVINGS = 50.0, 50


@dataclass(frozen=True, eq=False)
class Customers:
    """Some of them, with what nobody knows outside a simulation."""

    features: NDArray[np.float32]
    """(n, 20)."""
    chance: Floats
    """(n, 5): of a purchase at each depth."""
    basket: NDArray[Any]
    """(n,): worth of a purchase, known for everybody."""

    @classmethod
    def draw(cls, n: int, seed: int) -> Customers:
        """The same seed draws the same customers."""
        x = np.random.default_rng(seed).normal(size=(n, 20)).astype(np.float32)
        appetite = -2.6 + 0.7 * x[:, 0] + 0.4 * x[:, 1] - 0.3 * x[:, 2] * x[:, 3]
        sensitivity = np.exp(1.0 + 0.6 * x[:, 4] + 0.4 * np.tanh(x[:, 0]) - 0.3 * x[:, 5])
        basket = np.exp(3.3 + 0.4 * x[:, 6] + 0.2 * x[:, 1])
        eta = appetite[:, None] + sensitivity[:, None] * DEPTHS
        return cls(x, 1 / (1 + np.exp(-eta)), basket)

    def worth(self, chance: Floats) -> tuple[Floats, Floats]:
        """(n, 5) each: value gained over no discount, and cost, where these are the chances of a purchase."""
        basket = self.basket[:, None]
        return (chance - chance[:, :1]) * MARGIN * basket, chance * DEPTHS * basket


@dataclass(frozen=True, eq=False)
class MonotoneTrial:
    """Customers, the depth that each was given at random, all with the same propensity, and whether they bought."""

    customers: Customers
    depth: Ints
    """(n,): position among DEPTHS."""
    bought: Floats
    """(n,): 0 or 1."""

    @classmethod
    def draw(cls, n: int, seed: int = 1) -> MonotoneTrial:
        """Arms and outcomes are drawn from the next seed."""
        customers, rng = Customers.draw(n, seed), np.random.default_rng(seed + 1)
        depth = rng.integers(0, len(DEPTHS), n)
        bought = rng.random(n) < customers.chance[np.arange(n), depth]
        return cls(customers, depth, bought.astype(np.float64))


@dataclass(frozen=True, eq=False)
class Judge:
    """Customers by whom policies are judged, and what the best of them gains."""

    customers: Customers
    value: Floats
    cost: Floats
    """(n, 5): true ones."""
    budget: float
    best: float

    @classmethod
    def of(cls, customers: Customers) -> Judge:
        """The budget is set by the true effects."""
        value, cost = customers.worth(customers.chance)
        budget = BUDGET * float(_at(cost, value.argmax(axis=1)).sum())
        return cls(customers, value, cost, budget, _gained(value, cost, value, cost, budget))

    def score(self, chance: Floats) -> float:
        """Share of the best value that is gained by whoever believes these chances (n, 5) of a purchase."""
        value, cost = self.customers.worth(chance)
        return _gained(value, np.maximum(cost, 1e-6), self.value, self.cost, self.budget) / self.best


@cache
def judge() -> Judge:
    """The one by whom everybody is judged."""
    return Judge.of(Customers.draw(JUDGED, JUDGED_SEED))


def score(predict: Callable[[NDArray[np.float32]], Floats]) -> float:
    """Of what tells the chances (n, 5) of a purchase by the features."""
    return judge().score(np.asarray(predict(judge().customers.features), dtype=np.float64))


def _gained(value: Floats, cost: Floats, true_value: Floats, true_cost: Floats, budget: float) -> float:
    """True value of the depths that look best at the lowest price of budget at which true spend fits it."""
    low, high = 0.0, HIGHEST_PRICE
    for _ in range(HALVINGS):
        price = (low + high) / 2
        over = float(_at(true_cost, (value - price * cost).argmax(axis=1)).sum()) > budget
        low, high = (price, high) if over else (low, price)
    return float(_at(true_value, (value - high * cost).argmax(axis=1)).sum())


def _at(table: Floats, chosen: Ints) -> Floats:
    return table[np.arange(len(table)), chosen]
