"""The estimate of the growth by offers from a log alone, without priors: would it show any, and does it?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from offerloop.arrays import Floats, Ints
from offerloop.evaluation import Z_ONE_SIDED
from offerloop.response.shown.growth.priors import USUAL_GROWTH
from offerloop.response.shown.growth.shrinkage import Posterior, Prior

SHOWN = 1.644854
"""Standard errors above zero at which growth is shown, by a one-sided test at 5 %."""
FALLS_BY_CHANCE = 0.005
"""Share of families in which a deeper offer surely brings less than another by chance alone, at most (Bonferroni)."""


@dataclass(frozen=True, eq=False)
class GrowthEstimate:
    """What a log says of the growth by each offer, whatever is likely beforehand."""

    each: Floats
    """(K - 1,)."""
    covariance: Floats
    """(K - 1, K - 1)."""

    @property
    def all_offers(self) -> Ints:
        """(K - 1,): the places of all offers."""
        return np.arange(len(self.each))

    @property
    def is_open(self) -> bool:
        """Whether the log would show the least usual growth by all offers with a power below 50 %."""
        return not self.would_show(self.all_offers)

    def would_show(self, offers: Ints) -> bool:
        """Whether the log would show the least usual growth with a power of 50 %, if some offers, by place, had it in
        common.

        By a test at 10 % of whether there is any, one-sided, as below zero there is none.
        """
        return bool(self._weights(offers).sum() * USUAL_GROWTH[0] ** 2 >= Z_ONE_SIDED**2)

    def is_shown(self, offers: Ints) -> bool:
        """Whether some offers, by place, surely bring growth together: a one-sided test at 5 % of what they have in
        common, by generalised least squares."""
        weight = self._weights(offers)
        return bool(weight @ self.each[offers] > SHOWN * np.sqrt(max(weight.sum(), 0.0)))

    def lacks(self, offers: Ints) -> bool:
        """Whether the log would show growth by some offers, by place, and does not.

        They are judged by what all offers have in common while the log would not show growth by these alone.
        """
        judged = offers if self.would_show(offers) else self.all_offers
        return self.would_show(judged) and not self.is_shown(judged)

    def falls(self, offers: Ints) -> bool:
        """Whether some offers, by place from the shallowest to the deepest, surely bring less as they get deeper, so
        that they are not doses of the same."""
        each, covariance = self.each[offers], self.covariance[np.ix_(offers, offers)]
        variance, pairs = np.diag(covariance), len(offers) * (len(offers) - 1) / 2
        error = np.sqrt(np.maximum(variance[:, None] + variance - 2 * covariance, 0.0))
        surely = float(norm.isf(FALLS_BY_CHANCE / max(pairs, 1.0)))
        return bool(np.triu(each[:, None] - each > surely * error, k=1).any())

    def _weights(self, offers: Ints) -> Floats:
        """What each of some offers counts in what they have in common; the sum is its precision."""
        weights: Floats = np.linalg.pinv(self.covariance[np.ix_(offers, offers)]).sum(axis=0)
        return weights

    def posterior(self, priors: Sequence[Prior]) -> Posterior:
        """Return what the growth is by these priors."""
        return Posterior.of(self.each, self.covariance, priors)
