"""The margin rate of what an offer adds, relative to that of the customer's other purchases.

An offer on goods of low margin adds such goods, or it has an exposure effect and adds the customer's baseline mix. The
log estimates which. With the list value b_i and the profit p_i of a window, the margin rate x_i that is expected of the
customer, and what offer k of family F is estimated to add at list prices, g_ik,

    p_i - x_i b_i = c + d_F x_i sum over k of F of (shown_ik - propensity_ik) g_ik + error

of which both sides are 0 where all goods have the same margin rate. The prior of 1 + d_F is the margin rate of the
goods that the offer names over that of all goods, weighted by the probability that it does not work by an exposure
effect, and 1 where it names no categories (empirical Bayes, as in `growth.shrinkage`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from offerloop.arrays import Floats
from offerloop.response.evidence import Evidence
from offerloop.response.shown.growth.calibration import JudgedGrowth
from offerloop.response.shown.growth.coverage import EXPOSURE
from offerloop.response.shown.growth.expected_sales import error_variance
from offerloop.response.shown.growth.shrinkage import Posterior, Prior, clustered_last

DOUBTS = (0.0, 0.1, 0.2, 0.4, 0.8)
"""Standard deviations that d may have around what is expected beforehand."""


@dataclass(frozen=True, eq=False)
class OfferMargins:
    """Arrays are (K,); nothing first."""

    times: Floats
    """What a customer's margin rate is multiplied by for what each offer adds."""
    se: Floats

    @classmethod
    def fit(
        cls, value: Evidence, profit: Floats, share: Floats, growth: JudgedGrowth, named: Sequence[float]
    ) -> OfferMargins:
        """Estimate from decisions of list value with `customer`, their `profit` (n,), and the margin rate `share` (n,)
        that is expected; `named` (K,) is the margin rate of the goods that each offer names, over that of all goods."""
        families = [[k for k, one in enumerate(value.offers) if one.family == each] for each in value.coding.families]
        treatment_residual = np.eye(len(value.offers))[value.action] - value.draw
        added = treatment_residual * growth.of_rows(value).now * share[:, None]
        x = np.stack([added[:, places].sum(axis=1) for places in families], axis=1)
        off = profit - share * value.outcome
        usual = growth.growth.usual
        variance = error_variance(value, usual.over_mean(value), off - off.mean())
        base = np.column_stack([np.ones(value.size), x])
        estimate = clustered_last(base, off, variance, value.whose, len(families))
        by_exposure = growth.growth.coverage.powers[EXPOSURE]
        beforehand = np.array([(1 - by_exposure[places[0]]) * (named[places[0]] - 1) for places in families])
        priors = [Prior(t**2 * np.eye(len(families)), beforehand) for t in DOUBTS]
        mean, covariance = Posterior.of(*estimate, priors).mean_and_covariance()
        times, se = np.ones(len(value.offers)), np.zeros(len(value.offers))
        for family, places in enumerate(families):
            times[places], se[places] = 1 + mean[family], np.sqrt(covariance[family, family])
        return cls(times, se)
