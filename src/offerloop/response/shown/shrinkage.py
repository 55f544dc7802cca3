"""Estimates shrunk as far as they may be noise: posterior means, averaged over how widely the truth may vary.

    estimate ~ N(truth, V),     truth ~ N(m, S),     (m, S) one of several priors, each as likely as it was beforehand
                                                     times the density of the estimate under N(m, S + V)

Empirical Bayes (Efron and Morris 1973) with the likelihood averaged over instead of maximised: where the log leaves
open whether anything varies at all, part of the estimate is believed rather than all or nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import eigh
from scipy.sparse import csr_array
from scipy.special import log_ndtr, logsumexp

from offerloop.arrays import Floats, Ints
from offerloop.response.shown.expected_sales import weighted

LEAST = 1e-12
"""A variance that is added, so that what nothing is known of can be solved for."""
MOST_ERRORS = 30.0
"""Errors from zero beyond which no more is computed: there nothing, or all, of a distribution is above it."""
UNKNOWN = 1e-9
"""Of the largest information, that of a direction in which nothing varies but for rounding."""
SPREADS = (0.0, *np.geomspace(0.02, 1.5, 25).tolist())
"""Standard deviations that slopes may have; that they do not vary is as likely beforehand as that they do."""


@dataclass(frozen=True, eq=False)
class Prior:
    """A normal distribution that an estimated vector (q,) may come from."""

    covariance: Floats
    """(q, q)."""
    mean: Floats | float = 0.0
    """(q,), or the mean of each element."""
    weight: float = 1.0
    """How likely this prior is beforehand, relative to the others."""


def drawn(estimate: Floats, covariance: Floats, priors: Sequence[Prior]) -> tuple[Floats, Floats]:
    """Return the posterior mean (q,) and covariance (q, q) of an estimate with its covariance, over all priors."""
    means, covariances, likely = _posteriors(estimate, covariance, priors)
    weight = averaged(likely)
    mean = np.asarray(weight @ means, dtype=np.float64)
    apart = means - mean
    spread = np.tensordot(weight, covariances, 1) + apart.T @ (weight[:, None] * apart)
    return mean, spread


def drawn_above_zero(estimate: Floats, covariance: Floats, priors: Sequence[Prior]) -> Floats:
    """Return the posterior mean (q,) of what is for sure not below zero, an element at a time.

    Priors and posteriors are normal distributions cut off at zero (Gelfand, Smith and Lee 1992), so that an estimate
    below zero leaves a little instead of nothing. A prior counts by how much more of it is above zero afterwards.
    """
    means, covariances, likely = _posteriors(estimate, covariance, priors)
    errors = np.sqrt(np.maximum(np.einsum("jkk->jk", covariances), LEAST))
    z = np.clip(means / errors, -MOST_ERRORS, MOST_ERRORS)
    cut = means + errors * np.exp(-0.5 * z**2 - 0.5 * np.log(2 * np.pi) - log_ndtr(z))
    prior_means = np.array([np.broadcast_to(prior.mean, len(estimate)) for prior in priors])
    prior_errors = np.sqrt(np.maximum([np.diag(prior.covariance) for prior in priors], LEAST))
    beforehand = np.clip(prior_means / prior_errors, -MOST_ERRORS, MOST_ERRORS)
    kept = log_ndtr(z) - log_ndtr(beforehand)
    weight = np.apply_along_axis(averaged, 0, likely[:, None] + kept)
    return np.asarray((weight * np.maximum(cut, 0.0)).sum(axis=0), dtype=np.float64)


def _posteriors(estimate: Floats, covariance: Floats, priors: Sequence[Prior]) -> tuple[Floats, Floats, Floats]:
    """Return the posterior mean (q,) and covariance (q, q) of each prior, and the logarithms of their weights."""
    whole, off = _predictive(estimate, covariance, priors)
    prior_covariance = np.array([one.covariance for one in priors])
    gain = np.linalg.solve(whole, prior_covariance).transpose(0, 2, 1)
    means = estimate - off[..., 0] + (gain @ off)[..., 0]
    return means, prior_covariance - gain @ prior_covariance, _log_densities(whole, off, priors)


def log_density(estimate: Floats, covariance: Floats, priors: Sequence[Prior]) -> float:
    """Return the logarithm of the density of an estimate with its covariance over all priors, but for a constant."""
    return float(logsumexp(_log_densities(*_predictive(estimate, covariance, priors), priors)))


def _predictive(estimate: Floats, covariance: Floats, priors: Sequence[Prior]) -> tuple[Floats, Floats]:
    """Return for each prior the covariance (q, q) of the estimate, and how far it is from its mean (q, 1)."""
    prior_mean = np.array([np.broadcast_to(one.mean, len(estimate)) for one in priors])
    whole = covariance + np.array([one.covariance for one in priors]) + LEAST * np.eye(len(estimate))
    return whole, (estimate - prior_mean)[..., None]


def _log_densities(whole: Floats, off: Floats, priors: Sequence[Prior]) -> Floats:
    """(priors,): logarithms of the density under each prior times its weight, but for a constant."""
    beforehand = np.log([one.weight for one in priors])
    square = (off * np.linalg.solve(whole, off)).sum(axis=(1, 2))
    return np.asarray(beforehand - 0.5 * (np.linalg.slogdet(whole)[1] + square), dtype=np.float64)


def clustered(x: Floats, y: Floats, variance: Floats, customer: Ints) -> tuple[Floats, Floats]:
    """Coefficients (q,) of y (n,) on x (n, q), and their covariance by customers, not rows (Liang and Zeger 1986).

    `variance` (n,) is that of the errors of y, by which rows are weighted; `customer` (n,) numbers whose row it is.
    """
    estimate, plain = weighted(x, y, variance)
    return estimate, _by_customer(x, (y - x @ estimate) / variance, plain, customer)


def clustered_last(x: Floats, y: Floats, variance: Floats, customer: Ints, last: int) -> tuple[Floats, Floats]:
    """Return the last coefficients of those of `clustered`, and their covariance (last, last), never too small.

    In every direction it is the larger of that by customers and that of independent rows: where few customers decide,
    the former is far too small (Angrist and Pischke 2009, section 8.2).
    """
    estimate, plain = weighted(x, y, variance)
    grouped = _by_customer(x, (y - x @ estimate) / variance, plain, customer)
    return estimate[-last:], larger(grouped[-last:, -last:], plain[-last:, -last:])


def larger(one: Floats, other: Floats) -> Floats:
    """Return the covariance (q, q) that is in every direction the larger of two."""
    other = other + LEAST * np.eye(len(other))
    ratio, vectors = eigh(one, other)
    axes = other @ vectors
    return np.asarray((axes * np.maximum(ratio, 1.0)) @ axes.T, dtype=np.float64)


def _by_customer(x: Floats, weighted_error: Floats, plain: Floats, customer: Ints) -> Floats:
    """Return the covariance by customers from that of independent rows, `plain`, and errors over their variance."""
    sums = summed(customer, x * weighted_error[:, None])
    return plain @ (sums.T @ sums) @ plain


def summed(customer: Ints, rows: Floats) -> Floats:
    """Return the sums (customers, q) of each customer's rows (n, q)."""
    places = np.arange(len(customer) + 1)
    of_row = csr_array((np.ones(len(customer)), customer, places), shape=(len(customer), int(customer.max()) + 1))
    return np.asarray(of_row.T @ rows, dtype=np.float64)


