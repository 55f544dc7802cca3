"""The verdict on a policy: whether it pays, may pay, or does not, by its forecast.

It pays where the forecast of the whole procedure clearly lies above nothing, and where the best of all candidates looks
as good by chance alone in at most 2.5 % of trials: with K offers, of which none does anything, the best one has K times
as many occasions to look good. The chance is that of the largest of correlated normal variables (Dunnett 1955), with
the correlation of the candidates' gains. Where a small group of skewed outcomes may have missed the large ones, the
gain is skewed, and is transformed as Hall (1992) does; where it may have missed all of them, the error is at least that
of two groups with the variance of both together. Candidates that clearly lose have no occasion to look good, and
do not count: those that lie more than sqrt(2 log log n) errors below nothing (Hansen 2005, A test for superior
predictive ability).

It may pay where a trial of a feasible number of customers would show a gain as large as the forecast, with a power of
80 %. It holds those customers alone to whom the policy gives something, and half of them get nothing: all others get
nothing either way, and would only blur the comparison.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.stats import multivariate_normal, norm

from offerloop.arrays import Floats, Ints
from offerloop.evaluation import MISSED, Z95, Estimate, Moments, hall, skew_if_alike
from offerloop.response.evidence import Evidence
from offerloop.response.trial.spread import cluster_sums

Conclusion = Literal["pays", "may_pay", "does_not_pay"]
ALPHA = 0.025
"""The share of trials without any effect in which something may be said to pay."""
POWER = 0.8
"""The probability with which a further trial would show the gain."""
MOST_TIMES = 10
"""A gain that only a trial of more than so many times the customers of this one would show does not pay to look for."""
FEWEST_PER_SIDE = 50
"""The fewest customers with and without offers of a further trial: the mean of fewer need not be nearly normal."""
COLLINEAR = 1 - 1e-9
"""Correlation from which two candidates are one."""
FEWEST = 16
"""The fewest rows for which log log n is above 1."""


@dataclass(frozen=True)
class FollowUp:
    """A further trial that would show a gain as large as the forecast."""

    customers: int
    """Those to whom the policy gives something, half of whom get nothing."""
    chosen_from: int
    """All customers from whom the policy chooses as many."""


def p_value_of_best(gains: Floats, errors: Floats, chosen: int, whose: Ints | None = None, skew: float = 0.0) -> float:
    """Return how probable it is that the best of candidates without effect looks as good as the chosen one.

    From the gains (n, candidates), whose means have `errors` (candidates,); `whose` (n,) are clusters of rows. `skew`
    is the skewness of the chosen one's mean.
    """
    mean = gains.mean(axis=0)
    centred = gains - mean
    if whose is not None:
        centred = cluster_sums(centred, whose)
    return p_value_of_largest(mean, errors, centred.T @ centred, chosen, len(centred), skew)


def skew_of_gain(profit: Evidence, policy: Floats) -> float:
    """Return the skewness of what a policy (n, K) gains, of its customers who got their offer over those who got none.

    Its customers are those to whom it gives something with any probability. Were both alike; 0 with fewer than two
    customers on a side.
    """
    groups = _treated_and_control(profit.outcome, profit.action, policy)
    return 0.0 if groups is None else skew_if_alike(*groups)


def least_error(residual: Floats, action: Ints, policy: Floats, skew: float) -> float:
    """Return the standard error of what a policy (n, K) gains, were its customers with and without their offer alike.

    From outcomes less what is expected of them (n,). 0 unless `skew` is so large that one side may have missed all
    large outcomes: then its own spread says too little.
    """
    groups = _treated_and_control(residual, action, policy)
    if groups is None or abs(skew) <= MISSED:
        return 0.0
    treated, control = groups
    share = float(policy[:, 1:].sum(axis=1).mean())
    return share * math.sqrt((treated + control).variance * (1 / treated.n + 1 / control.n))


def _treated_and_control(rows: Floats, action: Ints, policy: Floats) -> tuple[Moments, Moments] | None:
    """Return the moments of rows (n,) of a policy's customers who got their offer, and of those who got none."""
    offer = np.where(policy[:, 1:].any(axis=1), 1 + policy[:, 1:].argmax(axis=1), 0)
    treated, control = (rows[(offer > 0) & (action == one)] for one in (offer, 0))
    return None if min(len(treated), len(control)) < 2 else (Moments.of(treated), Moments.of(control))


