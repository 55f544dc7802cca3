"""What earlier offers still add to purchases, or have taken in advance: the adstock of a customer (Broadbent 1979).

What carries over from the last exposures is estimated given what was known before them, as features of later days hold
a part of their effect (structural nested models, Robins 1994).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from scipy.linalg import null_space
from scipy.stats import chi2

from offerloop.arrays import Floats, Ints
from offerloop.response.evidence import Evidence
from offerloop.response.shown.growth.expected_sales import ExpectedSales, error_variance
from offerloop.response.shown.growth.mean_growth import family_of_offers
from offerloop.response.shown.growth.shrinkage import LEAST, Posterior, Prior, clustered_by

LAGS = 4
"""Earlier exposures that may still matter."""
CARRIED = (0.1, 0.2, 0.4, 0.8)
"""t of carry; that nothing carries over is as likely beforehand as that something does."""
FADED = 0.5 ** np.arange(float(LAGS))
"""What may still be left of an earlier offer fades like this, the latest first."""
APART = (0.2, 0.4, 0.8, 1.6)
"""t of how far families of offers are apart in it, if they are at all."""
ODDS_OF_ALIKE = 3.0
"""How much likelier it is beforehand that they are not: as likely as that they are, if anything carries over."""


@dataclass(frozen=True, eq=False)
class CarriedOver:
    """What follows in later windows, as a share of the effect in the offer's own; that of nothing is not used."""

    carry: Floats
    """(K, LAGS): of each offer, the latest exposure first; below zero where purchases were brought forward."""
    covariance: Floats
    """(K, K): of the errors of its sums."""
    by_chance: float
    """How often chance alone would show as much of it, of all offers alike or, where there are several families, of
    these apart (Bonferroni)."""

    @property
    def lasts(self) -> Floats:
        """(K,): the effect with all that follows, over that in the offer's own window; not below 0."""
        return np.maximum(1 + self.carry.sum(axis=1), 0.0)

    @property
    def lasts_se(self) -> Floats:
        """(K,): standard errors of `lasts`."""
        return np.asarray(np.sqrt(np.maximum(np.diag(self.covariance), 0.0)), dtype=np.float64)

    @classmethod
    def fit(cls, evidence: Evidence, grown: Floats, usual: ExpectedSales, left: Floats) -> Self:
        """Learn from outcomes without the offers of now, `left` (n,), and surprises of growth by these, `grown`.

        All offers alike come first, and how far families of them are apart is learned of what that leaves. Customers
        are compared by what they were like before all of the earlier offers: what they bought after one is a part of
        its effect. Where propensities differ by customer, an earlier surprise does not depend on the customer only with
        the weight of its own row, whatever the later ones are.
        """
        offers, family = len(evidence.offers), family_of_offers(evidence)
        back = evidence.earlier_rows
        if back is None or not grown[back[back >= 0]].any():
            return cls(np.zeros((offers, LAGS)), np.zeros((offers, offers)), 1.0)
        earlier = _EarlierGrowth.of(evidence, back, grown, usual, left)
        alike, errors = earlier.coefficients(left, lambda growth: growth.sum(axis=2))
        carry, spread = Posterior.of(alike, errors, _priors()).mean_and_covariance()
        left = left - earlier.growth.sum(axis=2) @ carry
        apart, apart_spread, apart_by_chance = _apart(*earlier.coefficients(left, lambda growth: FADED @ growth))
        whole = spread.sum() + FADED.sum() ** 2 * apart_spread
        tests = min(grown.shape[1], 2)
        by_chance = min(1.0, tests * min(_by_chance(alike, errors), apart_by_chance))
        return cls(carry + apart[family, None] * FADED, whole[np.ix_(family, family)], by_chance)


