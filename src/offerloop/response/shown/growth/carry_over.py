"""What earlier offers still add to purchases, or have taken in advance: the adstock of a customer (Broadbent 1979).

What carries over from the last exposures is estimated given what was known before them, as features of later days hold
a part of their effect (structural nested models, Robins 1994).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from offerloop.arrays import Floats, Ints
from offerloop.response.evidence import Evidence
from offerloop.response.shown.growth.expected_sales import ExpectedSales, error_variance
from offerloop.response.shown.growth.shrinkage import Posterior, Prior, clustered_by

LAGS = 4
"""Earlier exposures that may still matter."""
CARRIED = (0.1, 0.2, 0.4, 0.8)
"""t of carry; that nothing carries over is as likely beforehand as that something does."""
FADING = 0.5
"""What may still be left of an earlier offer fades by this with each period."""


@dataclass(frozen=True, eq=False)
class CarriedOver:
    """What follows in later windows, as a share of the effect in the offer's own."""

    carry: Floats
    """(LAGS,): the latest exposure first; below zero where purchases were brought forward."""
    lasts_se: float
    """Standard error of `lasts`."""
    z2: float
    """Squared length of the estimate of `carry` in errors: chi-squared of LAGS degrees where nothing carries over."""

    @property
    def lasts(self) -> float:
        """The effect with all that follows, over that in the offer's own window; not below 0."""
        return max(1 + float(self.carry.sum()), 0.0)

    @classmethod
    def fit(cls, evidence: Evidence, grown: Floats, usual: ExpectedSales, left: Floats) -> Self:
        """Learn from outcomes without the offers of now, `left` (n,), and the surprise of growth by these (n,).

        Customers are compared by what they were like before all of the earlier offers: what they bought after one is a
        part of its effect. Where propensities differ by customer, an earlier surprise does not depend on the customer
        only with the weight of its own row, whatever the later ones are.
        """
        back = evidence.earlier_rows
        if back is None or not grown[back[back >= 0]].any():
            return cls(np.zeros(LAGS), 0.0, 0.0)
        first = np.where(back >= 0, back, np.arange(evidence.size)[:, None]).min(axis=1)
        then = replace(evidence, features=evidence.features[first])
        h = usual.over_mean(then)
        lagged = usual.mean * h[:, None] * np.where(back >= 0, grown[back], 0.0)
        base = usual.regressors(then)
        x, instruments = (np.column_stack([base, one]) for one in (lagged, lagged * evidence.weights[back]))
        variance = error_variance(evidence, h, left - usual.mean * h)
        carried, covariance = clustered_by(instruments, x, left, variance, evidence.whose)
        carried, covariance = carried[-LAGS:], covariance[-LAGS:, -LAGS:]
        z2 = float(carried @ np.linalg.pinv(covariance) @ carried)
        carry, spread = Posterior.of(carried, covariance, _priors()).mean_and_covariance()
        return cls(carry, float(np.sqrt(max(spread.sum(), 0.0))), z2)


def _priors() -> list[Prior]:
    """What `carry` may be beforehand."""
    fading = np.diag(FADING ** (2.0 * np.arange(LAGS)))
    some = [Prior(t**2 * fading) for t in CARRIED]
    return [Prior(0 * fading, weight=float(len(some))), *some]


def earlier_growth(evidence: Evidence, f: Floats) -> Floats:
    """Return (n, LAGS): growth that offers of earlier exposures brought at once."""
    past = past_offers(evidence)
    return np.asarray(f[past] * np.take_along_axis(evidence.covers, past, axis=1), dtype=np.float64)


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