def drawn_slopes(x: Floats, y: Floats, variance: Floats, customer: Ints) -> Floats:
    """Coefficients (q,) of y (n,) on x (n, q), shrunk to 0 in the directions in which errors are independent.

    The variance in each direction is the larger of that by customers and that of independent rows: in a direction that
    few customers decide, the former is far too small (Angrist and Pischke 2009, section 8.2). Directions that do not
    vary, such as a feature that is the same for everybody or the sum of shares, say nothing.
    """
    information, vectors = np.linalg.eigh(x.T @ (x / variance[:, None]))
    is_identified = information > UNKNOWN * information.max()
    values, vectors = 1 / information[is_identified], vectors[:, is_identified]
    turned = values * (vectors.T @ (x.T @ (y / variance)))
    estimate, plain = vectors @ turned, (vectors * values) @ vectors.T
    grouped = _by_customer(x, (y - x @ estimate) / variance, plain, customer)
    errors = np.maximum(values, np.einsum("qd,qp,pd->d", vectors, grouped, vectors))
    spread = errors + np.array(SPREADS)[:, None] ** 2
    weight = averaged(none_or_some(-0.5 * (np.log(spread) + turned**2 / spread).sum(axis=1)))
    return np.asarray(vectors @ (turned * (weight @ (1 - errors / spread))), dtype=np.float64)


def none_or_some(likely: Floats) -> Floats:
    """Add the logarithms of the weights beforehand to likelihoods: the first has as much as all others
    together.
    """
    return likely + np.log(np.array([len(likely) - 1.0, *np.ones(len(likely) - 1)]))


def averaged(likely: Floats) -> Floats:
    """Weights that sum to 1 from logarithms of likelihoods."""
    share = np.exp(likely - likely.max())
    return np.asarray(share / share.sum(), dtype=np.float64)
