"""How much a log says about a policy: importance weights, effective sample size, and the table per action."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from offerloop.errors import EvidenceError
from offerloop.evaluation.policy_log import Log, Policy, probabilities
from offerloop.message import Message


@dataclass(frozen=True, eq=False)
class PolicyMatch:
    """A policy laid over a log: its probabilities (n, K) and the importance weights (n,) of the logged actions.

    `expected_size` is the effective sample size that the full propensities lead to expect, None without them.
    """

    log: Log
    chosen: NDArray[np.float64]
    weights: NDArray[np.float64]
    expected_size: float | None


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


def effective_size(weights: NDArray[np.float64]) -> float:
    """``(sum w)^2 / sum w^2`` (Kish 1965): how many equally weighted decisions say as much; 0 without weight."""
    squares = float(weights @ weights)
    return float(weights.sum()) ** 2 / squares if squares > 0 else 0.0


def overlap(log: Log, policy: Policy) -> list[ActionOverlap]:
    """The table per action, in the order of the log's names; it also describes policies that are refused a value.

    Raises InputError where the policy does not fit the log.
    """
    chosen = probabilities(log, policy)
    weights = _logged_weights(log, chosen)
    ratios = None if log.propensities is None else possible_weights(chosen, log.propensities)
    table = []
    for position, name in enumerate(log.names):
        own = weights[log.action == position]
        mean, largest = (float(own.mean()), float(own.max())) if len(own) else (np.nan, np.nan)
        possible = None if ratios is None else float(ratios[:, position].max())
        share = float(chosen[:, position].mean())
        table.append(ActionOverlap(name, len(own), share, mean, largest, effective_size(own), possible))
    return table


def match(log: Log, policy: Policy) -> PolicyMatch:
    """Weights of a policy that the log can speak about.

    Raises InputError where the policy does not fit the log, EvidenceError where it wants an action that was never
    shown, or could not be shown to a row, or never agrees with the log.
    """
    chosen = probabilities(log, policy)
    shown = np.bincount(log.action, minlength=len(log.names))
    refuse_unseen(chosen, shown, log.propensities, log.names)
    return weighed(log, chosen, _logged_weights(log, chosen), expected_size(chosen, log.propensities))


def weighed(log: Log, chosen: NDArray[np.float64], weights: NDArray[np.float64], expected: float | None) -> PolicyMatch:
    """A match with some weight in it; EvidenceError without."""
    if not weights.any():
        raise EvidenceError(
            Message(
                "The policy never chooses what a customer of the log was shown, so the log says nothing about it; "
                "show its choice to a random share of the customers."
            )
        )
    return PolicyMatch(log, chosen, weights, expected)


def expected_size(chosen: NDArray[np.float64], propensities: NDArray[np.float64] | None) -> float | None:
    """``n / mean of sum_a pi^2 / mu``: the effective size with the expectation of w^2 in place of its sample mean.

    A log seldom holds its heaviest weights, and then its effective size looks better than it is; this one counts
    them. None without full propensities.
    """
    if propensities is None:
        return None
    return len(chosen) ** 2 / float(np.vdot(chosen, possible_weights(chosen, propensities)))


def possible_weights(chosen: NDArray[np.float64], propensities: NDArray[np.float64]) -> NDArray[np.float64]:
    """``pi(a | x) / mu(a | x)`` of every row and action, shape (n, K); 0 where pi is 0, infinite where only mu is."""
    ratios = np.where(chosen > 0, np.inf, 0.0)
    return np.divide(chosen, propensities, out=ratios, where=propensities > 0)


def refuse_unseen(
    chosen: NDArray[np.float64],
    shown: NDArray[np.int64],
    propensities: NDArray[np.float64] | None,
    names: tuple[str, ...],
) -> None:
    """EvidenceError about the first action that a policy wants and that was not shown, or not possible for a row.

    `chosen` and `propensities` have shape (n, K), `shown` (K,) counts the logged decisions.
    """
    for position in np.flatnonzero(shown == 0):
        share = chosen[:, position].mean()
        if share > 0:
            raise EvidenceError(
                Message(
                    "The policy chooses '{offer}' with a mean probability of {share}, but the log never shows it; show "
                    "it to a random share of the customers, or leave it out of the policy.",
                    offer=names[position],
                    share=float(f"{share:.2g}"),
                )
            )
    if propensities is None or not ((chosen > 0) & (propensities == 0)).any():
        return
    impossible = ((chosen > 0) & (propensities == 0)).sum(axis=0)
    first = int(np.argmax(impossible > 0))
    raise EvidenceError(
        Message(
            "The policy chooses '{offer}' in {n} decision where the log could not have shown it; show it at random to "
            "some customers of that kind, or leave it out for them.",
            plural="The policy chooses '{offer}' in {n} decisions where the log could not have shown it; show it at "
            "random to some customers of that kind, or leave it out for them.",
            offer=names[first],
            n=int(impossible[first]),
        )
    )


def _logged_weights(log: Log, chosen: NDArray[np.float64]) -> NDArray[np.float64]:
    return chosen[np.arange(len(log.action)), log.action] / log.propensity
