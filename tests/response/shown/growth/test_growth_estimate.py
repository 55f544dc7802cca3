"""Whether a log shows that offers bring growth."""

import numpy as np

from offerloop.response.shown.growth.estimate import GrowthEstimate


def test_one_log_in_twenty_shows_growth_where_there_is_none():
    rng = np.random.default_rng(0)
    covariance = 0.01**2 * (np.eye(4) + np.ones((4, 4)))
    logs = [GrowthEstimate(one, covariance) for one in rng.multivariate_normal(np.zeros(4), covariance, 2_000)]
    for offers in (np.arange(4), np.array([1]), np.array([0, 3])):
        assert 0.03 < np.mean([one.is_shown(offers) for one in logs]) < 0.07
