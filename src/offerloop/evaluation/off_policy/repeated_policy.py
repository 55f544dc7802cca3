"""The value of a policy applied repeatedly: earlier offers to a customer may change what an offer does now.

The value of a single decision holds what was shown before as the log drew it. A policy applied repeatedly also makes
the earlier decisions. With ratios ``w_l = pi(a_l | x) / mu(a_l | x)`` of the decision itself (l = 0) and of the L
exposures of the customer before it, its value is the mean of outcomes weighted by

    W = w_0 w_1 ... w_L                                                      every combination (Precup et al. 2000)
    W = w_0 + sum_l (w_l - 1) + (w_0 - 1) sum_l (g_l - 1)                    first order

The first is exact up to offers of more than L exposures ago, and its weights grow with the number of offers to the
power of L + 1. The second is the first term of the expansion of the product around the policy that made the log (Tang
et al. 2020): effects of earlier offers add up, and what the offer of now adds may depend on them by g, the ratio of
having been shown any offer at all; without the propensities of all offers g is w. It is exact where earlier offers
add to, or take from, what is bought (carry-over, purchases brought forward), and nearly so for fatigue.
"""

from __future__ import annotations

import numpy as np

from offerloop.arrays import Floats
from offerloop.errors import EvidenceError
from offerloop.evaluation.off_policy.log import Log, Policy
from offerloop.evaluation.off_policy.overlap import size_of_sums
from offerloop.evaluation.off_policy.past import PastExposures, RepeatedTotals, balance
from offerloop.evaluation.off_policy.rows import PolicyRows
from offerloop.evaluation.off_policy.sums import PolicySums
from offerloop.evaluation.off_policy.value import ENOUGH, PolicyValue, WeightSummary, least_size, policy_value
from offerloop.message import Message

EVERY, FIRST = "trajectory IS", "first-order IS"
"""Names of the two methods."""
FEWEST = 100
"""With fewer decisions that speak, weighted means are too far from normal for an interval."""


def repeated_value(log: Log, policy: Policy, past: PastExposures) -> PolicyValue:
    """The value a decision of a policy that also made the customer's earlier decisions in the log.

    A row of the policy holds for all decisions of its customer. The method is EVERY where at least 1,000 decisions
    speak by its weights, else FIRST. Self-normalised, around the baseline. Raises EvidenceError where a single decision
    has no value either, where fewer than FEWEST decisions speak, or where earlier decisions could not be the policy's.
    """
    return repeated_value_by_sums(PolicySums.of(PolicyRows.of(log, policy), past=past))


def repeated_value_by_sums(sums: PolicySums) -> PolicyValue:
    """Return the value from sums with what customers were shown before; see `repeated_value`."""
    sums.overlap.check(sums.names)
    totals = sums.repeated
    assert totals is not None
    factors, every = balance(totals), _summary_of_every(totals)
    speaks_of_all = totals.rows[factors > 0].sum() >= sums.rows
    if (least_size(every.effective_size, every.expected_size) >= ENOUGH and speaks_of_all) or not _has_past(totals):
        return _around(EVERY, sums, every, factors)
    _check_fit(sums)
    first = _summary_of_first(totals)
    size = least_size(first.effective_size, first.expected_size)
    if size < FEWEST:
        raise EvidenceError(
            Message(
                "Only {n} decision speaks about this policy when it is applied repeatedly, fewer than {least}; log "
                "more exposures of each customer, or fewer different offers.",
                plural="Only {n} decisions speak about this policy when it is applied repeatedly, fewer than {least}; "
                "log more exposures of each customer, or fewer different offers.",
                n=round(size),
                least=FEWEST,
            )
        )
    return _around(FIRST, sums, first, np.ones(1))


def _has_past(totals: RepeatedTotals) -> bool:
    """Whether any customer was shown anything before."""
    return bool(totals.rows[1:].any())


def _summary_of_every(totals: RepeatedTotals) -> WeightSummary:
    factors, weights = balance(totals), totals.every
    size = size_of_sums(float(factors @ weights.total), float(factors**2 @ weights.squares))
    return WeightSummary(size, _expected(totals, 0), float((factors * weights.largest).max()))


def _summary_of_first(totals: RepeatedTotals) -> WeightSummary:
    weights = totals.first
    size = size_of_sums(float(weights.total[0]), float(weights.squares[0]))
    return WeightSummary(size, _expected(totals, 1), float(weights.largest[0]))


def _expected(totals: RepeatedTotals, method: int) -> float | None:
    """Effective size with the expectation of W^2 in place of its sample mean, None without full propensities."""
    return None if totals.expected is None else float(totals.rows.sum()) ** 2 / float(totals.expected[method])


def _check_fit(sums: PolicySums) -> None:
    """EvidenceError where the mean of the weights of FIRST, 1 by their propensities, is far from it."""
    mean = sums.misfit("first")
    if mean is not None:
        raise EvidenceError(
            Message(
                "The customers' earlier decisions do not fit this policy (mean weight {mean} instead of 1): offers "
                "changed meanwhile, or were not drawn anew each time; give exposures of one menu, each with its own "
                "draw.",
                mean=float(f"{mean:.2g}"),
            )
        )


def _around(method: str, sums: PolicySums, weights: WeightSummary, factors: Floats) -> PolicyValue:
    """The baseline's mean and the self-normalised mean of what is beyond it; influences by the delta method.

    Blocks of weights are multiplied with `factors` and added.
    """
    weight, gained = ("every", "every_gained") if method == EVERY else ("first", "first_gained")
    rows, base = sums.root("one"), sums.root("baseline")
    total = factors @ sums.total(weight)
    beyond: Floats = _blocks(sums.total(gained)[None], factors)[0] / total
    usual: Floats = sums.total("baseline") / sums.rows
    of_weights = sums.root(weight) @ factors
    influence = base - usual * rows
    influence += (_blocks(sums.root(gained), factors) - beyond * of_weights[:, None]) / (total / sums.rows)
    return policy_value(method, sums, usual + beyond, influence, weights)


def _blocks(columns: Floats, factors: Floats) -> Floats:
    """(r, m): the weighted sum of blocks of columns."""
    summed: Floats = np.einsum("rgm,g->rm", columns.reshape(len(columns), len(factors), -1), factors)
    return summed
