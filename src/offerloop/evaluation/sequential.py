"""Intervals that may be looked at as often as one likes, and how large an experiment under them must be.

An asymptotic confidence sequence with a normal mixture (Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas 2021,
arXiv 2103.06476v7; equations named below): with alpha .05, over all looks together, the interval ever misses the truth
in at most 5 of 100 experiments. It is tightest at one size, for which it is tuned, and far wider before: an early look
has to show very much, so that few skewed outcomes do not decide.

Size is whatever the information grows with. Where customers are drawn anew (or new ones come) it is their number, and
their totals are added. Where the same customers stay in their arms, add what each of them brought, replace the totals
by those of the longer time, and let the size be ``1 / se^2``: estimates of one quantity on growing evidence have
``cov(first, later) = var(later)``, which is all that the sequence needs (Jennison and Turnbull 2000, chapter 11).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from offerloop.evaluation.estimate import Estimate
from offerloop.evaluation.experiment import Difference

ALPHA = 0.05
"""The probability that an interval ever misses the truth."""
RATIO_ALPHA = 0.001
"""The probability of ever stopping an experiment whose draw is right."""
RATIO_WEIGHT = 10_000.0
"""Customers that the alternative of the sample-ratio check is worth: it looks for shares about 1 % wrong."""
_GRID = 241
"""Points at which the density of the walk is kept."""


@dataclass(frozen=True)
class AlwaysValid(Estimate):
    """An estimate with an interval that holds at all looks together, and the p-value of no difference that does."""

    p_value: float


def mixing(tuned_for: float, alpha: float = ALPHA) -> float:
    """Return rho, by which the sequence is tightest at the size `tuned_for` (equation 161).

    ``rho^2 = (-2 log alpha + log(1 - 2 log alpha)) / tuned_for``. Raises ValueError for a size or alpha that cannot be.
    """
    if not (0 < alpha < 1 and tuned_for > 0):
        raise ValueError("alpha is between 0 and 1, and the size above 0")
    return math.sqrt((-2 * math.log(alpha) + math.log(1 - 2 * math.log(alpha))) / tuned_for)


def half_width(size: float, rho: float, alpha: float = ALPHA) -> float:
    """Return the standard errors from the value to an end of the interval (equation 9)."""
    grown = size * rho * rho + 1
    return math.sqrt(2 * grown / (grown - 1) * math.log(math.sqrt(grown) / alpha))


def always_valid(difference: Difference, size: float, tuned_for: float, alpha: float = ALPHA) -> AlwaysValid:
    """Two-sided, at the size `size`; p by equation 155: ``sqrt(s) exp(-z^2 (s - 1) / (2 s))``, ``s = size rho^2 + 1``.

    Without any spread nothing is known yet: the interval is unbounded and p is 1.
    """
    if not difference.se > 0:
        return AlwaysValid(difference.value, -math.inf, math.inf, 1.0)
    rho = mixing(tuned_for, alpha)
    half, grown = half_width(size, rho, alpha) * difference.se, size * rho * rho + 1
    log_p = math.log(grown) / 2 - (difference.value / difference.se) ** 2 * (grown - 1) / (2 * grown)
    return AlwaysValid(difference.value, difference.value - half, difference.value + half, math.exp(min(0.0, log_p)))


def always_valid_ratio(counts: Sequence[int], expected_shares: Sequence[float]) -> float:
    """p-value of group sizes against their shares, that may be looked at after every customer.

    One over the Bayes factor of a Dirichlet mixture about the shares, worth RATIO_WEIGHT customers, against the shares
    (Lindon and Malek 2022). A group that should be empty and is not gives 0; no customers give 1.
    """
    from scipy.special import gammaln

    if any(count and share <= 0 for count, share in zip(counts, expected_shares, strict=True)):
        return 0.0
    live = [(count, share) for count, share in zip(counts, expected_shares, strict=True) if share > 0]
    if len(live) < 2:
        return 1.0
    n, shares = np.array(live, dtype=float).T
    shares = shares / shares.sum()
    prior = RATIO_WEIGHT * shares
    factor = np.sum(gammaln(prior + n) - gammaln(prior) - n * np.log(shares))
    factor += gammaln(RATIO_WEIGHT) - gammaln(RATIO_WEIGHT + n.sum())
    return math.exp(-max(0.0, float(factor)))


def chance_found(drift: float, looks: int, alpha: float = ALPHA, first: int = 1) -> NDArray[np.float64]:
    """(looks,): chance that the interval has left out zero on the drift's side by each look.

    `drift` is the true effect over its standard error at the last look, for which the sequence is tuned; looks are
    equally far apart and the first ones before `first` do not count. The walk of value over variance is a Brownian
    motion; its density between the bounds is carried from look to look (Armitage, McPherson and Rowe 1969).
    """
    rho = mixing(1.0, alpha)
    times = np.arange(first, looks + 1) / looks
    bounds = [math.sqrt(time) * half_width(float(time), rho, alpha) for time in times]
    total, chances = 0.0, np.zeros(looks)
    points, mass, before = np.zeros(1), np.ones(1), 0.0
    for look, (time, bound) in enumerate(zip(times, bounds, strict=True), start=first - 1):
        step, spread = abs(drift) * (time - before), math.sqrt(time - before)
        total += float(mass @ _normal_above((bound - points - step) / spread))
        chances[look] = total
        edges = np.linspace(-bound, bound, _GRID + 1)
        below = 1 - _normal_above((edges[None, :] - points[:, None] - step) / spread)
        mass = mass @ np.diff(below, axis=1)
        points, before = (edges[1:] + edges[:-1]) / 2, float(time)
    return chances


def _normal_above(z: NDArray[np.float64]) -> NDArray[np.float64]:
    from scipy.special import ndtr

    return ndtr(-z)


@lru_cache
def needed_drift(looks: int, power: float = 0.8, alpha: float = ALPHA, first: int = 1) -> float:
    """The true effect, in standard errors at the last look, that is found by then with the chance `power`."""
    from scipy.optimize import brentq

    return float(brentq(lambda drift: chance_found(drift, looks, alpha, first)[-1] - power, 0.0, 20.0, xtol=1e-3))


def planned_size(
    effect: float,
    pilot: Difference,
    pilot_size: float,
    looks: int,
    power: float = 0.8,
    alpha: float = ALPHA,
    first: int = 1,
) -> float:
    """The size at which an effect has been found with the chance `power`, and for which to tune the sequence.

    `pilot` tells the spread: any difference of groups of the same proportions at `pilot_size`, such as one of the time
    before; `effect` is in its unit. The error of a share grows with the share: a gain of a tenth is found a little less
    often than planned, a loss more often. Raises ValueError for an effect of zero and a pilot without spread.
    """
    if effect == 0 or not pilot.se > 0:
        raise ValueError("an effect of zero, or outcomes without spread, need no size")
    return pilot_size * (needed_drift(looks, power, alpha, first) * pilot.se / effect) ** 2
