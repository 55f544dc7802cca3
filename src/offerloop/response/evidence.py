"""What estimators learn from: who was given which offer with which chance, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from offerloop.response.terms import Coding, Floats, Terms

Ints = NDArray[np.int64]
Rows = Ints | NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Evidence:
    """Decisions about customers, one row each, with one outcome."""

    features: Floats
    """(n, p): what was known before; no missing values."""
    action: Ints
    """(n,): position of the offer given."""
    outcome: Floats
    """(n,)."""
    chance: Floats
    """(n, K): probability of each offer for each row."""
    offers: tuple[Terms, ...]
    """K offers; the first is no offer."""

    def of(self, rows: Rows) -> Self:
        """Some of the rows."""
        return replace(
            self,
            features=self.features[rows],
            action=self.action[rows],
            outcome=self.outcome[rows],
            chance=self.chance[rows],
        )

    @property
    def size(self) -> int:
        """Rows."""
        return len(self.action)

    @property
    def coding(self) -> Coding:
        """Of the offers."""
        return Coding.of(self.offers)

    @property
    def depth(self) -> Floats:
        """(n,): of the offer given."""
        return np.array([one.depth for one in self.offers])[self.action]

    @property
    def is_binary(self) -> bool:
        """Whether the outcome is 0 or 1 everywhere."""
        return bool(np.isin(self.outcome, (0.0, 1.0)).all())


class Fitted(Protocol):
    """What an estimator has learned."""

    def effects(self, features: Floats, offers: Sequence[Terms]) -> Floats:
        """(n, offers): by how much each offer changes the outcome of each row; 0 for no offer.

        Raises EvidenceError for an offer that the tested ones say nothing about.
        """
        ...


class Estimator(Protocol):
    """A way to learn the effect of every offer on every customer."""

    def fit(self, evidence: Evidence, seed: int) -> Fitted:
        """Learn; the same seed gives the same effects."""
        ...


@dataclass(frozen=True, eq=False)
class PerOffer:
    """Effects of tested offers, between which others are interpolated."""

    coding: Coding

    def tested(self, features: Floats) -> Floats:
        """(n, K): of the tested offers."""
        raise NotImplementedError

    def effects(self, features: Floats, offers: Sequence[Terms]) -> Floats:
        """See `Fitted`."""
        weights = self.coding.weights(offers)
        return self.tested(features) @ weights
