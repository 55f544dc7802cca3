"""A made-up shop whose customers' expected outcomes of each coupon are known, and 20 policies to value in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from offerloop.arrays import Floats, Ints
from offerloop.evaluation import Log, Predictions


@dataclass(frozen=True)
class Shop:
    """A population with a known chance to buy after each action, and its past policy, both (customers, actions).

    With `money` the value is the spend, gamma with mean 30, and the cost the face of the coupon; otherwise the value is
    the purchase and there is no cost.
    """

    features: Floats
    chance: Floats
    logging: Floats
    face: Floats
    money: bool

    @classmethod
    def make(cls, seed: int, actions: int, money: bool, floor: float = 0.02) -> Shop:
        """Of 50,000 customers; the past policy gave each action at least the chance `floor`."""
        rng = np.random.default_rng(seed)
        features = rng.normal(size=(50_000, 4))
        pull = features @ rng.normal(size=(4, actions)) * 0.6 + rng.normal(size=actions) * 0.4
        chance = 1 / (1 + np.exp(1.5 - pull - 0.3 * np.sin(3 * features[:, :1])))
        habit = softmax(features @ rng.normal(size=(4, actions)))
        return cls(features, chance, (1 - floor * actions) * habit + floor, np.linspace(0, 10, actions), money)

    @property
    def profit(self) -> Floats:
        """Expected, of each customer and action; the chance to buy without money."""
        return self.chance * (30 - self.face) if self.money else self.chance

    def draw(self, n: int, rng: np.random.Generator) -> tuple[Ints, Log]:
        """Who came, and the log of their decisions."""
        who = rng.integers(len(self.features), size=n)
        full = self.logging[who]
        passed = full.cumsum(axis=1) < rng.random((n, 1))
        action = np.minimum(passed.sum(axis=1), full.shape[1] - 1)
        bought = rng.random(n) < self.chance[who, action]
        names = tuple(f"coupon {face:.1f}" for face in self.face)
        value = bought * rng.gamma(2.0, 15.0, n) if self.money else bought * 1.0
        cost = bought * self.face[action] if self.money else None
        return who, Log(action, full[np.arange(n), action], value, names, cost, full)

    def predictions(self, who: Ints, log: Log) -> Predictions:
        """A linear regression per action, for each half of the rows from the other half."""
        design = np.column_stack([np.ones(len(who)), self.features[who]])
        tables = np.zeros((2, *log.shape))
        columns = log.outcomes[:, :2].T
        first = np.arange(len(who)) % 2 == 0
        for own in (first, ~first):
            for action in range(len(self.face)):
                seen = ~own & (log.action == action)
                gram = design[seen].T @ design[seen] + np.eye(design.shape[1])
                for table, column in zip(tables, columns, strict=False):
                    table[own, action] = design[own] @ np.linalg.solve(gram, design[seen].T @ column[seen])
        return Predictions(tables[0], tables[1] if self.money else None)

    def policies(self) -> list[Floats]:
        """Twenty, from near the past policy to ones that it hardly ever agrees with."""
        best, habit = np.log(np.maximum(self.profit, 1e-3)), np.log(self.logging)
        powers = [softmax(power * habit) for power in (1.0, 0.0, 0.5, 2.0, -0.5, -1.0)]
        keen = [softmax(sharp * best) for sharp in (0.5, 1.0, 2.0, 4.0, 8.0)]
        both = [softmax(sharp * best + habit) for sharp in (1.0, 2.0, 4.0)]
        one = np.eye(len(self.face))
        certain, rare = one[best.argmax(axis=1)], one[habit.argmin(axis=1)]
        single = [np.broadcast_to(one[action], habit.shape) for action in (0, len(one) // 2)]
        mixed = [share * certain + (1 - share) * self.logging for share in (0.25, 0.5, 1.0)]
        return [*powers, *keen, *both, *single, *mixed, rare]


def softmax(pull: Floats) -> Floats:
    """Of each row."""
    raised = np.exp(pull - pull.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))
