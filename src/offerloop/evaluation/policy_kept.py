"""The value of a policy that is kept: earlier offers to a customer may change what an offer does now.

The value of a single decision holds what was shown before as the log drew it. A policy that is kept also makes the
earlier decisions. With ratios ``w_l = pi(a_l | x) / mu(a_l | x)`` of the decision itself (l = 0) and of the L exposures
of the customer before it, its value is the mean of outcomes weighted by

    W = w_0 w_1 ... w_L                                                      every combination (Precup et al. 2000)
    W = w_0 + sum_l (w_l - 1) + (w_0 - 1) sum_l (g_l - 1)                    first order

The first is exact up to offers of more than L exposures ago, and its weights grow with the number of offers to the
power of L + 1. The second is the first term of the expansion of the product around the policy that made the log (Tang
et al. 2020): effects of earlier offers add up, and what the offer of now adds may depend on them by g, the ratio of
having been shown any offer at all; without the propensities of all offers g is w. It is exact where earlier offers
add to, or take from, what is bought (carry-over, purchases brought forward), and nearly so for fatigue.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from offerloop.errors import EvidenceError
from offerloop.evaluation.policy_log import Log, Policy
from offerloop.evaluation.policy_overlap import PolicyMatch, effective_size, match, possible_weights
from offerloop.evaluation.policy_value import ENOUGH, PolicyValue, policy_value, variance_of_mean
from offerloop.message import Message

LAGS = 4
"""Earlier exposures of a customer that may still matter."""
EVERY, FIRST = "KEPT", "KEPT-1"
"""Names of the two methods."""
FEWEST = 100
"""With fewer decisions that speak, weighted means are too far from normal for an interval."""
FAR, _ROUNDING = 4.0, 1e-9
"""Standard errors that a mean weight may lie from 1."""
NONE, OTHER = -1, -2
"""Positions in `PastExposures.action`: no exposure, and an offer that is none of the log's."""


@dataclass(frozen=True, eq=False)
class PastExposures:
    """What the customer of each row of a log was shown before, the latest exposure first."""

    action: NDArray[np.int64]
    """(n, L): positions among the log's names, NONE or OTHER."""
    propensity: NDArray[np.float64]
    """(n, L): of what was shown; 1 where there was no exposure."""
    propensities: NDArray[np.float64] | None
    """(n, L, K): of all offers, where they are known; rows without an exposure are not looked at."""
    baseline: NDArray[np.float64]
    """(n, columns of the outcomes): expected from what was known before all of these exposures, by rows of other
    customers."""

    @property
    def has_exposure(self) -> NDArray[np.bool_]:
        """(n, L): where there was an exposure."""
        return self.action != NONE


def kept(log: Log, policy: Policy, past: PastExposures) -> PolicyValue:
    """The value a decision of a policy that also made the customer's earlier decisions in the log.

    A row of the policy holds for all decisions of its customer. The method is EVERY where at least 1,000 decisions
    speak by its weights, else FIRST. Self-normalised, around the baseline. Raises EvidenceError where a single decision
    has no value either, where fewer than FEWEST decisions speak, or where earlier decisions could not be the policy's.
    """
    matched = match(log, policy)
    ratios, any_offer = _ratios(matched, past), _any_offer(matched, past)
    expected = _expected_sizes(matched, past)
    every = _balanced(matched.weights * ratios.prod(axis=1), past.has_exposure.sum(axis=1))
    if (_least(every, expected[EVERY]) >= ENOUGH and every.mean() > 1 - _ROUNDING) or not past.has_exposure.any():
        return _around(EVERY, matched, past, every, expected[EVERY])
    first = matched.weights + (ratios - 1).sum(axis=1) + (matched.weights - 1) * (any_offer - 1).sum(axis=1)
    _check_fit(log, first)
    size = _least(first, expected[FIRST])
    if size < FEWEST:
        raise EvidenceError(
            Message(
                "Only {n} decision speaks about this policy when it is kept, fewer than {least}; log more exposures of "
                "each customer, or fewer different offers.",
                plural="Only {n} decisions speak about this policy when it is kept, fewer than {least}; log more "
                "exposures of each customer, or fewer different offers.",
                n=round(size),
                least=FEWEST,
            )
        )
    return _around(FIRST, matched, past, first, expected[FIRST])


