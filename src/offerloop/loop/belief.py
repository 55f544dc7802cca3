"""What an offer is believed to do, by regression with a prior on all periods so far.

For customer i in a period, with usual spend S and mean spend s, offered something of group g with chance p:

    value_i = x_i . b + u sum over g of e_g (1[given g] - p_ig) S_i / s + noise,     noise ~ N(0, v (1 + S_i / s)^2)

u is the usual value of a customer and period, so e_g is the share by which being offered something of g changes what a
customer leaves; x holds a constant, S / s and traits. Only chance decides 1[given g] - p, so no error of x . b looks
like an effect. The shares have a prior, e ~ N(m, c^2 J + d^2 I): offers do about the same, little, and nobody knows how
little. Sums over rows are all that is kept, and those of periods are added up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from offerloop.loop.shop import NOTHING, Floats, Menu, Period, Sight

ODD, WIDE = 3.0, 0.1


@dataclass(frozen=True)
class Prior:
    """Of the shares by which offers change what a customer leaves in a period."""

    mean: float = 0.02
    """A little is to be hoped for, else nobody would give offers."""
    common: float = 0.02
    """Standard deviation of what all groups have in common."""
    own: float = 0.005
    """Standard deviation of what each has of its own: being told of an offer does more than its terms."""

    def covariance(self, groups: int, odd: Sequence[int] = ()) -> Floats:
        """(groups, groups), where some are odd."""
        own = np.full(groups, self.own**2)
        own[list(odd)] = WIDE**2
        return np.full((groups, groups), self.common**2) + np.diag(own)


@dataclass(frozen=True)
class Scaling:
    """Units in which rows are comparable, fixed with the first period."""

    spend: float
    """Mean usual spend."""
    centre: Floats
    spread: Floats
    """Of the traits."""

    @classmethod
    def of(cls, sight: Sight) -> Scaling:
        """By the customers before the first period."""
        spread = sight.traits.std(axis=0)
        return cls(max(float(sight.spend.mean()), 1.0), sight.traits.mean(axis=0), np.where(spread > 0, spread, 1.0))


@dataclass(frozen=True)
class Sums:
    """Weighted sums over rows; those of several periods are added."""

    gram: Floats
    """(columns, columns)."""
    moment: Floats
    """(columns,)."""
    square: float
    """Of the outcome."""
    value: float
    """Of the outcome, not weighted."""
    rows: int

    def __add__(self, other: Sums) -> Sums:
        """Both together."""
        return Sums(
            self.gram + other.gram,
            self.moment + other.moment,
            self.square + other.square,
            self.value + other.value,
            self.rows + other.rows,
        )

    def __mul__(self, share: float) -> Sums:
        """What is left when only so much of every row counts."""
        return Sums(
            share * self.gram, share * self.moment, share * self.square, share * self.value, round(share * self.rows)
        )

    @classmethod
    def of(cls, period: Period, menu: Menu, scaling: Scaling) -> Sums:
        """Of one period."""
        x, weight, y = design(period, menu, scaling)
        weighted = weight[:, None] * x
        return cls(x.T @ weighted, weighted.T @ y, float(weight @ y**2), float(y.sum()), len(y))


def design(period: Period, menu: Menu, scaling: Scaling) -> tuple[Floats, Floats, Floats]:
    """Columns (customers, groups + 2 + traits), weights and outcome of the regression."""
    spend = period.sight.spend / scaling.spend
    member = np.eye(menu.groups)[menu.group]
    given = np.zeros((len(spend), menu.groups))
    told = period.given != NOTHING
    given[told] = member[period.given[told]]
    own = (given - period.chance @ member) * spend[:, None]
    traits = (period.sight.traits - scaling.centre) / scaling.spread
    x = np.column_stack([own, np.ones(len(spend)), spend, traits])
    return x, (1 + spend) ** -2.0, period.value_minor


@dataclass(frozen=True)
class Belief:
    """Shares by group: a normal distribution."""

    mean: Floats
    """(groups,)."""
    covariance: Floats
    """(groups, groups)."""
    usual_minor: float
    """What a customer leaves in a period on average: u."""
    settled: float
    """Of the prior's variance of the mean share, what the data have taken away: 0 to 1."""
    prior_mean: Floats
    prior_covariance: Floats
    """Before the data."""
    coefficients: Floats
    """(groups + 2 + traits,): of the regression, minor units; empty where nothing was seen."""

    def per_spend(self, scaling: Scaling, shares: Floats | None = None) -> Floats:
        """(groups,): value gained for each minor unit of usual spend, on average or for given shares."""
        return self.usual_minor / scaling.spend * (self.mean if shares is None else shares)


def believe(sums: Sums | None, prior: Prior, groups: int) -> Belief:
    """The prior after these rows; without rows the prior itself."""
    start, hope = prior.covariance(groups), np.full(groups, prior.mean)
    if sums is None:
        return Belief(hope, start, 0.0, 0.0, hope, start, np.zeros(0))
    usual = max(float(sums.value) / sums.rows, 1e-9)
    gram = sums.gram + np.diag(1e-6 * (1 + np.diag(sums.gram)))
    plain = np.linalg.solve(gram, sums.moment)
    left = float(sums.square - 2 * plain @ sums.moment + plain @ sums.gram @ plain)
    noise = max(left / max(sums.rows - len(plain), 1), 1e-9)
    scale = np.ones(len(plain))
    scale[:groups] = usual
    precision, pull = scale[:, None] * gram * scale / noise, scale * sums.moment / noise
    settled = 1 - _after(precision, pull, start, prior)[1][:groups, :groups].mean() / start.mean()
    wide = prior.covariance(groups, _odd(precision, pull, prior, groups))
    mean, covariance = _after(precision, pull, wide, prior)
    own = np.asarray(covariance[:groups, :groups], dtype=np.float64)
    return Belief(mean[:groups], own, usual, float(settled), hope, wide, scale * mean)


def _after(precision: Floats, pull: Floats, prior_covariance: Floats, prior: Prior) -> tuple[Floats, Floats]:
    """Mean and covariance of all coefficients after the data."""
    groups = len(prior_covariance)
    precision, pull = precision.copy(), pull.copy()
    precision[:groups, :groups] += np.linalg.inv(prior_covariance)
    pull[:groups] += np.linalg.solve(prior_covariance, np.full(groups, prior.mean))
    covariance = np.asarray(np.linalg.inv(precision), dtype=np.float64)
    return np.asarray(covariance @ pull, dtype=np.float64), covariance


def _odd(precision: Floats, pull: Floats, prior: Prior, groups: int) -> list[int]:
    """Groups that are surely below the mean of the others, each judged as if it might do anything."""
    found = []
    for group in range(groups if groups > 1 else 0):
        mean, covariance = _after(precision, pull, prior.covariance(groups, [group]), prior)
        beside = np.full(groups, -1 / (groups - 1))
        beside[group] = 1.0
        below = float(beside @ mean[:groups])
        if below < -ODD * float(np.sqrt(beside @ covariance[:groups, :groups] @ beside)):
            found.append(group)
    return found
