"""The mean growth f by each offer of what it covers: posterior means, which do not fall as the depth of a family grows.

Given the draw of the offer, growth is estimated by weighted least squares from the surprise of what was shown: what
that brings less its mean over the draw (Robinson 1988). Depths of a family that after shrinking still seem to bring
less than lower ones are pooled with these (isotonic regression), unless the log surely shows that they do
(`GrowthEstimate.falls`), as where one of them is sent by a channel that customers dislike. None is below 0.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import isotonic_regression

from offerloop.arrays import Floats, Ints
from offerloop.response.evidence import Evidence
from offerloop.response.shown.growth.estimate import GrowthEstimate
from offerloop.response.shown.growth.priors import growth_priors, is_distinct
from offerloop.response.shown.growth.shrinkage import Posterior, clustered
from offerloop.response.terms import OfferTerms


def mean_growth(
    evidence: Evidence, base: Floats, unit: Floats, variance: Floats, exposure_probability: float, *, never_harms: bool
) -> tuple[Floats, Floats, GrowthEstimate, Floats]:
    """Return f (K,), its covariance (K, K), the estimate that it is shrunk from, and what it leaves of the outcome
    (n,).

    base (n, q) are regressors that do not depend on offers, `unit` (n,) is what is expected of rows, and `variance`
    (n,) that of their errors. `exposure_probability` as in `growth_priors`, `never_harms` as in `Growth.fit`.
    """
    x, offers = growth_regressors(evidence, base, unit), evidence.offers[1:]
    coefficients, covariance = clustered(x, evidence.outcome, variance, evidence.whose)
    own = slice(len(x.T) - len(offers), None)
    estimate = GrowthEstimate(coefficients[own], covariance[own, own])
    posterior = estimate.posterior(growth_priors(offers, exposure_probability))
    f, spread = posterior_growth(offers, estimate, posterior, above_zero=never_harms and estimate.is_open)
    left = evidence.outcome - x[:, : -len(offers)] @ coefficients[: -len(offers)] - x[:, own] @ f[1:]
    return f, spread, estimate, left


def growth_regressors(evidence: Evidence, base: Floats, unit: Floats) -> Floats:
    """Return (n, q + K - 1): base (n, q), and the surprise of each offer times what is expected of what it covers."""
    surprise = np.eye(len(evidence.offers))[evidence.action] - evidence.draw
    return np.column_stack([base, (unit[:, None] * evidence.covers * surprise)[:, 1:]])


def posterior_growth(
    offers: Sequence[OfferTerms], estimate: GrowthEstimate, posterior: Posterior, *, above_zero: bool
) -> tuple[Floats, Floats]:
    """Return f (K,) and its covariance (K, K); `above_zero` says that it is for sure not below zero."""
    f, spread = posterior.mean_and_covariance()
    if above_zero:
        f = posterior.mean_above_zero()
    return np.concatenate([[0.0], _never_falling(offers, estimate, f)]), np.pad(spread, ((1, 0), (1, 0)))


def _never_falling(offers: Sequence[OfferTerms], estimate: GrowthEstimate, f: Floats) -> Floats:
    """The nearest f that begins at 0 and does not fall as the depth of a family grows, where the log may be noise."""
    rising = f.copy()
    for family in {one.family for one in offers}:
        family_places = np.array([place for place, one in enumerate(offers) if one.family == family])
        depth = np.array([offers[place].depth for place in family_places])
        family_places = family_places[np.argsort(depth)]
        if is_distinct(depth) and not estimate.falls(family_places):
            rising[family_places] = isotonic_regression(f[family_places]).x
    return np.maximum(rising, 0.0)


def surprises(evidence: Evidence, f: Floats) -> Floats:
    """Return (n, families): growth by the offer given, less its mean over the draw."""
    return _by_family(evidence, np.eye(len(f))[evidence.action] - evidence.draw, f)


def growth_given(evidence: Evidence, f: Floats) -> Floats:
    """Return (n, families): growth by the offer given, with its mean over the draw, which recent offers lower, too."""
    return _by_family(evidence, np.eye(len(f))[evidence.action], f)


def _by_family(evidence: Evidence, offers: Floats, f: Floats) -> Floats:
    """(n, families): growth by so much (n, K) of each offer."""
    member = np.eye(max(len(evidence.coding.families), 1))[family_of_offers(evidence)]
    return np.asarray((offers * evidence.covers * f) @ member, dtype=np.float64)


def family_of_offers(evidence: Evidence) -> Ints:
    """Return (K,): which family each offer is of; nothing is of the first."""
    place = {family: number for number, family in enumerate(evidence.coding.families)}
    return np.array([place.get(one.family, 0) for one in evidence.offers])
