"""Estimates shrunk as far as they may be noise: posterior means, averaged over how widely the truth may vary.

    estimate ~ N(truth, V),     truth ~ N(m, S),     (m, S) one of several priors, each as likely as it was beforehand
                                                     times the density of the estimate under N(m, S + V)

Empirical Bayes (Efron and Morris 1973) with the likelihood averaged over instead of maximised: where the log leaves
open whether anything varies at all, part of the estimate is kept rather than all or nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.linalg import eigh
from scipy.sparse import csr_array
from scipy.special import log_ndtr, logsumexp

from offerloop.arrays import Floats, Ints

LEAST = 1e-12
"""A variance that is added, so that what nothing is known of can be solved for."""
MOST_ERRORS = 30.0
"""Errors from zero beyond which no more is computed: there nothing, or all, of a distribution is above it."""
UNKNOWN = 1e-9
"""Share of the largest information up to which a direction varies by rounding alone."""
BLOCK = 2**22
"""Elements of the covariances of priors that are solved at once: 32 MB."""
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


@dataclass(frozen=True, eq=False)
class Posterior:
    """The posterior distribution of a vector (q,) after an estimate of it, under each of several priors."""

    priors: Sequence[Prior]
    means: Floats
    """(priors, q)."""
    variances: Floats
    """(priors, q)."""
    covariance: Floats
    """(q, q): the mean of those under each prior, by how likely it is."""
    likely: Floats
    """(priors,): logarithms of the density of the estimate times the prior's weight, but for a constant."""

    @classmethod
    def of(cls, estimate: Floats, covariance: Floats, priors: Sequence[Prior]) -> Self:
        """Return what an estimate (q,) with its covariance (q, q) leaves of the priors, some of them at a time."""
        size = max(BLOCK // max(len(estimate), 1) ** 2, 1)
        blocks = [cls._of_block(estimate, covariance, priors[at : at + size]) for at in range(0, len(priors), size)]
        return cls(
            priors,
            np.concatenate([one.means for one in blocks]),
            np.concatenate([one.variances for one in blocks]),
            np.tensordot(
                averaged(np.array([one.log_density for one in blocks])), [one.covariance for one in blocks], 1
            ),
            np.concatenate([one.likely for one in blocks]),
        )

    @classmethod
    def _of_block(cls, estimate: Floats, covariance: Floats, priors: Sequence[Prior]) -> Self:
        off = estimate - np.array([np.broadcast_to(one.mean, len(estimate)) for one in priors])
        before = np.array([one.covariance for one in priors])
        whole = covariance + before + LEAST * np.eye(len(estimate))
        solved = np.linalg.solve(whole, np.concatenate([before, off[..., None]], axis=2))
        gain = solved[..., :-1].transpose(0, 2, 1)
        means = estimate - off + (gain @ off[..., None])[..., 0]
        density = -0.5 * (np.linalg.slogdet(whole)[1] + (off * solved[..., -1]).sum(axis=1))
        likely = np.log([one.weight for one in priors]) + density
        after = before - gain @ before
        within = np.tensordot(averaged(likely), after, 1)
        return cls(priors, means, np.einsum("jkk->jk", after).copy(), within, likely)

    @property
    def log_density(self) -> float:
        """Logarithm of the density of the estimate over all priors, but for a constant."""
        return float(logsumexp(self.likely))

    def mean_and_covariance(self) -> tuple[Floats, Floats]:
        """Return the mean (q,) and covariance (q, q) over all priors."""
        weight = averaged(self.likely)
        mean = np.asarray(weight @ self.means, dtype=np.float64)
        apart = self.means - mean
        return mean, self.covariance + apart.T @ (weight[:, None] * apart)

    def mean_above_zero(self) -> Floats:
        """Return the mean (q,) of what is for sure not below zero, an element at a time.

        Priors and posteriors are normal distributions cut off at zero (Gelfand, Smith and Lee 1992), so that an
        estimate below zero leaves a little instead of nothing. A prior counts by how much more of it is above zero
        afterwards.
        """
        errors = np.sqrt(np.maximum(self.variances, LEAST))
        z = np.clip(self.means / errors, -MOST_ERRORS, MOST_ERRORS)
        cut = self.means + errors * np.exp(-0.5 * z**2 - 0.5 * np.log(2 * np.pi) - log_ndtr(z))
        prior_means = np.array([np.broadcast_to(one.mean, z.shape[1]) for one in self.priors])
        prior_errors = np.sqrt(np.maximum([np.diag(one.covariance) for one in self.priors], LEAST))
        beforehand = np.clip(prior_means / prior_errors, -MOST_ERRORS, MOST_ERRORS)
        kept = log_ndtr(z) - log_ndtr(beforehand)
        weight = np.apply_along_axis(averaged, 0, self.likely[:, None] + kept)
        return np.asarray((weight * np.maximum(cut, 0.0)).sum(axis=0), dtype=np.float64)


def clustered(x: Floats, y: Floats, variance: Floats, customer: Ints) -> tuple[Floats, Floats]:
    """Coefficients (q,) of y (n,) on x (n, q), and their covariance by customers, not rows (Liang and Zeger 1986).

    `variance` (n,) is that of the errors of y, by which rows are weighted; `customer` (n,) numbers whose row it is.
    """
    estimate, _, grouped = _estimated(x, y, variance, customer)
    return estimate, grouped


def clustered_by(instruments: Floats, x: Floats, y: Floats, variance: Floats, customer: Ints) -> tuple[Floats, Floats]:
    """Return what `clustered` does by the method of moments: errors are independent of `instruments` (n, q), not of x.

    Where both are the same it is least squares (Wooldridge 2010, chapter 8).
    """
    if np.array_equal(instruments, x):
        return clustered(x, y, variance, customer)
    inverse = np.linalg.pinv(instruments.T @ (x / variance[:, None]))
    estimate = inverse @ (instruments.T @ (y / variance))
    sums = summed(customer, instruments * ((y - x @ estimate) / variance)[:, None])
    return estimate, np.asarray(inverse @ (sums.T @ sums) @ inverse.T, dtype=np.float64)


def clustered_last(x: Floats, y: Floats, variance: Floats, customer: Ints, last: int) -> tuple[Floats, Floats]:
    """Return the last coefficients of those of `clustered`, and their covariance (last, last), never too small.

    In every direction it is the larger of that by customers and that of independent rows: where few customers decide,
    the former is far too small (Angrist and Pischke 2009, section 8.2).
    """
    estimate, plain, grouped = _estimated(x, y, variance, customer)
    return estimate[-last:], larger(grouped[-last:, -last:], plain[-last:, -last:])


def larger(first: Floats, second: Floats) -> Floats:
    """Return the covariance (q, q) that is in every direction the larger of two."""
    second = second + LEAST * np.eye(len(second))
    ratio, vectors = eigh(first, second)
    axes = second @ vectors
    return np.asarray((axes * np.maximum(ratio, 1.0)) @ axes.T, dtype=np.float64)


def _estimated(x: Floats, y: Floats, variance: Floats, customer: Ints) -> tuple[Floats, Floats, Floats]:
    """Return coefficients (q,), and their covariances (q, q) of independent rows and by customers."""
    plain = np.asarray(np.linalg.pinv(x.T @ (x / variance[:, None])), dtype=np.float64)
    estimate = plain @ (x.T @ (y / variance))
    return estimate, plain, _by_customer(x, (y - x @ estimate) / variance, plain, customer)


def _by_customer(x: Floats, weighted_error: Floats, plain: Floats, customer: Ints) -> Floats:
    """Return the covariance by customers from that of independent rows, `plain`, and errors over their variance."""
    sums = summed(customer, x * weighted_error[:, None])
    return plain @ (sums.T @ sums) @ plain


def summed(customer: Ints, rows: Floats) -> Floats:
    """Return the sums (customers, q) of each customer's rows (n, q)."""
    places = np.arange(len(customer) + 1)
    of_row = csr_array((np.ones(len(customer)), customer, places), shape=(len(customer), int(customer.max()) + 1))
    return np.asarray(of_row.T @ rows, dtype=np.float64)


def shrunk_slopes(x: Floats, y: Floats, variance: Floats, customer: Ints) -> tuple[Floats, Floats]:
    """Coefficients (q,) of y (n,) on x (n, q), shrunk to 0 in the directions in which errors are independent, and their
    covariance (q, q) a posteriori.

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
    before = np.array(SPREADS)[:, None] ** 2
    spread = errors + before
    weight = averaged(none_or_some(-0.5 * (np.log(spread) + turned**2 / spread).sum(axis=1)))
    means = turned * before / spread
    mean = weight @ means
    apart = means - mean
    covariance = np.diag(weight @ (before * errors / spread)) + apart.T @ (weight[:, None] * apart)
    return np.asarray(vectors @ mean, dtype=np.float64), np.asarray(vectors @ covariance @ vectors.T, dtype=np.float64)


def root(covariance: Floats) -> Floats:
    """Return a square root (q, q) of a covariance: times its transpose it is the covariance."""
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)), dtype=np.float64)


def none_or_some(likely: Floats) -> Floats:
    """Add the logarithms of the weights beforehand to likelihoods: the first has as much as all others
    together.
    """
    return likely + np.log(np.array([len(likely) - 1.0, *np.ones(len(likely) - 1)]))


def averaged(likely: Floats) -> Floats:
    """Weights that sum to 1 from logarithms of likelihoods."""
    share = np.exp(likely - likely.max())
    return np.asarray(share / share.sum(), dtype=np.float64)
