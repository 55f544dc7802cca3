"""What estimators are given and what they give back."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Foreign = Any  # a model of a library that has no types

DEFAULT: dict[str, Any] = {}
CAREFUL: dict[str, Any] = {
    "num_leaves": 8, "learning_rate": 0.05, "n_estimators": 100, "min_child_samples": 200, "reg_lambda": 1.0,
}  # fmt: skip
"""Settings of LightGBM: those that it comes with, and small trees for effects that hardly show."""


@dataclass(frozen=True, eq=False)
class Train:
    """Rows of a random trial of K offers, of which the first is none."""

    features: Floats
    """(n, p)."""
    action: Ints
    """(n,): position of the offer given."""
    outcome: Floats
    """(n,)."""
    chance: Floats
    """(K,): of each offer, the same for everybody."""
    offers: list[dict[str, Any]]
    """The terms of each: `offer_id`, `kind`, `depth` and what else differs."""
    cost: Floats | None = None
    """(n,): what the shop paid, where that is known; the outcome is then value before it."""

    @property
    def is_binary(self) -> bool:
        """Whether the outcome is 0 or 1 everywhere."""
        return bool(np.isin(self.outcome, (0.0, 1.0)).all())

    def of(self, rows: Ints | slice) -> Train:
        """Some of the rows."""
        return replace(
            self,
            features=self.features[rows].astype(np.float64),
            action=self.action[rows],
            outcome=self.outcome[rows],
            cost=None if self.cost is None else self.cost[rows],
        )

    def of_cost(self) -> Train:
        """The same rows with the cost as their outcome."""
        assert self.cost is not None
        return replace(self, outcome=self.cost, cost=None)


@dataclass(frozen=True)
class Predicted:
    """Of some customers."""

    effects: Floats
    """(n, K - 1): of each offer but none."""
    level: Floats | None = None
    """(n,): the outcome without an offer, from who tells it."""
    cost: Floats | None = None
    """(n, K - 1): effects on cost, from who learns it together with value."""


class Model(Protocol):
    """What has been learned."""

    @property
    def facts(self) -> dict[str, Any]:
        """What else is to be said of it, fit for JSON."""
        ...

    def predict(self, features: Floats) -> Predicted:
        """By features (n, p)."""
        ...


@dataclass(frozen=True, eq=False)
class Simple:
    """A model made of one function."""

    function: Callable[[Floats], Predicted]
    facts: dict[str, Any] = field(default_factory=dict)

    def predict(self, features: Floats) -> Predicted:
        """See `Model`."""
        return self.function(features)


@dataclass(frozen=True, eq=False)
class Given:
    """All rows, and which of them are for training and for judgement in each split."""

    whole: Train
    """Rows that are only for judgement have action and outcome 0."""
    train: Ints
    """(splits, n)."""
    judged: Ints
    """(splits, m), or (1, m) where all are judged by the same."""

    @classmethod
    def read(cls, folder: Path) -> Given:
        """As `response_data` wrote it."""
        names = ("features", "action", "outcome", "chance", "train", "judged")
        found = {name: np.load(folder / f"{name}.npy") for name in names}
        train, judged = found.pop("train"), found.pop("judged")
        offers = json.loads((folder / "offers.json").read_text(encoding="utf-8"))
        cost = np.load(folder / "cost.npy") if (folder / "cost.npy").exists() else None
        return cls(Train(**found, offers=offers, cost=cost), train, judged)

    @property
    def splits(self) -> int:
        """How many."""
        return len(self.train)

    def rows(self, split: int) -> Train:
        """To learn from."""
        return self.whole.of(self.train[split])

    def judged_rows(self, split: int) -> Ints:
        """(m,): rows to be judged by."""
        found: Ints = self.judged[min(split, len(self.judged) - 1)]
        return found

    def judged_features(self, split: int) -> Floats:
        """(m, p)."""
        return self.whole.features[self.judged_rows(split)].astype(np.float64)
