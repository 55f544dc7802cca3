"""Sums over rows that may lie anywhere, and what they say: means with errors, a decision and its forecast.

Sums of columns and of the products of each two give the mean of every weighted sum of the columns, and its error. Those
of several parts of the rows can be added and taken off again, so that a decision can be made without each part.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import add

import numpy as np

from offerloop.arrays import Floats
from offerloop.evaluation import Estimate
from offerloop.response.trial.decision import Decision, decide, in_errors
from offerloop.response.trial.spread import widened_estimate
from offerloop.response.trial.verdict import p_value_of_largest

FLAT = 1e-12
"""A variance this small beside the mean squares of what a column is made of is rounding."""
DRAWS = 60
"""Draws of sums, by which a forecast is widened."""


@dataclass(frozen=True, eq=False)
class MeanSums:
    """Sums over n rows of d columns."""

    n: int
    total: Floats
    """The sum of each of the d columns."""
    products: Floats
    """(d, d): sums of the products of each two columns."""
    squares: Floats
    """(d,): sums of squares that rounding is measured against: of each column, or a bound by those it is made of."""

    @classmethod
    def of(cls, rows: Floats) -> MeanSums:
        """Add up the rows (n, d)."""
        return cls.of_products(len(rows), rows.sum(axis=0), rows.T @ rows)

    @classmethod
    def of_products(cls, n: int, total: Floats, products: Floats) -> MeanSums:
        """Return the sums of columns that are made of no others."""
        return cls(n, total, products, np.diagonal(products))

    def __add__(self, other: MeanSums) -> MeanSums:
        total, products = self.total + other.total, self.products + other.products
        return MeanSums(self.n + other.n, total, products, self.squares + other.squares)

    def __sub__(self, other: MeanSums) -> MeanSums:
        total, products = self.total - other.total, self.products - other.products
        return MeanSums(self.n - other.n, total, products, self.squares - other.squares)

    @property
    def mean(self) -> Floats:
        """The mean of each of the d columns."""
        return self.total / self.n

    @property
    def covariance(self) -> Floats:
        """(d, d): of the rows, with divisor n."""
        return self.products / self.n - np.outer(self.mean, self.mean)

    @property
    def variance(self) -> Floats:
        """(d,): its diagonal, where what is left by rounding is 0."""
        variance = np.diagonal(self.products) / self.n - self.mean**2
        return np.where(variance > FLAT * self.squares / self.n, variance, 0.0)

    @property
    def z_values(self) -> Floats:
        """(d,): the means in standard errors, where a mean that is left by rounding in columns without spread is 0."""
        mean, variance = self.mean, self.variance
        mean = np.where((variance > 0) | (mean**2 > FLAT * self.squares / self.n), mean, 0.0)
        return np.array([in_errors(*one) for one in zip(mean, np.sqrt(variance / (self.n - 1)), strict=True)])

    def weighted(self, weights: Floats) -> MeanSums:
        """The sums of other columns, weighted sums (m, d) of these."""
        squares = (np.abs(weights) @ np.sqrt(np.maximum(self.squares, 0.0))) ** 2
        return MeanSums(self.n, weights @ self.total, weights @ self.products @ weights.T, squares)

    def estimate(self, weights: Floats) -> Estimate:
        """The mean of one weighted sum (d,) of the columns."""
        return mean_of_parts([self], [weights])


def mean_of_parts(parts: Sequence[MeanSums], weights: Sequence[Floats]) -> Estimate:
    """Return the mean over all rows of a sum of columns that is weighted (d,) in each part in its own way."""
    both = reduce(add, (part.weighted(own[None]) for part, own in zip(parts, weights, strict=True)))
    return Estimate.of(float(both.mean[0]), float(np.sqrt(both.variance[0] / (both.n - 1))))


def ratio_of_parts(parts: Sequence[MeanSums], above: Sequence[Floats], below: Sequence[Floats]) -> list[Floats]:
    """Return for each part the weights (d,) of a sum of mean 0 that moves as a ratio of two means (delta method)."""
    n = sum(part.n for part in parts)
    top, bottom = (
        sum(float(own @ part.total) for part, own in zip(parts, weights, strict=True)) / n for weights in (above, below)
    )
    return [(own - top / bottom * other) / bottom for own, other in zip(above, below, strict=True)]


@dataclass(frozen=True, eq=False)
class GainsOfSums:
    """See `Gains`: from sums over gains of K offers for everybody, the gain of a choice, and K costs where known."""

    sums: MeanSums
    offers: int
    """K."""
    depths: Floats | None
    """(K,): what tells how expensive offers are where no cost is known."""

    @property
    def alone(self) -> Floats:
        """See `Gains`."""
        return self.sums.mean[: self.offers]

    @property
    def chosen(self) -> float:
        """See `Gains`."""
        return float(self.sums.mean[self.offers])

    @property
    def expense(self) -> Floats | None:
        """See `Gains`."""
        costs = self.sums.mean[self.offers + 1 :]
        return costs if len(costs) else self.depths

    def z_alone(self, offer: int, less: int | None = None) -> float:
        """See `Gains`."""
        return self._z(offer, less)

    def z_choice(self, offer: int) -> float:
        """See `Gains`."""
        return self._z(self.offers, offer)

    def z_expense(self, offer: int, less: int) -> float:
        """See `Gains`."""
        first = self.offers + 1
        if len(self.sums.total) > first:
            return self._z(first + offer, first + less)
        return 0.0 if self.depths is None else in_errors(float(self.depths[offer] - self.depths[less]), 0.0)

    def _z(self, column: int, less: int | None) -> float:
        weights = np.zeros(len(self.sums.total))
        weights[column] = 1.0
        if less is not None:
            weights[less] -= 1.0
        return float(self.sums.weighted(weights[None]).z_values[0])


@dataclass(frozen=True, eq=False)
class DecisionFromSums:
    """A decision by sums over parts of the rows, and its forecast: each part by a decision without it.

    Candidates are columns as `GainsOfSums` has them. They are fixed before these rows are looked at; what may lean is
    the decision among them. So draws of the sums, normal as sums of many rows are, show how far errors of the parts
    go together where a draw would decide in another way (see `policy_uncertainty`, which does that by rows).
    """

    parts: Sequence[MeanSums]
    estimator: str
    offers: int
    depths: Floats | None = None

    @cached_property
    def whole(self) -> MeanSums:
        """The sums of all parts together."""
        return reduce(add, self.parts)

    @cached_property
    def decision(self) -> Decision:
        """The decision of all rows."""
        return self._decide(self.whole, 1.0)

    @cached_property
    def by_others(self) -> list[Decision]:
        """The decision that each part gets from all others."""
        return list(self._without(self.parts))

    @cached_property
    def forecast(self) -> Estimate:
        """Gain per customer of the whole procedure."""
        plain = mean_of_parts(self.parts, [self.gain_of(one) for one in self.by_others])
        return widened_estimate(plain, self.selection_variance)

    @cached_property
    def selection_variance(self) -> float:
        """Variance of the forecast beyond the spread over customers."""
        rng, mean, whole = np.random.default_rng(0), self.whole.mean, self.whole
        values, vectors = np.linalg.eigh(whole.covariance)
        root = vectors * np.sqrt(np.maximum(values, 0.0))
        beyond = []
        for _ in range(DRAWS):
            errors = [np.sqrt(part.n) * (root @ rng.normal(size=len(mean))) for part in self.parts]
            drawn = [
                _moved(part.n, mean + error / part.n, whole) for part, error in zip(self.parts, errors, strict=True)
            ]
            again, kept = (
                sum(float(self.gain_of(one) @ error) for one, error in zip(decisions, errors, strict=True))
                for decisions in (self._without(drawn), self.by_others)
            )
            beyond.append((again**2 - kept**2) / whole.n**2)
        return max(float(np.mean(beyond)), 0.0)

    @property
    def p_value(self) -> float:
        """See `p_value_of_best`: of the decided candidate among all offers and the choice."""
        own = np.eye(len(self.whole.total))[1 : self.offers + 1]
        sums = self.whole.weighted(own)
        errors = np.sqrt(sums.variance / (sums.n - 1))
        place = self.offers - 1 if self.decision.policy == "targeted" else self.decision.offer - 1
        return p_value_of_largest(sums.mean, errors, sums.covariance, place, sums.n)

    def gain_of(self, decision: Decision) -> Floats:
        """Return the weights of the columns that are the gain of a decision."""
        weights = np.zeros(len(self.whole.total))
        if decision.policy != "nothing":
            weights[self.offers if decision.policy == "targeted" else decision.offer] = 1.0
        return weights

    def _without(self, parts: Sequence[MeanSums]) -> Iterator[Decision]:
        whole = reduce(add, parts)
        for part in parts:
            yield self._decide(whole - part, float(np.sqrt(1 - part.n / whole.n)))

    def _decide(self, sums: MeanSums, threshold_scale: float) -> Decision:
        return decide(GainsOfSums(sums, self.offers, self.depths), self.estimator, threshold_scale)


def _moved(n: int, mean: Floats, like: MeanSums) -> MeanSums:
    """Sums of n rows with another mean (d,) and the covariance of others."""
    return MeanSums.of_products(n, n * mean, n * (like.covariance + np.outer(mean, mean)))
