"""A policy laid over the rows of a log."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from offerloop.arrays import Floats
from offerloop.evaluation.off_policy.customer_sums import CustomerSums
from offerloop.evaluation.off_policy.log import Log, Policy, Predictions, probabilities
from offerloop.evaluation.off_policy.overlap import logged_weights, possible_weights

_THRESHOLDS = 21


@dataclass(frozen=True, eq=False)
class PolicyRows:
    """The probabilities (n, K) of a policy, and the importance weights (n,) of what was logged."""

    log: Log
    chosen: Floats
    weights: Floats

    @classmethod
    def of(cls, log: Log, policy: Policy) -> PolicyRows:
        """Raise InputError where the policy does not fit the log."""
        chosen = probabilities(log, policy)
        return cls(log, chosen, logged_weights(log, chosen))

    @classmethod
    def logged(cls, log: Log) -> PolicyRows:
        """The policy that made the log: every decision has the weight 1."""
        chosen = probabilities(log, log.action) if log.propensities is None else log.propensities
        return cls(log, chosen, np.ones(len(log.action)))

    @property
    def outcomes(self) -> Floats:
        """(n, m): value, and cost where it is known."""
        return self.log.outcomes[:, :2]

    def residual(self, predictions: Predictions) -> Floats:
        """(n, columns of the outcomes): what came of each decision less what was predicted."""
        return self.log.outcomes - predictions.at(self.log.action)

    def switch_limit(self, predictions: Predictions, full: Floats, decisions: int | None = None) -> float:
        """Return the limit of weights above which DR does best without the rows; infinite where it needs all.

        Candidates are 21 limits evenly spaced in logarithm from the smallest to the largest logged weight, and none.
        Each promises a squared error: the variance plus the square of the bound of its bias. See `switch_dr`. Where the
        rows are a shard of a log of more `decisions`, the variance is that of the mean of all of these.
        """
        positive = self.weights[self.weights > 0]
        if not positive.size:
            return np.inf
        residual, direct = self.residual(predictions), predictions.under(self.chosen)[:, -1]
        correction, bound = self.weights * residual[:, -1], np.abs(residual[:, -1]).max()
        limits = np.append(np.geomspace(positive.min(), positive.max(), _THRESHOLDS), np.inf)[::-1]
        shares = self._shares_above(limits, possible_weights(self.chosen, full))
        below = (direct + correction * (self.weights <= limit) for limit in limits)
        part = len(self.weights) / (decisions or len(self.weights))
        variances = part * np.array([self._variance_of_mean(rows) for rows in below])
        return float(limits[np.argmin(variances + (shares * bound) ** 2)])

    def _variance_of_mean(self, rows: Floats) -> float:
        sums = CustomerSums.of((rows - rows.mean())[:, None], self.log.customer)
        return float(np.sum((sums.root * sums.scale) ** 2))

    def _shares_above(self, limits: Floats, ratios: Floats) -> Floats:
        """Share of the policy's decisions with a weight above each of the falling limits, ``E_pi[1(w > limit)]``."""
        reached = np.searchsorted(limits[::-1], ratios.ravel(), side="left")
        steps = np.bincount(reached, weights=self.chosen.ravel(), minlength=len(limits) + 1)
        shares: Floats = steps[:0:-1].cumsum() / len(self.chosen)
        return shares
