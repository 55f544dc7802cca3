"""How much a log says about a policy: importance weights, effective sample size, and the table per action."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from offerloop.arrays import Floats, Ints
from offerloop.errors import EvidenceError
from offerloop.evaluation.off_policy.log import Log, Policy, probabilities
from offerloop.message import Message


@dataclass(frozen=True)
class ActionOverlap:
    """What the log knows of one action under a policy.

    `policy_share` is the policy's mean probability of the action. The weights are those of the rows that logged it,
    NaN where there are none; `largest_possible` is over all rows, None where the full propensities are not known and
    infinite where the policy gives the action to a row that could not have got it.
    """

    name: str
    logged: int
    policy_share: float
    mean_weight: float
    largest_weight: float
    effective_size: float
    largest_possible: float | None


@dataclass(frozen=True, eq=False)
class PossibleWeights:
    """What the full propensities say of the weights of a policy, in sums over decisions."""

    largest: Floats
    """(K,): over all rows, whether they logged the action or not."""
    impossible: Ints
    """(K,): rows to which the policy gives an action that they could not get."""
    squares: float
    """Expectation of the sum of squared weights, ``sum_a pi^2 / mu`` over all rows."""

    @classmethod
    def of(cls, chosen: Floats, propensities: Floats) -> PossibleWeights:
        """Lay probabilities (n, K) over propensities (n, K)."""
        ratios = possible_weights(chosen, propensities)
        impossible = ((chosen > 0) & (propensities == 0)).sum(axis=0)
        return cls(ratios.max(axis=0), impossible, float(np.vdot(chosen, ratios)))

    def __add__(self, other: PossibleWeights) -> PossibleWeights:
        largest = np.maximum(self.largest, other.largest)
        return PossibleWeights(largest, self.impossible + other.impossible, self.squares + other.squares)


@dataclass(frozen=True, eq=False)
class OverlapTotals:
    """What a log knows of each of K actions under a policy, in sums over decisions; each array has shape (K,)."""

    rows: int
    logged: Ints
    """Decisions that logged the action; the weights are those of these."""
    share: Floats
    """The policy's probabilities over all rows."""
    weights: Floats
    squares: Floats
    largest: Floats
    """0 where nothing was logged."""
    possible: PossibleWeights | None
    """None without full propensities."""

    @classmethod
    def of(cls, log: Log, chosen: Floats, weights: Floats) -> OverlapTotals:
        """Add up the rows of a log under a policy, (n, K), whose weights (n,) are those of the logged actions."""
        size, largest = len(log.names), np.zeros(len(log.names))
        np.maximum.at(largest, log.action, weights)
        return cls(
            len(weights),
            np.bincount(log.action, minlength=size),
            chosen.sum(axis=0),
            group_sums(log.action, weights, size),
            group_sums(log.action, weights**2, size),
            largest,
            None if log.propensities is None else PossibleWeights.of(chosen, log.propensities),
        )

    def __add__(self, other: OverlapTotals) -> OverlapTotals:
        return OverlapTotals(
            self.rows + other.rows,
            self.logged + other.logged,
            self.share + other.share,
            self.weights + other.weights,
            self.squares + other.squares,
            np.maximum(self.largest, other.largest),
            self.possible and other.possible and self.possible + other.possible,
        )

    @property
    def effective_size(self) -> float:
        """See `effective_size`."""
        return size_of_sums(float(self.weights.sum()), float(self.squares.sum()))

    @property
    def expected_size(self) -> float | None:
        """``n / mean of sum_a pi^2 / mu``: the effective size with the expectation of w^2 in place of its sample mean.

        A log seldom holds its heaviest weights, and then its effective size looks better than it is; this one counts
        them. None without full propensities.
        """
        return None if self.possible is None else self.rows**2 / self.possible.squares

    def table(self, names: tuple[str, ...]) -> list[ActionOverlap]:
        """One row per action, in the order of the log's names."""
        return [self._row(position, name) for position, name in enumerate(names)]

    def _row(self, position: int, name: str) -> ActionOverlap:
        logged, weights = int(self.logged[position]), float(self.weights[position])
        return ActionOverlap(
            name,
            logged,
            float(self.share[position] / self.rows),
            weights / logged if logged else np.nan,
            float(self.largest[position]) if logged else np.nan,
            size_of_sums(weights, float(self.squares[position])),
            None if self.possible is None else float(self.possible.largest[position]),
        )

    def check(self, names: tuple[str, ...]) -> None:
        """Raise EvidenceError for a policy that the log cannot speak about.

        It wants an action that was never shown, or could not be shown to a row, or it never agrees with the log.
        """
        self._refuse_unseen(names)
        if not self.weights.any():
            raise EvidenceError(
                Message(
                    "The policy never chooses what a customer of the log was shown, so the log says nothing about it; "
                    "show its choice to a random share of the customers."
                )
            )

    def _refuse_unseen(self, names: tuple[str, ...]) -> None:
        unseen = np.flatnonzero((self.logged == 0) & (self.share > 0))
        if unseen.size:
            raise EvidenceError(
                Message(
                    "The policy chooses '{offer}' with a mean probability of {share}, but the log never shows it; show "
                    "it to a random share of the customers, or leave it out of the policy.",
                    offer=names[unseen[0]],
                    share=float(f"{self.share[unseen[0]] / self.rows:.2g}"),
                )
            )
        if self.possible is None or not self.possible.impossible.any():
            return
        first = int(np.argmax(self.possible.impossible > 0))
        raise EvidenceError(
            Message(
                "The policy chooses '{offer}' in {n} decision where the log could not have shown it; show it at random "
                "to some customers of that kind, or leave it out for them.",
                plural="The policy chooses '{offer}' in {n} decisions where the log could not have shown it; show it "
                "at random to some customers of that kind, or leave it out for them.",
                offer=names[first],
                n=int(self.possible.impossible[first]),
            )
        )


def effective_size(weights: Floats) -> float:
    """``(sum w)^2 / sum w^2`` (Kish 1965): how many equally weighted decisions say as much; 0 without weight."""
    return size_of_sums(float(weights.sum()), float(weights @ weights))


def size_of_sums(total: float, squares: float) -> float:
    """The effective size of weights by their sum and the sum of their squares."""
    return total**2 / squares if squares > 0 else 0.0


def group_sums(group: Ints, weights: Floats, groups: int) -> Floats:
    """Return the sums of weights (n,) by group (n,)."""
    return np.asarray(np.bincount(group, weights=weights, minlength=groups), dtype=np.float64)


def overlap(log: Log, policy: Policy) -> list[ActionOverlap]:
    """The table per action, in the order of the log's names; it also describes policies that are refused a value.

    Raises InputError where the policy does not fit the log.
    """
    chosen = probabilities(log, policy)
    return OverlapTotals.of(log, chosen, logged_weights(log, chosen)).table(log.names)


def possible_weights(chosen: Floats, propensities: Floats) -> Floats:
    """``pi(a | x) / mu(a | x)`` of every row and action, shape (n, K); 0 where pi is 0, infinite where only mu is."""
    ratios = np.where(chosen > 0, np.inf, 0.0)
    return np.divide(chosen, propensities, out=ratios, where=propensities > 0)


def logged_weights(log: Log, chosen: Floats) -> Floats:
    """The importance weights (n,) of the logged actions under a policy (n, K)."""
    weights: Floats = chosen[np.arange(len(log.action)), log.action] / log.propensity
    return weights
