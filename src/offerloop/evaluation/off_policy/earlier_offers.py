"""Whether earlier offers matter now: a test of outcomes on what customers were shown before.

Given what went before, what a customer was shown is drawn: the treatment residual of an earlier offer, its score less
the mean of the score over the draw, has the mean 0 whatever the customer does. So the outcome of now is uncorrelated
with it unless earlier offers matter. Two scores are tested for each of the last exposures: any offer against nothing,
and what the offer adds in its own window. The hypothesis is that all coefficients of a least squares regression are 0,
by Wald's statistic with the errors of customers, not rows (Liang and Zeger 1986), against Hotelling's distribution.

Features must be from before all of these exposures: what a customer did after an earlier offer is a part of its effect.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import f as f_distribution

from offerloop.evaluation.off_policy.log import Log
from offerloop.evaluation.off_policy.past import PastExposures

RARE = 0.05
"""Below this share earlier offers are taken to matter."""
FEWEST_CUSTOMERS = 100
"""With fewer customers shown something more than once, nothing is tested."""
_SAME = 1e-9


@dataclass(frozen=True)
class CarryOver:
    """What the test found."""

    n_decisions: int
    """Decisions about customers who had been shown something shortly before."""
    n_customers: int
    """The number of those customers."""
    p_value: float | None
    """How often chance alone would show as much; None where too few customers had several exposures."""

    @property
    def matters(self) -> bool:
        """Whether earlier offers matter."""
        return self.p_value is not None and self.p_value < RARE


def carry_over(log: Log, past: PastExposures) -> CarryOver:
    """Test whether earlier offers matter for the main outcome: profit, or value where no cost is known."""
    rows = np.asarray(past.has_exposure.any(axis=1))
    customer = np.arange(len(log.action)) if log.customer is None else log.customer
    n_customers = np.unique(customer[rows]).size
    if n_customers < FEWEST_CUSTOMERS:
        return CarryOver(int(rows.sum()), n_customers, None)
    left = (log.outcomes - past.baseline)[:, -1]
    now = _treatment_residuals(log.action[:, None], log.propensity[:, None], _at_now(log), _scores(log, left))
    earlier = _treatment_residuals(past.action, past.propensity, past.propensities, _scores(log, left))
    x = np.column_stack([np.ones(len(left)), past.baseline[:, -1], now.reshape(len(left), -1)])
    z = earlier.reshape(len(left), -1)
    return CarryOver(int(rows.sum()), n_customers, wald(x, z[:, z.any(axis=0)], log.outcomes[:, -1], customer))


def wald(
    x: NDArray[np.float64], z: NDArray[np.float64], y: NDArray[np.float64], customer: NDArray[np.int64]
) -> float | None:
    """How often chance alone would show coefficients of z (n, q), given x (n, p), that are as far from 0.

    y (n,) are outcomes and `customer` (n,) numbers whose row it is. None where z varies in nothing beyond x.
    """
    beyond = z - x @ np.linalg.lstsq(x, z, rcond=None)[0]
    spread, axes = np.linalg.eigh(beyond.T @ beyond)
    kept = spread > _SAME * max(float(spread.max(initial=0.0)), 1.0)
    if not kept.any():
        return None
    beyond = beyond @ (axes[:, kept] / np.sqrt(spread[kept]))
    error = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
    coefficients = beyond.T @ error
    _, number = np.unique(customer, return_inverse=True)
    sums = np.zeros((number.max() + 1, beyond.shape[1]))
    np.add.at(sums, number, beyond * (error - beyond @ coefficients)[:, None])
    groups, q = sums.shape
    statistic = float(coefficients @ np.linalg.pinv(sums.T @ sums) @ coefficients) * (groups - q) / (groups * q)
    return float(f_distribution.sf(statistic, q, groups - q))


def _at_now(log: Log) -> NDArray[np.float64] | None:
    return None if log.propensities is None else log.propensities[:, None]


def _scores(log: Log, left: NDArray[np.float64]) -> NDArray[np.float64]:
    """(K, 2): any offer against nothing, and what each offer adds in its own window; columns sum to 0."""
    each = np.zeros(len(log.names))
    for position in np.unique(log.action):
        own = log.action == position
        each[position] = left[own] @ (1 / log.propensity[own]) / (1 / log.propensity[own]).sum()
    scores = np.column_stack([np.arange(len(each)) > 0, each - each[0]]).astype(np.float64)
    scores -= scores[np.unique(log.action)].mean(axis=0)
    return scores / np.maximum(np.abs(scores).max(axis=0), _SAME)


def _treatment_residuals(
    action: NDArray[np.int64],
    propensity: NDArray[np.float64],
    propensities: NDArray[np.float64] | None,
    scores: NDArray[np.float64],
) -> NDArray[np.float64]:
    """(n, L, 2): with the propensity of what was shown alone, by inverse weights of scores that sum to 0."""
    has_earlier = (action >= 0)[..., None]
    if propensities is not None:
        gradients = scores[np.maximum(action, 0)] - propensities @ scores
    else:
        gradients = scores[np.maximum(action, 0)] / propensity[..., None]
    return np.where(has_earlier, gradients, 0.0)
