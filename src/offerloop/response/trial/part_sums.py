"""Sums over rows that may lie anywhere, and what they say: means with errors, a decision and its forecast.

Sums of columns and of the products of each two give the mean of every weighted sum of the columns, and its error. Those
of several parts of the rows can be added and taken off again, so that a decision can be made without each part.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from operator import add

import numpy as np

from offerloop.arrays import Floats, Ints
from offerloop.evaluation import Estimate
from offerloop.response.trial.decision import Decision, decide, in_errors
from offerloop.response.trial.spread import widened_estimate, wider
from offerloop.response.trial.verdict import p_value_of_largest

FLAT = 1e-12
"""A variance this small beside the mean squares of what a column is made of is rounding."""
DRAWS = 60
"""Draws of sums, by which a forecast is widened."""


@dataclass(frozen=True, eq=False)
class ClusterSums:
    """Sums over clusters of rows of d columns; the rows of a cluster are added up first."""

    number: int
    size_squares: float
    """The sum of the squares of their numbers of rows."""
    sized: Floats
    """(d,): sums of a cluster's column times its number of rows."""
    products: Floats
    """(d, d): sums of the products of each two columns of a cluster."""

    @classmethod
    def of(cls, rows: Floats, whose: Ints) -> ClusterSums:
        """Add up the rows (n, d) by their clusters (n,)."""
        sizes, sums = cluster_totals(rows, whose)
        return cls(len(sizes), float(sizes @ sizes), sizes @ sums, sums.T @ sums)

    def __add__(self, other: ClusterSums) -> ClusterSums:
        return self._with(other, 1)

    def __sub__(self, other: ClusterSums) -> ClusterSums:
        return self._with(other, -1)

    def _with(self, other: ClusterSums, sign: int) -> ClusterSums:
        return ClusterSums(
            self.number + sign * other.number,
            self.size_squares + sign * other.size_squares,
            self.sized + sign * other.sized,
            self.products + sign * other.products,
        )

    def weighted(self, weights: Floats) -> ClusterSums:
        """The sums of other columns, weighted sums (m, d) of these."""
        return replace(self, sized=weights @ self.sized, products=weights @ self.products @ weights.T)

    def off(self, mean: Floats) -> Floats:
        """(d, d): sums of the products of each two columns less their means (d,)."""
        both = np.outer(self.sized, mean)
        return self.products - both - both.T + self.size_squares * np.outer(mean, mean)


def cluster_totals(rows: Floats, whose: Ints) -> tuple[Floats, Floats]:
    """Return the number of rows (G,) and the sums (G, d) of the clusters that rows (n, d) have."""
    order = np.argsort(whose, kind="stable")
    first = np.flatnonzero(np.diff(whose[order], prepend=-1))
    sizes = np.diff(first, append=len(whose)).astype(np.float64)
    return sizes, np.add.reduceat(rows[order], first) if len(first) else rows


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
    clusters: ClusterSums | None = None
    """What errors come from where rows are not independent."""

    @classmethod
    def of(cls, rows: Floats, whose: Ints | None = None) -> MeanSums:
        """Add up the rows (n, d); `whose` (n,) are their clusters."""
        sums = cls.of_products(len(rows), rows.sum(axis=0), rows.T @ rows)
        return sums if whose is None else replace(sums, clusters=ClusterSums.of(rows, whose))

    @classmethod
    def of_products(cls, n: int, total: Floats, products: Floats) -> MeanSums:
        """Return the sums of columns that are made of no others."""
        return cls(n, total, products, np.diagonal(products))

    def __add__(self, other: MeanSums) -> MeanSums:
        total, products = self.total + other.total, self.products + other.products
        clusters = self.clusters and other.clusters and self.clusters + other.clusters
        return MeanSums(self.n + other.n, total, products, self.squares + other.squares, clusters)

    def __sub__(self, other: MeanSums) -> MeanSums:
        total, products = self.total - other.total, self.products - other.products
        clusters = self.clusters and other.clusters and self.clusters - other.clusters
        return MeanSums(self.n - other.n, total, products, self.squares - other.squares, clusters)

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
    def error_covariance(self) -> Floats:
        """(d, d): the covariance of independent rows whose means have the same errors as these."""
        if self.clusters is None:
            return self.covariance
        number = self.clusters.number
        return self.clusters.off(self.mean) * (self.n - 1) / self.n**2 * number / max(number - 1, 1)

    @property
    def errors(self) -> Floats:
        """(d,): errors of the means, as by `standard_error`; what is left by rounding is 0."""
        if self.clusters is None:
            return np.sqrt(self.variance / (self.n - 1))
        if self.clusters.number < 2:
            return np.full(len(self.total), np.inf)
        rounding = FLAT * self.squares * self.clusters.size_squares / self.n**2
        variance = np.diagonal(self.error_covariance)
        return wider(self.clusters.number) * np.sqrt(np.where(variance > rounding, variance, 0.0) / (self.n - 1))

    @property
    def z_values(self) -> Floats:
        """(d,): the means in standard errors, where a mean that is left by rounding in columns without spread is 0."""
        mean, errors = self.mean, self.errors
        mean = np.where((errors > 0) | (mean**2 > FLAT * self.squares / self.n), mean, 0.0)
        return np.array([in_errors(*one) for one in zip(mean, errors, strict=True)])

    def weighted(self, weights: Floats) -> MeanSums:
        """The sums of other columns, weighted sums (m, d) of these."""
        squares = (np.abs(weights) @ np.sqrt(np.maximum(self.squares, 0.0))) ** 2
        clusters = self.clusters and self.clusters.weighted(weights)
        return MeanSums(self.n, weights @ self.total, weights @ self.products @ weights.T, squares, clusters)

    def estimate(self, weights: Floats) -> Estimate:
        """The mean of one weighted sum (d,) of the columns."""
        return mean_of_parts([self], [weights])


def mean_of_parts(parts: Sequence[MeanSums], weights: Sequence[Floats]) -> Estimate:
    """Return the mean over all rows of a sum of columns that is weighted (d,) in each part in its own way."""
    both = _sum_of_parts(parts, weights)
    return Estimate.of(float(both.mean[0]), float(both.errors[0]))


def _sum_of_parts(parts: Sequence[MeanSums], weights: Sequence[Floats]) -> MeanSums:
    return reduce(add, (part.weighted(own[None]) for part, own in zip(parts, weights, strict=True)))


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

    Candidates are columns as `GainsOfSums` has them. They are fixed before these rows are looked at; what may be biased
    is the decision among them. So draws of the sums, normal as sums of many rows are, show how far errors of the parts
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
        values, vectors = np.linalg.eigh(whole.error_covariance)
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
        place = self.offers - 1 if self.decision.policy == "targeted" else self.decision.offer - 1
        n = sums.n if sums.clusters is None else sums.clusters.number
        return p_value_of_largest(sums.mean, sums.errors, sums.error_covariance, place, n)

    @property
    def wider(self) -> float:
        """The factor by which clusters widen the error of the forecast; 1 where rows are independent."""
        gains = _sum_of_parts(self.parts, [self.gain_of(one) for one in self.by_others])
        plain = float(replace(gains, clusters=None).errors[0])
        return max(float(gains.errors[0]) / plain, 1.0) if plain > 0 else 1.0

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
    """Sums of n independent rows with another mean (d,), and errors as those of others."""
    return MeanSums.of_products(n, n * mean, n * (like.error_covariance + np.outer(mean, mean)))