@dataclass(frozen=True, eq=False)
class _EarlierGrowth:
    """What earlier offers brought, in units of the outcome, with what it is compared by."""

    growth: Floats
    """(n, LAGS, families): by surprise."""
    weights: Floats
    """(n, LAGS): of the rows that it is of."""
    base: Floats
    """(n, q): regressors of what was known before all of it."""
    variance: Floats
    """(n,): of errors."""
    customer: Ints

    @classmethod
    def of(cls, evidence: Evidence, back: Ints, grown: Floats, usual: ExpectedSales, left: Floats) -> Self:
        """Build it from the earlier rows (n, LAGS), -1 where there is none, and arguments of `CarriedOver.fit`."""
        first = np.where(back >= 0, back, np.arange(evidence.size)[:, None]).min(axis=1)
        then = replace(evidence, features=evidence.features[first])
        h = usual.over_mean(then)
        unit = usual.mean * h
        growth = unit[:, None, None] * np.where((back >= 0)[..., None], grown[back], 0.0)
        variance = error_variance(evidence, h, left - unit)
        return cls(growth, evidence.weights[back], usual.regressors(then), variance, evidence.whose)

    def coefficients(self, left: Floats, regressors: Callable[[Floats], Floats]) -> tuple[Floats, Floats]:
        """Return coefficients (q,) of outcomes `left` (n,) on regressors (n, q) of growth, and their covariance."""
        x, instruments = (
            np.column_stack([self.base, regressors(growth)])
            for growth in (self.growth, self.growth * self.weights[..., None])
        )
        estimate, covariance = clustered_by(instruments, x, left, self.variance, self.customer)
        own = slice(self.base.shape[1], None)
        return estimate[own], covariance[own, own]


def _priors() -> list[Prior]:
    """What `carry` may be beforehand."""
    fading = np.diag(FADED**2)
    some = [Prior(t**2 * fading) for t in CARRIED]
    return [Prior(0 * fading, weight=float(len(some))), *some]


def _apart(estimate: Floats, covariance: Floats) -> tuple[Floats, Floats, float]:
    """Return how far families are from their mean, from an estimate (q,) for each, the covariance of its errors, and
    how often chance alone would show as much. Of families that bring nothing nothing is known."""
    apart, errors = np.zeros(len(estimate)), np.zeros(covariance.shape)
    places = np.flatnonzero(np.diag(covariance) > LEAST)
    if len(places) < 2:
        return apart, errors, 1.0
    of_places = np.ix_(places, places)
    share = 1 / np.diag(covariance)[places]
    share = share / share.sum()
    basis = null_space(share[None])
    around = basis.T @ (np.eye(len(places)) - share)
    some = [Prior(t**2 * (around @ around.T)) for t in APART]
    priors = [Prior(0 * some[0].covariance, weight=ODDS_OF_ALIKE * len(some)), *some]
    difference, its_errors = around @ estimate[places], around @ covariance[of_places] @ around.T
    mean, spread = Posterior.of(difference, its_errors, priors).mean_and_covariance()
    apart[places], errors[of_places] = basis @ mean, basis @ spread @ basis.T
    return apart, errors, _by_chance(difference, its_errors)


def _by_chance(estimate: Floats, covariance: Floats) -> float:
    """Return how often an estimate (q,) of zeros would be as far from them, in errors."""
    degrees = int(np.linalg.matrix_rank(covariance, hermitian=True))
    return float(chi2.sf(estimate @ np.linalg.pinv(covariance, hermitian=True) @ estimate, degrees)) if degrees else 1.0


def still_grown(evidence: Evidence, f: Floats, carry: Floats) -> Floats:
    """Return (n,): growth that earlier offers still bring, as what they brought at once (K,) and `carry` (K, LAGS) say,
    less its mean over the draw."""
    past = past_offers(evidence)
    brought = f[past] * np.take_along_axis(evidence.covers, past, axis=1) * carry[past, np.arange(LAGS)]
    mean = (evidence.draw * evidence.covers) @ (f * carry.sum(axis=1))
    return np.asarray(brought.sum(axis=1) - mean, dtype=np.float64)


def past_offers(evidence: Evidence) -> Ints:
    """Return (n, LAGS): offers of earlier exposures, nothing where there was none."""
    if evidence.earlier is None:
        return np.zeros((evidence.size, LAGS), dtype=np.int64)
    return np.maximum(evidence.earlier, 0)


def expected_offers(evidence: Evidence) -> Floats:
    """Return (n,): how many of the earlier exposures the draw makes offers on average."""
    if evidence.earlier is None:
        return np.zeros(evidence.size)
    return np.asarray((evidence.earlier >= 0).sum(axis=1) * (1 - evidence.draw[:, 0]), dtype=np.float64)
