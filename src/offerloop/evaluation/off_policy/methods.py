"""What a policy would be worth, from a log that another policy made: off-policy value with 95 % intervals.

Every estimator takes a log of n decisions and a policy, and gives value, cost and profit per decision. With weights
``w = pi(a | x) / mu(a | x)`` of the logged actions, r the outcome and q its prediction, the estimators are

- IPS: mean of ``w r`` (Horvitz and Thompson 1952),
- SNIPS: ``sum w r / sum w`` (Swaminathan and Joachims 2015),
- DR: mean of ``sum_a pi(a | x) q(x, a) + w (r - q(x, a))`` (Dudík, Langford and Li 2011),
- SWITCH-DR: the same with w = 0 where it is above a threshold (Wang, Agarwal and Dudík 2017).

Intervals are by the influence of each row; they take weights as known, and rows as independent unless the log says
which are of one customer: then their influences are added up first. Every method needs no rows, only sums over them
(`PolicySums`), and so values a log in shards as one in memory.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from offerloop.arrays import Floats
from offerloop.errors import InputError
from offerloop.evaluation.off_policy.log import Log, Policy, Predictions
from offerloop.evaluation.off_policy.rows import PolicyRows
from offerloop.evaluation.off_policy.sums import PolicySums, WeightCut
from offerloop.evaluation.off_policy.value import PolicyValue, WeightSummary, policy_value
from offerloop.message import Message


def logged(log: Log) -> PolicyValue:
    """The policy that made the log: the mean of what came of it, every decision with weight 1."""
    return logged_by_sums(PolicySums.of(PolicyRows.logged(log)))


def logged_by_sums(sums: PolicySums) -> PolicyValue:
    """Return the value of the log's own policy from the sums of `PolicyRows.logged`."""
    size = float(sums.rows)
    return _mean("mean", sums, "gained", WeightSummary(size, size, 1.0))


def ips(log: Log, policy: Policy, clip: float = np.inf) -> PolicyValue:
    """Inverse propensity scoring; unbiased unless weights are clipped, which no interval accounts for.

    Raises InputError where the policy does not fit the log, EvidenceError where the log cannot speak about it.
    """
    return _ips(_checked(PolicySums.of(PolicyRows.of(log, policy), clip=_limit(clip))))


def snips(log: Log, policy: Policy, clip: float = np.inf) -> PolicyValue:
    """Self-normalised IPS: the same whatever constant is added to the outcomes; biased by about 1 / effective size.

    The influence of a row is ``w (r - V) / mean of w`` (delta method). Clipping and errors as `ips`.
    """
    return _snips(_checked(PolicySums.of(PolicyRows.of(log, policy), clip=_limit(clip))))


def dr(log: Log, policy: Policy, predictions: Predictions, clip: float = np.inf) -> PolicyValue:
    """Doubly robust: unbiased whatever the predictions, and narrower the better they are.

    Clipping and errors as `ips`; also InputError where the predictions do not fit the log.
    """
    predictions.check(log)
    return _dr(_checked(PolicySums.of(PolicyRows.of(log, policy), predictions, clip=_limit(clip))))


def switch_dr(log: Log, policy: Policy, predictions: Predictions) -> PolicyValue:
    """Doubly robust without the rows whose weight is above a threshold, chosen for the least estimated squared error.

    Candidates are 21 thresholds evenly spaced in logarithm from the smallest to the largest logged weight, and none.
    The squared error of each is the variance plus the square of a bound of its bias: the policy's share of decisions
    above the threshold times the largest residual ``|r - q|`` (Wang, Agarwal and Dudík 2017, whose bound is that of
    the outcome). The threshold follows profit, or value without cost; intervals are widened on both sides by the
    bound. Errors as `dr`; also InputError for a log without full propensities, which the share needs.
    """
    predictions.check(log)
    if log.propensities is None:
        raise InputError(Message("This method needs the propensities of all actions; log them with each decision."))
    return _switch_dr(_checked(_with_switch(log, policy, predictions)))


def recommended(log: Log, policy: Policy, predictions: Predictions | None = None) -> PolicyValue:
    """The value by the one method that promises the least squared error; its name is in `method`.

    Without predictions SNIPS. With them SWITCH-DR, or DR where it finds no reason to cut or the log has no full
    propensities; but SNIPS where its squared error promises to be smaller for profit, or for value without cost. That
    of DR is the variance plus squared bound of bias, that of SNIPS ``mean of w^2 (r - V)^2 / n`` with V by DR: around
    its own value it would look small whenever one weight dominates, for then that value is one row's outcome. Errors
    as `dr`.
    """
    if predictions is None:
        return snips(log, policy)
    predictions.check(log)
    return recommended_by_sums(_with_switch(log, policy, predictions))


def recommended_by_sums(sums: PolicySums) -> PolicyValue:
    """Return the recommended value from sums with predictions, and with the limit of SWITCH where all propensities are
    known."""
    plain = _snips(_checked(sums))
    robust = _dr(sums) if sums.switch is None else _switch_dr(sums)
    gained = sums.root("gained")
    profit = gained[:, 0] - gained[:, 1:].sum(axis=1)
    off = profit - robust.centre[-1] * sums.root("weight")[:, 0]
    if float(off @ off) / sums.rows**2 < robust.squared_error:
        return plain
    return robust if robust.limit < np.inf else replace(robust, method="DR")


def values_by_sums(sums: PolicySums) -> list[PolicyValue]:
    """Return the values by every method that the sums allow."""
    return [_ips(sums), _snips(sums), _dr(sums), *([] if sums.switch is None else [_switch_dr(sums)])]


def _with_switch(log: Log, policy: Policy, predictions: Predictions) -> PolicySums:
    rows = PolicyRows.of(log, policy)
    limit = None if log.propensities is None else rows.switch_limit(predictions, log.propensities)
    return PolicySums.of(rows, predictions, limit=limit)


def _checked(sums: PolicySums) -> PolicySums:
    """Raise EvidenceError for a policy that the log cannot speak about."""
    sums.overlap.check(sums.names)
    return sums


def _ips(sums: PolicySums) -> PolicyValue:
    return _mean("IPS", sums, "gained", WeightSummary.of(sums), sums.clip)


def _snips(sums: PolicySums) -> PolicyValue:
    centre: Floats = sums.total("gained") / sums.total("weight")
    influence = (sums.root("gained") - centre * sums.root("weight")) / (sums.total("weight") / sums.rows)
    return policy_value("SNIPS", sums, centre, influence, WeightSummary.of(sums), sums.clip)


def _dr(sums: PolicySums) -> PolicyValue:
    return _mean("DR", sums, "robust", WeightSummary.of(sums), sums.clip)


def _switch_dr(sums: PolicySums) -> PolicyValue:
    return _mean("SWITCH-DR", sums, "switched", WeightSummary.of(sums), sums.switch)


def _mean(
    method: str, sums: PolicySums, name: str, weights: WeightSummary, cut: WeightCut | None = None
) -> PolicyValue:
    """A method whose value is the mean of one number per row, the columns of a name."""
    centre: Floats = sums.total(name) / sums.rows
    return policy_value(method, sums, centre, sums.root(name) - centre * sums.root("one"), weights, cut)


def _limit(clip: float) -> float:
    if not clip > 0:
        raise InputError(Message("Weights cannot be clipped at {clip}; give a number above 0.", clip=str(clip)))
    return clip
