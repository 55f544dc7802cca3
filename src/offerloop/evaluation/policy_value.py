"""The value of a policy with its interval, and the difference of two from the same log."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from offerloop.errors import InputError
from offerloop.evaluation.estimate import Estimate
from offerloop.evaluation.policy_log import Log
from offerloop.evaluation.policy_overlap import PolicyMatch, effective_size
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
    def flagged(self) -> bool:
        """Whether fewer than 1,000 decisions speak, by the smaller of the two sizes."""
        return _least(self.effective_size, self.expected_size) < ENOUGH


@dataclass(frozen=True, eq=False)
class PolicyValue(Worth):
    """What a policy is worth per decision, by one method.

    Weights above `limit` were cut, which removed `share_cut` of all weight. `influence` (n, columns of the outcomes)
    says what each row moves: its mean is 0, and the variance of that mean is that of the values. `bias` (columns,)
    bounds what the cuts of SWITCH may add to the error; it is 0 for other methods.
    """

    method: str
    largest_weight: float
    limit: float
    share_cut: float
    log: Log = field(repr=False)
    influence: NDArray[np.float64] = field(repr=False)
    centre: NDArray[np.float64] = field(repr=False)
    bias: NDArray[np.float64] = field(repr=False)

    @property
    def squared_error(self) -> float:
        """Estimated mean squared error, variance and squared bound of the bias; of profit, or value without cost."""
        return float(variance_of_mean(self.log, self.influence)[-1] + self.bias[-1] ** 2)


def policy_value(
    method: str,
    match: PolicyMatch,
    centre: NDArray[np.float64],
    influence: NDArray[np.float64],
    used: NDArray[np.float64],
    limit: float = np.inf,
    bias: NDArray[np.float64] | None = None,
) -> PolicyValue:
    """Puts intervals around a centre (columns,); `used` (n,) are the weights after cuts; `bias` is 0 if not given."""
    weights = match.weights
    bias = np.zeros_like(centre) if bias is None else bias
    return PolicyValue(
        *_estimates(match.log, centre, influence, bias),
        effective_size=effective_size(weights),
        expected_size=match.expected_size,
        method=method,
        largest_weight=float(weights.max()),
        limit=limit,
        share_cut=float(1 - used.sum() / weights.sum()),
        log=match.log,
        influence=influence,
        centre=centre,
        bias=bias,
    )


def difference_of_policies(first: PolicyValue, second: PolicyValue) -> Worth:
    """First less second, paired by row: what both policies have in common adds nothing to the interval.

    The variance is that of the difference of the two influences, bounds of bias add up, and the sizes are the smaller
    ones. Raises InputError for values from two logs.
    """
    if first.log is not second.log:
        raise InputError(Message("The two policies were valued on different logs; value both on the same one."))
    centre, influence = first.centre - second.centre, first.influence - second.influence
    estimates = _estimates(first.log, centre, influence, first.bias + second.bias)
    expected = None if first.expected_size is None else _least(first.expected_size, second.expected_size)
    return Worth(*estimates, _least(first.effective_size, second.effective_size), expected)


def variance_of_mean(log: Log, rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Estimated variances (columns,) of the means of one number per row, `rows` (n, columns).

    Rows of one customer are added up before they are squared, with the factor G / (G - 1) of G customers (Liang and
    Zeger 1986); without customers each row stands for itself.
    """
    n = len(rows)
    if log.customer is None:
        return np.var(rows, axis=0, ddof=1) / n
    sums = per_customer(log, rows - rows.mean(axis=0))
    customers = np.count_nonzero(np.bincount(log.customer))
    return np.einsum("gc,gc->c", sums, sums) * customers / (customers - 1) / n**2


def per_customer(log: Log, rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sums (customers, columns) of `rows` (n, columns); the rows themselves where the log names no customers."""
    if log.customer is None:
        return rows
    return np.column_stack([np.bincount(log.customer, weights=column) for column in rows.T])


def _estimates(
    log: Log, centre: NDArray[np.float64], influence: NDArray[np.float64], bias: NDArray[np.float64]
) -> tuple[Estimate, Estimate | None, Estimate | None]:
    estimates = [
        _widened(Estimate.of(float(value), float(se)), float(bound))
        for value, se, bound in zip(centre, np.sqrt(variance_of_mean(log, influence)), bias, strict=True)
    ]
    return (estimates[0], estimates[1], estimates[2]) if len(estimates) > 1 else (estimates[0], None, None)


def _widened(estimate: Estimate, bound: float) -> Estimate:
    return Estimate(estimate.value, estimate.low - bound, estimate.high + bound)


def _least(*sizes: float | None) -> float:
    return min(size for size in sizes if size is not None)
