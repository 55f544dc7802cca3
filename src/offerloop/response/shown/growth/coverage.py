"""How growth by an offer follows the share of purchases that the offer covers.

It may rise with the share; with its root, where the offer wins customers for what they hardly bought before; or not
with it at all, where being shown an offer is what works (an exposure effect). f is learned by each of these powers of
the share, and they are averaged by their Bayes factors (Kass and Raftery 1995). Offers on goods may have another power
than offers on everything with a threshold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from offerloop.arrays import Floats, Ints
from offerloop.response.evidence import Evidence
from offerloop.response.shown.growth.estimate import GrowthEstimate
from offerloop.response.shown.growth.expected_sales import TINY
from offerloop.response.shown.growth.mean_growth import growth_regressors, posterior_growth
from offerloop.response.shown.growth.priors import growth_priors
from offerloop.response.shown.growth.shrinkage import Prior, averaged, clustered_last
from offerloop.response.terms import EVERYTHING, OfferTerms

POWERS = (1.0, 0.5, 0.0)
"""Powers of the share: what an offer adds to what it covers, what it wins, and the exposure effect."""
EXPOSURE = POWERS.index(0.0)
"""The place of the exposure effect."""
BEFOREHAND = (2.0, 1.0, 3.0)
"""How likely each power is beforehand: an exposure effect as much as the others together. In grocery chains being shown
coupons brought more than their redemption did (Venkatesan and Farris 2012)."""


@dataclass(frozen=True, eq=False)
class Coverage:
    """How likely each power of the share is for each of K offers, and growth by each."""

    powers: Floats
    """(len(POWERS), K): weights that sum to 1."""
    f_by_power: Floats
    """(len(POWERS), K): f if growth by the offer rose with that power alone."""

    @classmethod
    def fit(
        cls, evidence: Evidence, base: Floats, unit: Floats, variance: Floats, *, never_harms: bool = False
    ) -> Coverage:
        """Learn from decisions; `base` (n, q), `unit` (n,) and `variance` (n,) as in `mean_growth`.

        Bayes factors are approximate (Wakefield 2009): how much likelier the estimate of growth is if growth is as
        beforehand than if there is none. By the likelihood of the rows a single large order could decide.
        """
        shape = len(POWERS), len(evidence.offers)
        if evidence.covered is None:
            return cls(np.tile(np.eye(len(POWERS))[:, :1], shape[1]), np.zeros(shape))
        scopes, likely, chosen, by_offers = _scopes(evidence.offers), [], [], []
        for each in product(np.eye(len(POWERS)), repeat=int(scopes.max()) + 1):
            of_scopes = np.array(each)
            chosen.append(of_scopes[scopes].T)
            factor, f = _learned(evidence, base, unit, variance, chosen[-1], never_harms=never_harms)
            likely.append(factor + np.log(_beforehand(of_scopes)))
            by_offers.append(f)
        weights = averaged(np.array(likely))[:, None, None] * np.stack(chosen)
        powers, growth = weights.sum(axis=0), (weights * np.stack(by_offers)[:, None]).sum(axis=0)
        return cls(powers, growth / np.maximum(powers, TINY))

    @property
    def exposure_probability(self) -> float:
        """How likely an offer works by exposure, whatever it covers, on average."""
        return _exposure_probability(self.powers)

    @property
    def exposure_growth(self) -> Floats:
        """(K,): the part of growth that is an exposure effect."""
        return np.asarray((self.powers * self.f_by_power)[EXPOSURE], dtype=np.float64)

    def applied(self, evidence: Evidence) -> Evidence:
        """Return the same evidence with the mean of the powers of the shares that offers cover."""
        return _with_mean_power(evidence, self.powers)

    def growth(self, evidence: Evidence, f: Floats) -> tuple[Floats, Floats]:
        """(n, K): growth by each offer over all powers, and its standard deviation between them.

        A mean has the latter beside the error of each power (Draper 1995): what an offer does to those who hardly buy
        what it covers is open where a log does not tell powers apart. `f` (K,) is growth where all offers cover
        everything.
        """
        if evidence.covered is None:
            return np.broadcast_to(f, evidence.covers.shape), np.zeros_like(evidence.covers)
        growth = np.stack([evidence.covered**power * f for power, f in zip(POWERS, self.f_by_power, strict=True)])
        mean = np.einsum("pk,pnk->nk", self.powers, growth)
        return mean, np.sqrt(np.einsum("pk,pnk->nk", self.powers, (growth - mean) ** 2))


def _learned(
    evidence: Evidence, base: Floats, unit: Floats, variance: Floats, powers: Floats, *, never_harms: bool
) -> tuple[float, Floats]:
    """Return the logarithm of the Bayes factor, and f (K,), by `powers` (len(POWERS), K) of the shares."""
    offers = evidence.offers[1:]
    x = growth_regressors(_with_mean_power(evidence, powers), base, unit)
    estimate = GrowthEstimate(*clustered_last(x, evidence.outcome, variance, evidence.whose, len(offers)))
    posterior = estimate.posterior(growth_priors(offers, _exposure_probability(powers)))
    nothing = estimate.posterior([Prior(np.zeros_like(estimate.covariance))])
    f, _ = posterior_growth(offers, estimate, posterior, above_zero=never_harms and estimate.is_open)
    return posterior.log_density - nothing.log_density, f


def _scopes(offers: Sequence[OfferTerms]) -> Ints:
    """(K,): numbers of what limits what offers cover: goods, or a threshold alone.

    An offer that covers everything, and nothing, are of the first.
    """
    by_threshold = [bool(one.threshold) and one.goods == EVERYTHING for one in offers]
    return np.array(by_threshold, dtype=np.int64) * any(one.goods != EVERYTHING for one in offers)


def _beforehand(powers: Floats) -> float:
    """How likely these powers (scopes, len(POWERS)) are: as likely as that each is by itself, all are the same."""
    each = powers @ BEFOREHAND / np.sum(BEFOREHAND)
    are_same = bool((powers == powers[0]).all())
    return float(each.prod() + each[0] * are_same) / 2


def _exposure_probability(powers: Floats) -> float:
    return float(powers[EXPOSURE, 1:].mean())


def _with_mean_power(evidence: Evidence, powers: Floats) -> Evidence:
    if evidence.covered is None:
        return evidence
    mean = sum(weight * evidence.covered**power for power, weight in zip(POWERS, powers, strict=True) if weight.any())
    return replace(evidence, covered=np.asarray(mean, dtype=np.float64))
