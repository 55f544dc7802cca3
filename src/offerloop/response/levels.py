"""Models of the outcome under every offer, whose differences are effects; money that is mostly zero in two parts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

import numpy as np

from offerloop.response.evidence import Evidence
from offerloop.response.terms import NOTHING, Floats, Terms

Kind = Literal["binary", "count", "amount"]
MANY = 50
"""An outcome of whole numbers counts something up to here; above it is an amount."""
MOSTLY_ZERO = 0.1
"""Share of zeros from which an amount is modelled in two parts."""


class Levels(Protocol):
    """A model of the outcome under an offer."""

    def expected(self, features: Floats, offers: Sequence[Terms], scope: Floats | None = None) -> Floats:
        """(n, offers); `scope` (n, offers, q) where the evidence had one."""
        ...


@dataclass(frozen=True, eq=False)
class Differences:
    """Effects as differences from no offer; see `Fitted`."""

    levels: Levels

    def effects(self, features: Floats, offers: Sequence[Terms], scope: Floats | None = None) -> Floats:
        """See `Fitted`."""
        if scope is not None:
            scope = np.concatenate([np.zeros_like(scope[:, :1]), scope], axis=1)
        expected = self.levels.expected(features, [NOTHING, *offers], scope)
        return expected[:, 1:] - expected[:, :1]


@dataclass(frozen=True, eq=False)
class TwoParts:
    """Chance of any outcome but 0, times the outcome of those who have one."""

    chance: Levels
    amount: Levels

    def expected(self, features: Floats, offers: Sequence[Terms], scope: Floats | None = None) -> Floats:
        """See `Levels`."""
        return self.chance.expected(features, offers, scope) * self.amount.expected(features, offers, scope)


def scope_of(scope: Floats | None, offer: int) -> Floats | None:
    """(n, q): of one offer."""
    return None if scope is None else scope[:, offer]


def beside(features: Floats, scope: Floats | None, terms: Floats) -> Floats:
    """Features, scope where there is one, and terms, side by side."""
    return np.column_stack([features, terms] if scope is None else [features, scope, terms])


def kind_of(outcome: Floats) -> Kind:
    """What an outcome (n,) measures."""
    if np.isin(outcome, (0.0, 1.0)).all():
        return "binary"
    whole = outcome.min() >= 0 and outcome.max() <= MANY and (outcome == np.round(outcome)).all()
    return "count" if whole else "amount"


def in_parts(
    evidence: Evidence, learn: Callable[[Evidence, Kind], Levels], amounts: Callable[[Evidence, Kind], Levels]
) -> Levels:
    """One model of the outcome, or two where it is an amount that is often 0.

    `learn` models the outcome or whether there is one, `amounts` the amounts of those who have one.
    """
    kind, some = kind_of(evidence.outcome), evidence.outcome != 0
    if kind != "amount" or np.mean(~some) < MOSTLY_ZERO:
        return learn(evidence, kind)
    whether = replace(evidence, outcome=some.astype(np.float64))
    return TwoParts(learn(whether, "binary"), amounts(evidence.of(some), "amount"))
