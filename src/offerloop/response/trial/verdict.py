"""The verdict on a policy: whether it pays, may pay, or does not, by its forecast.

It pays where the forecast of the whole procedure clearly lies above nothing, and where the best of all candidates looks
as good by chance alone in at most 2.5 % of trials: with K offers, of which none does anything, the best one has K times
as many occasions to look good. The chance is that of the largest of correlated normal variables (Dunnett 1955), with
the correlation of the candidates' gains.

It may pay where a trial of some customers, half of whom are given what the policy says and half nothing, would show a
gain as large as the forecast, with a power of 80 %.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from scipy.stats import multivariate_normal, norm

from offerloop.arrays import Floats, Ints
from offerloop.evaluation import Z95, Estimate
from offerloop.response.evidence import Evidence

Conclusion = Literal["pays", "may_pay", "does_not_pay"]
ALPHA = 0.025
"""The share of trials without any effect in which something may be said to pay."""
POWER = 0.8
MOST_TIMES = 10
"""A gain that only a trial of more than so many times the customers of this one would show does not pay to look for."""
COLLINEAR = 1 - 1e-9
"""Correlation from which two candidates are one."""


def p_value_of_best(gains: Floats, errors: Floats, chosen: int, whose: Ints | None = None) -> float:
    """Return how probable it is that the best of candidates without effect looks as good as the chosen one.

    From the gains (n, candidates), whose means have `errors` (candidates,); `whose` (n,) are clusters of rows.
    """
    if not errors[chosen] > 0:
        return 1.0
    centred = gains - gains.mean(axis=0)
    if whose is not None:
        centred = np.stack([np.bincount(whose, one) for one in centred.T], axis=1)
    size = np.sqrt((centred * centred).sum(axis=0))
    varies = (size > 0) & (errors > 0)
    correlation = (centred[:, varies].T @ centred[:, varies]) / np.outer(size[varies], size[varies])
    return p_value_of_largest(float(gains[:, chosen].mean() / errors[chosen]), correlation)


def p_value_of_largest(z: float, correlation: Floats) -> float:
    """Return how probable it is that the largest of normal variables with this correlation is at least z."""
    repeated = (np.triu(correlation, 1) > COLLINEAR).any(axis=0)
    correlation = correlation[np.ix_(~repeated, ~repeated)]
    if len(correlation) == 1:
        return float(norm.sf(z))
    below = multivariate_normal(np.zeros(len(correlation)), correlation, allow_singular=True, seed=0)
    return float(np.clip(1 - below.cdf(np.full(len(correlation), z)), norm.sf(z), len(correlation) * norm.sf(z)))


def follow_up_size(forecast: Estimate, profit: Evidence, policy: Floats, wider: float = 1.0) -> int | None:
    """Return the customers of a trial that would show the forecast; None where it is not above nothing.

    From what each customer brought and the policy (n, K). `wider` is the factor of errors by clusters.
    """
    each = [profit.outcome[profit.action == k] for k in range(policy.shape[1])]
    mean, variance = (np.array([one(rows) for rows in each]) for one in (np.mean, np.var))
    return follow_up_by_arms(forecast, mean, variance, policy.mean(axis=0), wider)


def follow_up_by_arms(
    forecast: Estimate, mean: Floats, variance: Floats, share: Floats, wider: float = 1.0
) -> int | None:
    """See `follow_up_size`: from mean and variance (K,) of profit in each arm, and the share that is given each."""
    if not forecast.value > 0:
        return None
    variance_between = float(share @ (variance + (mean - share @ mean) ** 2))
    both = 2 * (float(variance[0]) + variance_between) * wider**2
    needed = both * ((Z95 + float(norm.ppf(POWER))) / forecast.value) ** 2
    return _rounded_up(needed) if math.isfinite(needed) else None


def conclusion(forecast: Estimate, p_value: float, size: int | None, n: int) -> Conclusion:
    """Return the verdict of a trial of n customers."""
    if forecast.low > 0 and p_value <= ALPHA:
        return "pays"
    return "may_pay" if size is not None and size <= MOST_TIMES * n else "does_not_pay"


def _rounded_up(number: float) -> int:
    """Two digits, so that it does not look more exact than it is."""
    step = 10 ** max(math.floor(math.log10(max(number, 1.0))) - 1, 0)
    return math.ceil(number / step) * step
