"""What a policy would be worth, from a log that another policy made: off-policy value with 95 % intervals.

Every estimator takes a log of n decisions and a policy, and gives value, cost and profit per decision. With weights
``w = pi(a | x) / mu(a | x)`` of the logged actions, r the outcome and q its prediction, the estimators are

- IPS: mean of ``w r`` (Horvitz and Thompson 1952),
- SNIPS: ``sum w r / sum w`` (Swaminathan and Joachims 2015),
- DR: mean of ``sum_a pi(a | x) q(x, a) + w (r - q(x, a))`` (Dudík, Langford and Li 2011),
- SWITCH-DR: the same with w = 0 where it is above a threshold (Wang, Agarwal and Dudík 2017),
- marginalised: IPS with weights of groups of actions (Saito and Joachims 2022).

Intervals are by the influence of each row; they take weights as known, and rows as independent unless the log says
which are of one customer: then their influences are added up first.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from offerloop.errors import InputError
from offerloop.evaluation.policy_log import Log, Policy, Predictions, probabilities
from offerloop.evaluation.policy_overlap import PolicyMatch, match, possible_weights
from offerloop.evaluation.policy_value import PolicyValue, per_customer, policy_value, variance_of_mean
from offerloop.message import Message

_THRESHOLDS = 21


def logged(log: Log) -> PolicyValue:
    """The policy that made the log: the mean of what came of it, every decision with weight 1."""
    chosen = probabilities(log, log.action) if log.propensities is None else log.propensities
    match = PolicyMatch(log, chosen, np.ones(len(log.action)), float(len(log.action)))
    return _of_rows("mean", match, log.outcomes, match.weights, np.inf)


def ips(log: Log, policy: Policy, clip: float = np.inf) -> PolicyValue:
    """Inverse propensity scoring; unbiased unless weights are clipped, which no interval accounts for.

    Raises InputError where the policy does not fit the log, EvidenceError where the log cannot speak about it.
    """
    return _ips("IPS", match(log, policy), clip)


def snips(log: Log, policy: Policy, clip: float = np.inf) -> PolicyValue:
    """Self-normalised IPS: the same whatever constant is added to the outcomes; biased by about 1 / effective size.

    The influence of a row is ``w (r - V) / mean of w`` (delta method). Clipping and errors as `ips`.
    """
    return _snips(match(log, policy), clip)


def dr(log: Log, policy: Policy, predictions: Predictions, clip: float = np.inf) -> PolicyValue:
    """Doubly robust: unbiased whatever the predictions, and narrower the better they are.

    Clipping and errors as `ips`; also InputError where the predictions do not fit the log.
    """
    predictions.check(log)
    matched = match(log, policy)
    used = _clipped(matched.weights, clip)
    return _doubly_robust("DR", matched, predictions, used, clip)


def switch_dr(log: Log, policy: Policy, predictions: Predictions) -> PolicyValue:
    """Doubly robust without the rows whose weight is above a threshold, chosen for the least estimated squared error.

    Candidates are 21 thresholds evenly spaced in logarithm from the smallest to the largest logged weight, and none.
    The squared error of each is the variance plus the square of a bound of its bias: the policy's share of decisions
    above the threshold times the largest residual ``|r - q|`` (Wang, Agarwal and Dudík 2017, whose bound is that of
    the outcome). The threshold follows profit, or value without cost; intervals are widened on both sides by the
    bound. Errors as `dr`; also InputError for a log without full propensities, which the share needs.
    """
    predictions.check(log)
    return _switch_dr(match(log, policy), predictions, _full(log))


def recommended(log: Log, policy: Policy, predictions: Predictions | None = None) -> PolicyValue:
    """The value by the one method that promises the least squared error; its name is in `method`.

    Without predictions SNIPS. With them SWITCH-DR, or DR where it finds no reason to cut or the log has no full
    propensities; but SNIPS where its squared error promises to be smaller for profit, or for value without cost. That
    of DR is the variance plus squared bound of bias, that of SNIPS ``mean of w^2 (r - V)^2 / n`` with V by DR: around
    its own value it would look small whenever one weight dominates, for then that value is one row's outcome. Errors
    as `dr`.
    """
    matched = match(log, policy)
    plain = _snips(matched, np.inf)
    if predictions is None:
        return plain
    predictions.check(log)
    if log.propensities is None:
        robust = _doubly_robust("DR", matched, predictions, matched.weights)
    else:
        robust = _switch_dr(matched, predictions, log.propensities)
    off = matched.weights * (log.outcomes[:, -1] - robust.centre[-1])
    sums = per_customer(log, off[:, None])[:, 0]
    if float(sums @ sums) / len(off) ** 2 < robust.squared_error:
        return plain
    return robust if robust.limit < np.inf else replace(robust, method="DR")


def _full(log: Log) -> NDArray[np.float64]:
    if log.propensities is None:
        raise InputError(Message("This method needs the propensities of all actions; log them with each decision."))
    return log.propensities


def _ips(method: str, match: PolicyMatch, clip: float) -> PolicyValue:
    used = _clipped(match.weights, clip)
    return _of_rows(method, match, used[:, None] * match.log.outcomes, used, clip)


def _snips(match: PolicyMatch, clip: float) -> PolicyValue:
    used, outcomes = _clipped(match.weights, clip), match.log.outcomes
    centre = used @ outcomes / used.sum()
    influence = used[:, None] * (outcomes - centre) / used.mean()
    return policy_value("SNIPS", match, centre, influence, used, clip)


def _doubly_robust(
    method: str,
    match: PolicyMatch,
    predictions: Predictions,
    used: NDArray[np.float64],
    limit: float = np.inf,
    bias: NDArray[np.float64] | None = None,
) -> PolicyValue:
    residual = match.log.outcomes - predictions.at(match.log.action)
    rows = predictions.under(match.chosen) + used[:, None] * residual
    return _of_rows(method, match, rows, used, limit, bias)


def _of_rows(
    method: str,
    match: PolicyMatch,
    rows: NDArray[np.float64],
    used: NDArray[np.float64],
    limit: float,
    bias: NDArray[np.float64] | None = None,
) -> PolicyValue:
    """A method whose value is the mean of one number per row, `rows` (n, columns of the outcomes)."""
    centre = rows.mean(axis=0)
    return policy_value(method, match, centre, rows - centre, used, limit, bias)


def _switch_dr(match: PolicyMatch, predictions: Predictions, full: NDArray[np.float64]) -> PolicyValue:
    weights = match.weights
    residual = match.log.outcomes - predictions.at(match.log.action)
    direct, correction = predictions.under(match.chosen)[:, -1], weights * residual[:, -1]
    bound = np.abs(residual).max(axis=0)
    positive = weights[weights > 0]
    limits = np.append(np.geomspace(positive.min(), positive.max(), _THRESHOLDS), np.inf)[::-1]
    shares = _shares_above(limits, possible_weights(match.chosen, full), match.chosen)
    below = (direct + correction * (weights <= limit) for limit in limits)
    variances = [float(variance_of_mean(match.log, rows[:, None])[0]) for rows in below]
    best = int(np.argmin(np.array(variances) + (shares * bound[-1]) ** 2))
    used = weights * (weights <= limits[best])
    return _doubly_robust("SWITCH-DR", match, predictions, used, float(limits[best]), shares[best] * bound)


def _shares_above(
    limits: NDArray[np.float64], ratios: NDArray[np.float64], chosen: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Share of the policy's decisions with a weight above each of the falling limits, ``E_pi[1(w > limit)]``."""
    reached = np.searchsorted(limits[::-1], ratios.ravel(), side="left")
    steps = np.bincount(reached, weights=chosen.ravel(), minlength=len(limits) + 1)
    return steps[:0:-1].cumsum() / len(chosen)


def _clipped(weights: NDArray[np.float64], clip: float) -> NDArray[np.float64]:
    if not clip > 0:
        raise InputError(Message("Weights cannot be clipped at {clip}; give a number above 0.", clip=str(clip)))
    return np.minimum(weights, clip)