def _balanced(weights: NDArray[np.float64], exposures: NDArray[np.int64]) -> NDArray[np.float64]:
    """Products with the mean 1 among rows with the same number of earlier exposures, or 0 where none of them speaks.

    So every decision counts alike also where customers keep what they have drawn, as those of a holdout do.
    """
    rows, sums = np.bincount(exposures), np.bincount(exposures, weights)
    return weights * np.divide(rows, sums, out=np.zeros_like(sums), where=sums > 0)[exposures]


def _check_fit(log: Log, weights: NDArray[np.float64]) -> None:
    """EvidenceError where the mean of the weights of FIRST, 1 by their propensities, is far from it."""
    mean, se = float(weights.mean()), float(np.sqrt(variance_of_mean(log, weights[:, None])[0]))
    if abs(mean - 1) > FAR * se + _ROUNDING:
        raise EvidenceError(
            Message(
                "The customers' earlier decisions do not fit this policy (mean weight {mean} instead of 1): offers "
                "changed meanwhile, or were not drawn anew each time; give exposures of one menu, each with its own "
                "draw.",
                mean=float(f"{mean:.2g}"),
            )
        )


def _ratios(match: PolicyMatch, past: PastExposures) -> NDArray[np.float64]:
    """(n, L): of each earlier exposure; 1 where there was none."""
    rows = np.arange(len(past.action))[:, None]
    chosen = np.where(past.action >= 0, match.chosen[rows, np.maximum(past.action, 0)], 0.0)
    return np.where(past.has_exposure, chosen / past.propensity, 1.0)


def _any_offer(match: PolicyMatch, past: PastExposures) -> NDArray[np.float64]:
    """(n, L): the same of having been shown any offer, whichever; nothing is the first of the log's names."""
    if past.propensities is None:
        return _ratios(match, past)
    nothing = past.action == 0
    wanted, drawn = match.chosen[:, :1], past.propensities[..., 0]
    shares = np.where(nothing, wanted, 1 - wanted), np.where(nothing, drawn, 1 - drawn)
    return np.where(past.has_exposure, shares[0] / np.where(past.has_exposure, shares[1], 1.0), 1.0)


def _expected_sizes(match: PolicyMatch, past: PastExposures) -> dict[str, float | None]:
    """Effective sizes with the expectation of W^2 in place of its sample mean, None without full propensities.

    Given what went before, a ratio less 1 has the mean 0, so that the parts of W are uncorrelated.
    """
    full = match.log.propensities
    if full is None or past.propensities is None:
        return {EVERY: None, FIRST: None}
    now = _spread(match.chosen, full)
    each = np.stack([_spread(match.chosen, past.propensities[:, lag]) for lag in range(past.action.shape[1])], axis=1)
    either = np.stack(
        [_spread(_either(match.chosen), _either(past.propensities[:, lag])) for lag in range(past.action.shape[1])],
        axis=1,
    )
    each, either = np.where(past.has_exposure, each, 0.0), np.where(past.has_exposure, either, 0.0)
    squares = {
        EVERY: (1 + now) * (1 + each).prod(axis=1),
        FIRST: 1 + now + each.sum(axis=1) + now * either.sum(axis=1),
    }
    return {name: len(now) / float(one.mean()) for name, one in squares.items()}


def _spread(chosen: NDArray[np.float64], propensities: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,): variance of a ratio."""
    return np.einsum("nk,nk->n", chosen, possible_weights(chosen, propensities)) - 1


def _either(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 2): nothing, and any offer."""
    return np.column_stack([table[:, 0], 1 - table[:, 0]])


def _least(weights: NDArray[np.float64], expected: float | None) -> float:
    size = effective_size(weights)
    return size if expected is None else min(size, expected)


def _around(
    method: str, match: PolicyMatch, past: PastExposures, weights: NDArray[np.float64], expected: float | None
) -> PolicyValue:
    """The baseline's mean and the self-normalised mean of what is beyond it; influences by the delta method."""
    residual = match.log.outcomes - past.baseline
    beyond = weights @ residual / weights.sum()
    usual = past.baseline.mean(axis=0)
    influence = past.baseline - usual + weights[:, None] * (residual - beyond) / weights.mean()
    matched = PolicyMatch(match.log, match.chosen, weights, expected)
    return policy_value(method, matched, usual + beyond, influence, weights)
