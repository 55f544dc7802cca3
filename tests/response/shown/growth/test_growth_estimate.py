"""Whether a log shows that offers bring growth."""

import numpy as np
import pytest

from offerloop.response.shown.growth.estimate import GrowthEstimate


def drawn(growth, covariance, n=2_000):
    """Estimates of `n` logs."""
    rng = np.random.default_rng(0)
    return [GrowthEstimate(one, covariance) for one in rng.multivariate_normal(growth, covariance, n)]


def test_one_log_in_twenty_shows_growth_where_there_is_none():
    covariance = 0.01**2 * (np.eye(4) + np.ones((4, 4)))
    logs = drawn(np.zeros(4), covariance)
    for offers in (np.arange(4), np.array([1]), np.array([0, 3])):
        assert 0.03 < np.mean([one.is_shown(offers) for one in logs]) < 0.07


@pytest.mark.parametrize("growth", [0.0, 0.1])
def test_offers_that_were_hardly_shown_are_judged_by_what_all_offers_bring(growth):
    """In a log that explored the others well; their own estimate says nothing."""
    log = GrowthEstimate(np.array([growth, growth, -0.3]), np.diag([0.01, 0.01, 0.5]) ** 2)
    assert not log.would_show(np.array([2]))
    assert log.lacks(np.array([2])) == (growth == 0.0)
    assert log.lacks(np.array([], dtype=np.int64)) == (growth == 0.0)


def test_offers_that_were_shown_enough_are_judged_by_themselves():
    log = GrowthEstimate(np.array([0.1, 0.0]), np.diag([0.01, 0.01]) ** 2)
    assert not log.lacks(np.array([0]))
    assert log.lacks(np.array([1]))


@pytest.mark.parametrize(("se", "is_shown_enough"), [(0.01, True), (0.03, False), (0.2, False)])
def test_where_offers_do_nothing_a_campaign_lacks_growth_in_nineteen_logs_of_twenty(se, is_shown_enough):
    """Whether its own offers were shown often, half as much as would show growth, or hardly."""
    own, covariance = np.array([2, 3]), np.diag([0.01, 0.01, se, se]) ** 2
    assert GrowthEstimate(np.zeros(4), covariance).would_show(own) == is_shown_enough
    assert 0.93 < np.mean([one.lacks(own) for one in drawn(np.zeros(4), covariance)]) < 0.97


def test_a_log_that_shows_little_lacks_nothing():
    log = GrowthEstimate(np.zeros(2), np.diag([0.1, 0.1]) ** 2)
    assert not log.lacks(np.array([0, 1]))
