"""Logs of customers who are shown something each week, where earlier offers may matter, with the truth."""

from dataclasses import dataclass

import numpy as np

from offerloop.evaluation.off_policy.log import Log
from offerloop.evaluation.off_policy.past import LAGS, NONE, PastExposures

LASTS = {"carry-over": (0.5, 0.25), "pull-forward": (-0.3, -0.2)}
SIZE = {"none": 0.0, "this window": 1.0, "carry-over": 1.0, "pull-forward": 1.5, "fatigue": 1.6}
TIRES = 0.75
"""What growth is multiplied by in a world of fatigue, for each offer of the last four exposures."""


@dataclass(frozen=True, eq=False)
class KeptWorld:
    """A log with its truth; `usual` and `sensitivity` (customers,), `action` (customers, periods)."""

    kind: str
    depth: np.ndarray
    usual: np.ndarray
    sensitivity: np.ndarray
    action: np.ndarray
    log: Log
    past: PastExposures

    def mean(self, action):
        """(customers, periods): expected outcomes under these actions."""
        return expected(self.kind, self.usual, self.sensitivity, self.depth[action])

    def worth(self, policy):
        """The true value a decision of what each customer (customers,) is always shown."""
        return self.mean(np.repeat(policy[:, None], self.action.shape[1], axis=1)).mean()


def expected(kind, usual, sensitivity, depth):
    growth = np.ones_like(depth)
    for t in range(depth.shape[1]):
        tired = TIRES ** (depth[:, max(t - LAGS, 0) : t] > 0).sum(axis=1) if kind == "fatigue" else 1.0
        now = sensitivity * SIZE[kind] * depth[:, t] * tired
        growth[:, t] += now
        for lag, part in enumerate(LASTS.get(kind, ()), start=1):
            if t + lag < depth.shape[1]:
                growth[:, t + lag] += part * now
    return usual[:, None] * np.maximum(growth, 0.0)


def make_repeated(kind, *, offers=2, customers=400, periods=10, seed=0, all_known=True):
    """Offers drawn with equal chances; purchases are Poisson, worth a lognormal amount each."""
    rng = np.random.default_rng([seed, len(kind)])
    usual, sensitivity = rng.lognormal(0, 0.8, customers), rng.gamma(2, 0.75, customers)
    depth, k = np.linspace(0, 0.3, offers + 1), offers + 1
    action = rng.integers(0, k, (customers, periods))
    mean = expected(kind, usual, sensitivity, depth[action])
    outcome = rng.poisson(mean) * rng.lognormal(-0.125, 0.5, mean.shape)
    earlier = np.full((customers, periods, LAGS), NONE)
    for lag in range(1, LAGS + 1):
        earlier[:, lag:, lag - 1] = action[:, :-lag]
    n, number = action.size, np.repeat(np.arange(customers), periods)
    log = Log(
        action.ravel(), np.full(n, 1 / k), outcome.ravel(), tuple(f"offer {one}" for one in range(k)),
        propensities=np.full((n, k), 1 / k) if all_known else None, customer=number,
    )  # fmt: skip
    earlier = earlier.reshape(n, LAGS)
    past = PastExposures(
        earlier, np.where(earlier == NONE, 1.0, 1 / k), np.full((n, LAGS, k), 1 / k) if all_known else None,
        (usual * rng.lognormal(0, 0.3, customers))[number][:, None],
    )  # fmt: skip
    return KeptWorld(kind, depth, usual, sensitivity, action, log, past)
