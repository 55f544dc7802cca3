"""How growth by an offer follows the share of purchases that the offer covers.

It may rise with the share; with its root, where the offer wins customers for what they hardly bought before; or not
with it at all, where being shown an offer is what works (an exposure effect). f is learned by each of these powers of
the share, and they are averaged by their Bayes factors (Kass and Raftery 1995).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from offerloop.arrays import Floats
from offerloop.response.evidence import Evidence
from offerloop.response.shown.growth.estimate import GrowthEstimate
from offerloop.response.shown.growth.mean_growth import growth_regressors, posterior_growth
from offerloop.response.shown.growth.priors import growth_priors
from offerloop.response.shown.growth.shrinkage import Prior, averaged, clustered_last

POWERS = (1.0, 0.5, 0.0)
"""Powers of the share: what an offer adds to what it covers, what it wins, and the exposure effect."""
BEFOREHAND = (2.0, 1.0, 3.0)
"""How likely each power is beforehand: an exposure effect as much as the others together. In grocery chains being shown
coupons brought more than their redemption did (Venkatesan and Farris 2012)."""


@dataclass(frozen=True, eq=False)
class Coverage:
    """How likely each power of the share is, and growth by each."""

    powers: Floats
    """(len(POWERS),): weights that sum to 1."""
    f_by_power: Floats
    """(len(POWERS), K): f if growth rose with that power alone."""

    @classmethod
    def fit(
        cls, evidence: Evidence, base: Floats, unit: Floats, variance: Floats, *, never_harms: bool = False
    ) -> Coverage:
        """Learn from decisions; `base` (n, q), `unit` (n,) and `variance` (n,) as in `mean_growth`.

        Bayes factors are approximate (Wakefield 2009): how much likelier the estimate of growth is if growth is as
        beforehand than if there is none. By the likelihood of the rows a single large order could decide.
        """
        if evidence.covered is None:
            return cls(np.eye(len(POWERS))[0], np.zeros((len(POWERS), len(evidence.offers))))
        offers, factors, by_power = evidence.offers[1:], [], []
        for power in np.eye(len(POWERS)):
            x = growth_regressors(_with_mean_power(evidence, power), base, unit)
            estimate = GrowthEstimate(*clustered_last(x, evidence.outcome, variance, evidence.whose, len(offers)))
            posterior = estimate.posterior(growth_priors(offers, _exposure_probability(power)))
            nothing = estimate.posterior([Prior(np.zeros_like(estimate.covariance))])
            factors.append(posterior.log_density - nothing.log_density)
            above_zero = never_harms and estimate.is_open
            by_power.append(posterior_growth(offers, estimate, posterior, above_zero=above_zero)[0])
        return cls(averaged(np.array(factors) + np.log(BEFOREHAND)), np.stack(by_power))

    @property
    def exposure_probability(self) -> float:
        """How likely offers work by exposure, whatever they cover."""
        return _exposure_probability(self.powers)

    @property
    def exposure_growth(self) -> Floats:
        """(K,): the part of growth that is an exposure effect."""
        return np.asarray(self.exposure_probability * self.f_by_power[POWERS.index(0.0)], dtype=np.float64)

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
        mean = np.tensordot(self.powers, growth, 1)
        return mean, np.sqrt(np.tensordot(self.powers, (growth - mean) ** 2, 1))


def _exposure_probability(powers: Floats) -> float:
    return float(powers[POWERS.index(0.0)])


def _with_mean_power(evidence: Evidence, powers: Floats) -> Evidence:
    if evidence.covered is None:
        return evidence
    mean = sum(weight * evidence.covered**power for power, weight in zip(POWERS, powers, strict=True) if weight)
    return replace(evidence, covered=np.asarray(mean, dtype=np.float64))
