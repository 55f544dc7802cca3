"""Models of the outcome under every offer, whose differences are effects; money that is mostly zero in two parts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

import numpy as np

from offerloop.arrays import Floats
from offerloop.response.evidence import Evidence, Fitted
from offerloop.response.terms import NO_OFFER_TERMS, Coding, OfferTerms

OutcomeKind = Literal["binary", "count", "amount"]
MANY = 50
"""An outcome of whole numbers counts something up to here; above it is an amount."""
MOSTLY_ZERO = 0.1
"""Share of zeros from which an amount is modelled in two parts."""


class OutcomeLevels(Protocol):
    """A model of the outcome under an offer."""

    def expected(self, features: Floats, offers: Sequence[OfferTerms]) -> Floats:
        """An array of shape (n, offers)."""
        ...


Learn = Callable[[Evidence, OutcomeKind], OutcomeLevels]
"""What learns a model of an outcome of some kind."""
LearnAmounts = Callable[[Evidence], OutcomeLevels]
"""What learns a model of the amounts of those who have one."""


@dataclass(frozen=True, eq=False)
class Differences:
    """Effects as differences from no offer; see `Fitted`."""

    levels: OutcomeLevels

    def effects(self, features: Floats, offers: Sequence[OfferTerms]) -> Floats:
        """See `Fitted`."""
        expected = self.levels.expected(features, [NO_OFFER_TERMS, *offers])
        return expected[:, 1:] - expected[:, :1]


@dataclass(frozen=True, eq=False)
class EffectWithoutBaseline:
    """Effects of an outcome that is always 0 without an offer, such as what an offer costs; see `Fitted`."""

    levels: OutcomeLevels

    def effects(self, features: Floats, offers: Sequence[OfferTerms]) -> Floats:
        """See `Fitted`."""
        expected = self.levels.expected(features, offers)
        return expected * np.array([float(bool(one.kind)) for one in offers])


@dataclass(frozen=True, eq=False)
class TwoParts:
    """The probability of any outcome but 0, times the outcome of those who have one."""

    probability: OutcomeLevels
    amount: OutcomeLevels

    def expected(self, features: Floats, offers: Sequence[OfferTerms]) -> Floats:
        """See `OutcomeLevels`."""
        return self.probability.expected(features, offers) * self.amount.expected(features, offers)


@dataclass(frozen=True)
class ConstantLevel:
    """A level that is the same for all customers."""

    mean: float

    def expected(self, features: Floats, offers: Sequence[OfferTerms]) -> Floats:
        """See `OutcomeLevels`."""
        return np.full((len(features), len(offers)), self.mean)


@dataclass(frozen=True, eq=False)
class Amounts:
    """A model of amounts that does not look at the offer, times one ratio for each tested offer.

    Few customers have an amount, and each has it under one offer only: a model that looked at the offer would take
    chance for a difference, which a difference of expectations then holds in full.
    """

    level: OutcomeLevels
    coding: Coding
    ratio: Floats
    """(K,): shrunk towards that of all as far as it does not differ by more than its error (James and Stein 1961)."""

    @classmethod
    def of(cls, evidence: Evidence, level: OutcomeLevels) -> Amounts:
        """Ratio of the sums of what was seen and what is expected, for each offer."""
        expected = level.expected(evidence.features, [NO_OFFER_TERMS])[:, 0]
        number, expected_sum = len(evidence.offers), float(expected.sum())
        whole = float(evidence.outcome.sum()) / expected_sum if expected_sum else 1.0
        observed_sums, expected_sums = (
            np.bincount(evidence.action, outcome, number) for outcome in (evidence.outcome, expected)
        )
        ratio = np.divide(observed_sums, expected_sums, out=np.full(number, whole), where=expected_sums != 0)
        left = np.bincount(evidence.action, (evidence.outcome - ratio[evidence.action] * expected) ** 2, number)
        error = np.divide(left, expected_sums**2, out=np.full(number, np.inf), where=expected_sums != 0)
        sure = np.clip(1 - error / np.maximum((ratio - whole) ** 2, 1e-12), 0, 1)
        return cls(level, evidence.coding, whole + np.where(np.isfinite(error), sure, 0.0) * (ratio - whole))

    def expected(self, features: Floats, offers: Sequence[OfferTerms]) -> Floats:
        """See `OutcomeLevels`."""
        return self.level.expected(features, [NO_OFFER_TERMS]) * (self.ratio @ self.coding.weights(offers))


def outcome_kind(outcome: Floats) -> OutcomeKind:
    """Return what kind of outcome (n,) it is."""
    if np.isin(outcome, (0.0, 1.0)).all():
        return "binary"
    whole = outcome.min() >= 0 and outcome.max() <= MANY and (outcome == np.round(outcome)).all()
    return "count" if whole else "amount"


def against_none(evidence: Evidence, learn: Learn, amounts: LearnAmounts) -> Fitted:
    """Effects from models of the outcome; of one that is always 0 without an offer, from those with one.

    Where it follows from purchases, the probability of one is learned from everybody: value and cost then err alike.
    """
    has_offer, some = evidence.action > 0, evidence.outcome != 0
    if evidence.bought is not None:
        whether = replace(evidence, outcome=evidence.bought)
        return EffectWithoutBaseline(TwoParts(learn(whether, "binary"), amounts(evidence.of(some))))
    if has_offer.any() and not some[~has_offer].any() and some[has_offer].any():
        return EffectWithoutBaseline(in_parts(evidence.of(has_offer), learn, amounts))
    return Differences(in_parts(evidence, learn, amounts))


def in_parts(evidence: Evidence, learn: Learn, amounts: LearnAmounts) -> OutcomeLevels:
    """One model of the outcome, or two where it is an amount that is often 0.

    `learn` models the outcome or whether there is one, `amounts` the amounts of those who have one. A yes or no is one
    whatever it is worth.
    """
    kind, some = outcome_kind(evidence.outcome), evidence.outcome != 0
    whether, worth = replace(evidence, outcome=some.astype(np.float64)), np.unique(evidence.outcome[some])
    if kind != "binary" and len(worth) == 1 and not some.all():
        return TwoParts(learn(whether, "binary"), ConstantLevel(float(worth[0])))
    if kind != "amount" or np.mean(~some) < MOSTLY_ZERO:
        return learn(evidence, kind)
    return TwoParts(learn(whether, "binary"), amounts(evidence.of(some)))
