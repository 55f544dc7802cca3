"""Sums by which the arms of a trial are compared as they were before it, by rows or by the clusters that were drawn."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import norm
from scipy.stats import t as student

from offerloop.arrays import Floats, Ints
from offerloop.response import (
    ArmDifference,
    ClusterSums,
    MeanSums,
    arm_differences,
    by_arm,
    cluster_means,
    covariate_balance_p,
)

FEW_CLUSTERS = 40
"""With fewer clusters altogether intervals are rough, and with fewer beside the features balance is not tested."""

LEAST_TAIL = 1e-300
"""A tail that is smaller is taken for this one, which has a z of 37."""


@dataclass(frozen=True, eq=False)
class DrawnClusters:
    """Clusters of rows, as far as they tell how arms differ by chance."""

    mixed: int
    """Clusters with rows in several arms."""
    means: tuple[MeanSums, ...]
    """Over the means of features of the clusters of each arm, as far as these are in one arm."""
    sides: ClusterSums
    """Over the columns of `by_arm`."""

    @classmethod
    def of(cls, features: Floats, action: Ints, offers: int, whose: Ints) -> DrawnClusters:
        """Add up rows whose clusters `whose` (n,) are numbered from 0 without gaps."""
        sides = ClusterSums.of(by_arm(features, action, offers), whose)
        if not len(whose):
            return cls(0, _sums_by_arm(features, action, offers), sides)
        least, most = (np.full(int(whose.max()) + 1, one) for one in (offers, -1))
        np.minimum.at(least, whose, action)
        np.maximum.at(most, whose, action)
        whole, means = least == most, cluster_means(features, whose)
        return cls(int((~whole).sum()), _sums_by_arm(means[whole], most[whole], offers), sides)

    def __add__(self, other: DrawnClusters) -> DrawnClusters:
        return DrawnClusters(self.mixed + other.mixed, _added(self.means, other.means), self.sides + other.sides)


@dataclass(frozen=True, eq=False)
class BalanceSums:
    """All that is needed to compare arms of K offers."""

    features: tuple[MeanSums, ...]
    """Over the features of the rows of each arm."""
    clusters: DrawnClusters | None

    @classmethod
    def of(cls, features: Floats, action: Ints, offers: int, whose: Ints | None) -> BalanceSums:
        """Add up rows; `whose` (n,) are their clusters."""
        drawn = None if whose is None else DrawnClusters.of(features, action, offers, whose)
        return cls(_sums_by_arm(features, action, offers), drawn)

    def __add__(self, other: BalanceSums) -> BalanceSums:
        clusters = self.clusters and other.clusters and self.clusters + other.clusters
        return BalanceSums(_added(self.features, other.features), clusters)

    @property
    def has_whole_clusters(self) -> bool:
        """Whether each cluster is in one arm, so that chance drew clusters rather than rows."""
        return self.clusters is not None and not self.clusters.mixed

    @property
    def drawn(self) -> Sequence[MeanSums]:
        """What chance was to give each arm: its clusters where each is in one arm, else its rows."""
        return self.features if self.clusters is None or self.clusters.mixed else self.clusters.means

    @property
    def sizes(self) -> Ints:
        """(K,): how many were drawn into each arm."""
        return np.array([one.n for one in self.drawn])

    @property
    def differences(self) -> list[ArmDifference]:
        """See `arm_differences`; of clusters, z has the p-value that Student's t gives so few of them."""
        if self.clusters is None:
            return arm_differences(self.features)
        differences = arm_differences(self.features, self.clusters.sides)
        return sorted((self._of_few(one) for one in differences), key=lambda one: -abs(one.z))

    def _of_few(self, difference: ArmDifference) -> ArmDifference:
        """Return the difference with the z that has the tail of Student's t, with the smaller arm's factor g / (g - 1).

        Degrees of freedom are those of two arms of its size, which is 2 (g - 1); where clusters have rows in several
        arms, all clusters less one.
        """
        assert self.clusters is not None
        if self.has_whole_clusters:
            size = min(self.clusters.means[arm].n for arm in (0, difference.arm))
            free = 2 * (size - 1)
        else:
            size = self.clusters.sides.number
            free = size - 1
        tail = float(student.sf(abs(difference.z) * math.sqrt((size - 1) / size), free))
        return replace(difference, z=math.copysign(float(norm.isf(max(tail, LEAST_TAIL))), difference.z))

    @property
    def p_value(self) -> float:
        """See `covariate_balance_p`; 1 where few clusters were drawn."""
        if self.has_whole_clusters and self.sizes.sum() < FEW_CLUSTERS + len(self.features[0].total):
            return 1.0
        return covariate_balance_p(self.drawn)


def _sums_by_arm(features: Floats, action: Ints, offers: int) -> tuple[MeanSums, ...]:
    return tuple(MeanSums.of(features[action == k]) for k in range(offers))


def _added(first: Sequence[MeanSums], second: Sequence[MeanSums]) -> tuple[MeanSums, ...]:
    return tuple(one + other for one, other in zip(first, second, strict=True))
