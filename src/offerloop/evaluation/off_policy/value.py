"""The value of a policy with its interval, and the difference of two from the same log."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from offerloop.arrays import Floats
from offerloop.errors import InputError
from offerloop.evaluation.estimate import Estimate
from offerloop.evaluation.off_policy.sums import PolicySums, WeightCut
from offerloop.message import Message

ENOUGH = 1_000
"""A smaller effective sample size, found or expected, flags a result: its interval may be too narrow."""


@dataclass(frozen=True)
class Worth:
    """Value, cost and profit (value less cost) of a decision, each with a 95 % interval; only value without cost.

    `effective_size` counts the decisions that speak by their weights, before any are cut; `expected_size` is what the
    full propensities lead to expect of it, None without them.
    """

    value: Estimate
    cost: Estimate | None
    profit: Estimate | None
    effective_size: float
    expected_size: float | None

    @property
    def speaking(self) -> float:
        """How many decisions speak: the smaller of the two sizes."""
        return least_size(self.effective_size, self.expected_size)

    @property
    def flagged(self) -> bool:
        """Whether fewer than 1,000 decisions speak."""
        return self.speaking < ENOUGH


@dataclass(frozen=True, eq=False)
class PolicyValue(Worth):
    """What a policy is worth per decision, by one method.

    Weights above `limit` were cut, which removed `share_cut` of all weight. `influence` (r, columns of the outcomes)
    says what each customer moves: its squares sum to the variances of the values. `bias` (columns,) bounds what the
    cuts of SWITCH may add to the error; it is 0 for other methods. `source` is the log, or stands for one in shards.
    """

    method: str
    largest_weight: float
    limit: float
    share_cut: float
    source: object = field(repr=False)
    influence: Floats = field(repr=False)
    centre: Floats = field(repr=False)
    bias: Floats = field(repr=False)

    @property
    def squared_error(self) -> float:
        """Estimated mean squared error, variance and squared bound of the bias; of profit, or value without cost."""
        return float(_variances(self.influence)[-1] + self.bias[-1] ** 2)


@dataclass(frozen=True)
class WeightSummary:
    """What is reported of the weights that a value rests on."""

    effective_size: float
    expected_size: float | None
    largest: float

    @classmethod
    def of(cls, sums: PolicySums) -> WeightSummary:
        """The weights of one decision each."""
        overlap = sums.overlap
        return cls(overlap.effective_size, overlap.expected_size, float(overlap.largest.max()))


def policy_value(
    method: str,
    sums: PolicySums,
    centre: Floats,
    influence: Floats,
    weights: WeightSummary,
    cut: WeightCut | None = None,
) -> PolicyValue:
    """Put intervals around a centre (m,) of value and perhaps cost, with influences (r, m) in the units of rows."""
    centre, influence = _and_profit(centre), _and_profit(influence * sums.columns.scale)
    bias = None if cut is None else cut.bias(sums.rows)
    bias = np.zeros_like(centre) if bias is None else bias
    return PolicyValue(
        *_estimates(centre, influence, bias),
        effective_size=weights.effective_size,
        expected_size=weights.expected_size,
        method=method,
        largest_weight=weights.largest,
        limit=np.inf if cut is None else cut.limit,
        share_cut=0.0 if cut is None else 1 - cut.used / sums.whole,
        source=sums.source,
        influence=influence,
        centre=centre,
        bias=bias,
    )


def difference_of_policies(first: PolicyValue, second: PolicyValue) -> Worth:
    """First less second, paired by customer: what both policies have in common adds nothing to the interval.

    The variance is that of the difference of the two influences, bounds of bias add up, and the sizes are the smaller
    ones. Raises InputError for values from two logs.
    """
    if first.source is not second.source:
        raise InputError(Message("The two policies were valued on different logs; value both on the same one."))
    centre, influence = first.centre - second.centre, first.influence - second.influence
    estimates = _estimates(centre, influence, first.bias + second.bias)
    expected = None if first.expected_size is None else least_size(first.expected_size, second.expected_size)
    return Worth(*estimates, least_size(first.effective_size, second.effective_size), expected)


def least_size(*sizes: float | None) -> float:
    """Return the smallest of the sizes that are known."""
    return min(size for size in sizes if size is not None)


def _variances(influence: Floats) -> Floats:
    variances: Floats = np.einsum("rc,rc->c", influence, influence)
    return variances


def _and_profit(columns: Floats) -> Floats:
    """Value alone (..., 1), or value, cost and value less cost (..., 3)."""
    profit = columns[..., :1] - columns[..., 1:]
    return columns if columns.shape[-1] == 1 else np.concatenate([columns, profit], axis=-1)


def _estimates(centre: Floats, influence: Floats, bias: Floats) -> tuple[Estimate, Estimate | None, Estimate | None]:
    estimates = [
        _widened(Estimate.of(float(value), float(se)), float(bound))
        for value, se, bound in zip(centre, np.sqrt(_variances(influence)), bias, strict=True)
    ]
    return (estimates[0], estimates[1], estimates[2]) if len(estimates) > 1 else (estimates[0], None, None)


def _widened(estimate: Estimate, bound: float) -> Estimate:
    return Estimate(estimate.value, estimate.low - bound, estimate.high + bound)
