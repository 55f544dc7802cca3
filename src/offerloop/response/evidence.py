"""What estimators learn from: who was given which offer with which propensity, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol, Self

import numpy as np

from offerloop.arrays import Bools, Floats, Ints, some_rows
from offerloop.response.terms import Coding, OfferTerms

ALWAYS = 0.95
"""Share of the purchases with an offer that must have a cost for costs to be taken to follow from purchases."""
Rows = Ints | Bools


@dataclass(frozen=True, eq=False)
class Evidence:
    """Decisions about customers, one row each, with one outcome."""

    features: Floats
    """(n, p): what was known before; no missing values."""
    action: Ints
    """(n,): position of the offer given."""
    outcome: Floats
    """(n,)."""
    propensity: Floats
    """(n, K): propensity of each offer for each row."""
    offers: tuple[OfferTerms, ...]
    """K offers; the first is no offer."""
    bought: Floats | None = None
    """(n,): 1 where something was bought, for a cost that follows from that with any offer, and from nothing else."""
    customer: Ints | None = None
    """(n,): whose row it is, numbered from 0; None where every row is of somebody else."""
    earlier: Ints | None = None
    """(n, lags): positions of the offers that the customer was given before, the latest first, -1 where there was no
    exposure; None where nothing is known of them."""
    earlier_rows: Ints | None = None
    """(n, lags): which rows these are, -1 where they are none; None where that is not known."""
    covered: Floats | None = None
    """(n, K): of what each row usually buys, the share that each offer counts on; None for all of it."""
    orders: Floats | None = None
    """(n, K): how many orders a unit of what each offer counts on is bought in; None where that is not known."""
    below_maximum: Floats | None = None
    """(n, K): of what each offer covers, the share that it takes its share off of, as what it takes off an order has a
    maximum; None where no share off has one."""
    used_once: Floats | None = None
    """(n, K): what a unit of each offer's depth takes off where it is good for one order, else 0, over the part of the
    window that was seen; None if none is."""
    use_worth: Floats | None = None
    """(n, K): what a unit of its depth takes off in one use, for the same offers."""
    further: tuple[Floats, ...] = ()
    """(n, q) each: further features, such as shares of categories in what each customer bought before. What a table
    tells does not depend on how many columns it has."""
    newness: Floats | None = None
    """(n,): how new each customer is, from 1 to 0; None where that is not known."""
    usual_propensity: Floats | None = None
    """(n, K): propensities of the draw that rows with their weights come from; None for `propensity`."""
    weight: Floats | None = None
    """(n,): how much each row counts beside its precision; None where all count alike."""
    age: Floats | None = None
    """(n,): days from each row to the time that is predicted for; None where all are of that time."""
    part: Floats | None = None
    """(n,): the part of a whole window that was seen of each outcome, which is scaled to a whole one; None for 1."""

    @property
    def draw(self) -> Floats:
        """(n, K): the probabilities of the offers among rows as they count."""
        return self.propensity if self.usual_propensity is None else self.usual_propensity

    @property
    def weights(self) -> Floats:
        """(n,): `weight`, or 1."""
        return np.ones(self.size) if self.weight is None else self.weight

    @property
    def parts(self) -> Floats:
        """(n,): `part`, or 1."""
        return np.ones(self.size) if self.part is None else self.part

    @property
    def ages(self) -> Floats:
        """(n,): `age`, or 0."""
        return np.zeros(self.size) if self.age is None else self.age

    @property
    def new(self) -> Floats:
        """(n,): `newness`, or 0."""
        return np.zeros(self.size) if self.newness is None else self.newness

    @property
    def counts(self) -> Floats:
        """(n,): how much each row counts in all."""
        return self.parts * self.weights

    @property
    def covers(self) -> Floats:
        """(n, K): `covered`, or 1."""
        return np.ones(self.propensity.shape) if self.covered is None else self.covered

    @property
    def takes_from(self) -> Floats:
        """(n, K): `below_maximum`, or 1."""
        return np.ones(self.propensity.shape) if self.below_maximum is None else self.below_maximum

    @property
    def whose(self) -> Ints:
        """(n,): `customer`, with a number for each row where it is not known."""
        return np.arange(self.size) if self.customer is None else self.customer

    def after(self, value: Evidence) -> Self:
        """Return costs with the purchases of the same rows in `value`, where (almost) all costs follow from these."""
        bought, cost = value.outcome != 0, self.outcome != 0
        with_offer = bought & (self.action > 0)
        follows = not cost[~with_offer].any() and cost[with_offer].sum() >= ALWAYS * with_offer.sum() > 0
        return replace(self, bought=bought.astype(np.float64)) if follows else self

    def of(self, rows: Rows) -> Self:
        """Some of the rows."""
        earlier_rows = None if self.earlier_rows is None else _renumbered(self.earlier_rows, rows)
        further = tuple(one[rows] for one in self.further)
        return replace(some_rows(self, rows), further=further, earlier_rows=earlier_rows)

    def at_most(self, rows: int, rng: np.random.Generator) -> Self:
        """All rows, or as many drawn at random."""
        return self if self.size <= rows else self.of(rng.choice(self.size, rows, replace=False))

    @property
    def size(self) -> int:
        """The number of rows."""
        return len(self.action)

    @property
    def coding(self) -> Coding:
        """The coding of the offers."""
        return Coding.of(self.offers)

    @property
    def depth(self) -> Floats:
        """(n,): of the offer given."""
        return np.array([one.depth for one in self.offers])[self.action]


def _renumbered(earlier: Ints, rows: Rows) -> Ints:
    """Return the earlier rows (n, lags) of some of the rows as their numbers among these."""
    number = np.full(len(earlier) + 1, -1)
    number[np.arange(len(earlier))[rows]] = np.arange(len(earlier[rows]))
    return number[earlier[rows]]


class Fitted(Protocol):
    """What an estimator has learned."""

    def effects(self, features: Floats, offers: Sequence[OfferTerms]) -> Floats:
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

    def effects(self, features: Floats, offers: Sequence[OfferTerms]) -> Floats:
        """See `Fitted`."""
        weights = self.coding.weights(offers)
        return self.tested(features) @ weights


@dataclass(frozen=True, eq=False)
class FixedAmounts(PerOffer):
    """Effects of an outcome that is the same for everybody who has the same offer, such as the cost of a letter."""

    amounts: Floats
    """(K,): less that of no offer."""
    base: float = 0.0
    """That of no offer."""

    @classmethod
    def of(cls, evidence: Evidence) -> FixedAmounts | None:
        """Return the amounts; None where an offer has no rows, or different ones."""
        amounts = np.empty(len(evidence.offers))
        for k in range(len(amounts)):
            own = evidence.outcome[evidence.action == k]
            if not len(own) or (own != own[0]).any():
                return None
            amounts[k] = own[0]
        return cls(evidence.coding, amounts - amounts[0], float(amounts[0]))

    def tested(self, features: Floats) -> Floats:
        """See `PerOffer`."""
        return np.tile(self.amounts, (len(features), 1))


def learned(estimator: Estimator, evidence: Evidence, seed: int) -> Fitted:
    """Return what an estimator learns, or what needs no learning since it is fixed for each offer."""
    return FixedAmounts.of(evidence) or estimator.fit(evidence, seed)
