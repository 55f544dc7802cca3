"""What an offer is believed to do, by regression with a prior on all periods so far.

For customer i in a period, with usual spend S and mean spend s, offered something of group g with chance p:

    value_i = x_i . b + u sum over g of (e_g + f F_i) (1[given g] - p_ig) S_i / s + noise
    noise ~ N(0, v (1 + S_i / s)^2)

u is the usual value of a customer and period, so e_g is the share by which being offered something of g changes what a
customer leaves; F counts the offers that the customer was told lately, who may be tired of them (f < 0); x holds a
constant, S / s and traits. Only chance decides 1[given g] - p, so no error of x . b looks like an effect. The shares
have a prior, e ~ N(m, c^2 J + d^2 I): offers do about the same, little, and nobody knows how little; and f is about -t
times their mean. Where the outcomes that say most of offers spread more than others, v is as much larger as makes the
error of a common share right (White 1980). Sums over rows are all that is kept, and those of periods are added up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from offerloop.arrays import Floats
from offerloop.loop.shop import Menu, Period, Sight
from offerloop.offers import NOTHING

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
    tired: float = 0.2
    """Of an effect, what each offer told lately takes off: with one in every period two fifths."""
    unsure: float = 0.002
    """Standard deviation of that, as a share of what a customer leaves."""

    def hope(self, groups: int) -> Floats:
        """(groups + 1,): means, that of being tired last."""
        return np.append(np.full(groups, self.mean), -self.tired * self.mean)

    def covariance(self, groups: int, odd: Sequence[int] = ()) -> Floats:
        """(groups + 1, groups + 1), where some groups are odd."""
        loads = np.append(np.ones(groups), -self.tired)
        own = np.append(np.full(groups, self.own**2), self.unsure**2)
        own[list(odd)] = WIDE**2
        return self.common**2 * np.outer(loads, loads) + np.diag(own)


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
    score: float
    """Of the squares of what each row says for or against offers: weight x offered x what a regression on the period
    alone leaves unexplained."""
    offered: float
    """Weighted square of what was offered less its chance."""

    def __add__(self, other: Sums) -> Sums:
        """Both together."""
        return Sums(
            self.gram + other.gram,
            self.moment + other.moment,
            self.square + other.square,
            self.value + other.value,
            self.rows + other.rows,
            self.score + other.score,
            self.offered + other.offered,
        )

    def __mul__(self, share: float) -> Sums:
        """What is left when only so much of every row counts."""
        return Sums(
            share * self.gram,
            share * self.moment,
            share * self.square,
            share * self.value,
            max(round(share * self.rows), 1),
            share * self.score,
            share * self.offered,
        )

    @classmethod
    def of(cls, period: Period, menu: Menu, scaling: Scaling) -> Sums:
        """Of one period."""
        x, weight, y = design(period, menu, scaling)
        weighted = weight[:, None] * x
        gram, moment, offered = x.T @ weighted, weighted.T @ y, x[:, : menu.groups].sum(axis=1)
        left = y - x @ np.linalg.solve(_firm(gram), moment)
        score, square = float(np.sum((weight * offered * left) ** 2)), float(weight @ offered**2)
        return cls(gram, moment, float(weight @ y**2), float(y.sum()), len(y), score, square)


def _firm(gram: Floats) -> Floats:
    """The same, where columns hang together, with a little of its diagonal more."""
    return gram + np.diag(1e-6 * (1 + np.diag(gram)))


def design(period: Period, menu: Menu, scaling: Scaling) -> tuple[Floats, Floats, Floats]:
    """Columns (customers, groups + 3 + traits), weights and outcome of the regression."""
    spend = period.sight.spend / scaling.spend
    member = np.eye(menu.groups)[menu.group]
    given = np.zeros((len(spend), menu.groups))
    told = period.given != NOTHING
    given[told] = member[period.given[told]]
    own = (given - period.chance @ member) * spend[:, None]
    tired = own.sum(axis=1) * period.sight.told
    traits = (period.sight.traits - scaling.centre) / scaling.spread
    x = np.column_stack([own, tired, np.ones(len(spend)), spend, traits])
    return x, (1 + spend) ** -2.0, period.value_minor


@dataclass(frozen=True)
class Belief:
    """Shares by group: a normal distribution."""

    mean: Floats
    """(groups + 1,): shares, and last what each offer told lately adds to all of them."""
    covariance: Floats
    """(groups + 1, groups + 1)."""
    usual_minor: float
    """What a customer leaves in a period on average: u."""
    prior_mean: Floats
    prior_covariance: Floats
    """Before the data."""
    coefficients: Floats
    """(groups + 3 + traits,): of the regression, minor units; empty where nothing was seen."""

    def per_spend(self, scaling: Scaling) -> float:
        """Value that a share of one would gain for each minor unit of usual spend."""
        return self.usual_minor / scaling.spend

    def shares(self, told: Floats) -> Floats:
        """(customers, groups): of customers who were told so many offers lately."""
        return self.mean[:-1] + np.outer(told, self.mean[-1:])


def believe(sums: Sums | None, prior: Prior, groups: int) -> Belief:
    """The prior after these rows; without rows the prior itself."""
    start, hope, effects = prior.covariance(groups), prior.hope(groups), groups + 1
    if sums is None:
        return Belief(hope, start, 0.0, hope, start, np.zeros(0))
    usual = max(float(sums.value) / sums.rows, 1e-9)
    gram = _firm(sums.gram)
    plain = np.linalg.solve(gram, sums.moment)
    left = float(sums.square - 2 * plain @ sums.moment + plain @ sums.gram @ plain)
    free = sums.rows - len(plain)
    noise = left / free if free > 0 else sums.square / sums.rows
    noise = max(noise, sums.score / max(sums.offered, 1e-9), 1e-9)
    scale = np.ones(len(plain))
    scale[:effects] = usual
    precision, pull = scale[:, None] * gram * scale / noise, scale * sums.moment / noise
    wide = prior.covariance(groups, _odd(precision, pull, prior, groups))
    mean, covariance = _after(precision, pull, wide, hope)
    own = np.asarray(covariance[:effects, :effects], dtype=np.float64)
    return Belief(mean[:effects], own, usual, hope, wide, scale * mean)


def _after(precision: Floats, pull: Floats, prior_covariance: Floats, hope: Floats) -> tuple[Floats, Floats]:
    """Mean and covariance of all coefficients after the data."""
    effects = len(hope)
    precision, pull = precision.copy(), pull.copy()
    precision[:effects, :effects] += np.linalg.inv(prior_covariance)
    pull[:effects] += np.linalg.solve(prior_covariance, hope)
    covariance = np.asarray(np.linalg.inv(precision), dtype=np.float64)
    return np.asarray(covariance @ pull, dtype=np.float64), covariance


def _odd(precision: Floats, pull: Floats, prior: Prior, groups: int) -> list[int]:
    """Groups that are surely below the mean of the others, each judged as if it might do anything."""
    found = []
    for group in range(groups if groups > 1 else 0):
        mean, covariance = _after(precision, pull, prior.covariance(groups, [group]), prior.hope(groups))
        beside = np.full(groups, -1 / (groups - 1))
        beside[group] = 1.0
        below = float(beside @ mean[:groups])
        if below < -ODD * float(np.sqrt(beside @ covariance[:groups, :groups] @ beside)):
            found.append(group)
    return found