def p_value_of_largest(mean: Floats, errors: Floats, products: Floats, chosen: int, n: int, skew: float = 0.0) -> float:
    """Return how probable it is that the best of candidates without effect looks as good as the chosen one.

    From the means and `errors` (candidates,) of n rows, and `products` (candidates, candidates), which are their
    covariances times any number. A skewed mean is transformed as Hall (1992) does. One above nothing without any error,
    such as of an outcome that all treated and nobody else has, is no luck.
    """
    if not errors[chosen] > 0:
        return float(mean[chosen] <= 0)
    size = np.sqrt(np.maximum(np.diagonal(products), 0.0))
    z = np.divide(mean, errors, out=np.zeros_like(mean), where=errors > 0)
    counts = (size > 0) & (errors > 0) & (z > -clear_loss(n))
    correlation = products[np.ix_(counts, counts)] / np.outer(size[counts], size[counts])
    repeated = (np.triu(correlation, 1) > COLLINEAR).any(axis=0)
    correlation, own = correlation[np.ix_(~repeated, ~repeated)], hall(float(z[chosen]), skew)
    if len(correlation) <= 1:
        return float(norm.sf(own))
    below = multivariate_normal(np.zeros(len(correlation)), correlation, allow_singular=True, seed=0)
    return float(np.clip(1 - below.cdf(np.full(len(correlation), own)), norm.sf(own), len(correlation) * norm.sf(own)))


def clear_loss(n: int) -> float:
    """Return how many errors below nothing a candidate of n rows has to lie to lose clearly."""
    return math.sqrt(2 * math.log(math.log(max(n, FEWEST))))


def follow_up_trial(forecast: Estimate, profit: Evidence, policy: Floats, wider: float = 1.0) -> FollowUp | None:
    """Return the trial that would show the forecast; None where it is not above nothing.

    From what each customer brought and the policy (n, K). `wider` is the factor of errors by clusters. Outcomes vary as
    among the customers whom the policy chooses.
    """
    own = np.where(np.arange(policy.shape[1]) == 0, 1 - policy[:, :1], policy)
    weight = np.eye(policy.shape[1])[profit.action] * own
    total = np.maximum(weight.sum(axis=0), np.finfo(np.float64).tiny)
    mean = weight.T @ profit.outcome / total
    variance = np.maximum(weight.T @ profit.outcome**2 / total - mean**2, 0.0)
    return follow_up_by_arms(forecast, mean, variance, policy.mean(axis=0), wider)


def follow_up_by_arms(
    forecast: Estimate, mean: Floats, variance: Floats, share: Floats, wider: float = 1.0
) -> FollowUp | None:
    """Return the trial that would show the forecast, as `follow_up_trial` does.

    From mean and variance (K,) of profit in each arm, and the share (K,) that is given each.
    """
    treated = float(share[1:].sum())
    if not (forecast.value > 0 and treated > 0):
        return None
    shares = share[1:] / treated
    variance_between = float(shares @ (variance[1:] + (mean[1:] - shares @ mean[1:]) ** 2))
    both = 2 * (float(variance[0]) + variance_between) * wider**2
    needed = max(both * ((Z95 + float(norm.ppf(POWER))) * treated / forecast.value) ** 2, 2 * FEWEST_PER_SIDE)
    return FollowUp(_rounded_up(needed), _rounded_up(needed / treated)) if math.isfinite(needed) else None


def conclusion(forecast: Estimate, p_value: float, trial: FollowUp | None, n: int) -> Conclusion:
    """Return the verdict of a trial of n customers."""
    if forecast.low > 0 and p_value <= ALPHA:
        return "pays"
    return "may_pay" if trial is not None and trial.chosen_from <= MOST_TIMES * n else "does_not_pay"


def _rounded_up(number: float) -> int:
    """Two digits, so that it does not look more exact than it is."""
    step = 10 ** max(math.floor(math.log10(max(number, 1.0))) - 1, 0)
    return math.ceil(number / step) * step
