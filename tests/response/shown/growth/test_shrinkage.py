"""How much of an estimate is believed: little of mere luck, all of what is sure."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm

from offerloop.response.shown.growth import shrinkage
from offerloop.response.shown.growth.shrinkage import (
    Posterior,
    Prior,
    clustered,
    clustered_last,
    larger,
    root,
    shrunk_slopes,
)


def regression(slopes, seed, n=4_000):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, len(slopes)))
    return x, x @ slopes + rng.normal(0, 10, n), np.full(n, 100.0)


def test_of_mere_luck_little_is_kept():
    left = [np.square(shrunk_slopes(*regression(np.zeros(6), seed), np.arange(4_000))[0]).sum() for seed in range(20)]
    assert np.mean(left) < 6 * 100 / 4_000 / 2  # half of what the estimates themselves are off by


def test_what_is_sure_is_kept():
    slopes = np.array([2.0, -2.0, 0.0, 0.0])
    np.testing.assert_allclose(shrunk_slopes(*regression(slopes, 1), np.arange(4_000))[0], slopes, atol=0.5)


def test_slopes_are_off_by_as_much_as_their_covariance_says():
    """So is any contrast of them, as the difference of two policies is; slopes are drawn from what is likely."""
    squares, variances = [], []
    for seed in range(400):
        rng = np.random.default_rng(seed)
        slopes = rng.normal(size=4) * (seed % 2) * rng.choice(shrinkage.SPREADS[1:])
        found, covariance = shrunk_slopes(*regression(slopes, seed + 1_000, 1_000), np.arange(1_000))
        contrast = rng.normal(size=4)
        squares.append((contrast @ (found - slopes)) ** 2)
        variances.append(contrast @ covariance @ contrast)
        np.testing.assert_allclose(root(covariance) @ root(covariance).T, covariance, atol=1e-12)
    assert np.mean(squares) / np.mean(variances) == pytest.approx(1.0, abs=0.2)


def test_rows_of_one_customer_are_not_taken_for_many():
    """What ten customers did a hundred times is no more than ten observations."""
    rng = np.random.default_rng(1)
    customer = np.repeat(np.arange(10), 100)
    x = rng.normal(size=(10, 1))[customer]
    y = rng.normal(size=10)[customer] + rng.normal(0, 0.1, 1_000)
    errors = {whose: float(clustered(x, y, np.ones(1_000), codes)[1][0, 0]) for whose, codes in
              (("rows", np.arange(1_000)), ("customers", customer))}  # fmt: skip
    assert errors["customers"] > 20 * errors["rows"]


@given(st.integers(0, 2**32 - 1), st.integers(1, 5))
def test_the_larger_of_two_covariances_is_below_neither(seed, size):
    rng = np.random.default_rng(seed)
    one, other = (each @ each.T for each in rng.normal(size=(2, size, size + 2)))
    both = larger(one, other)
    for each in (one, other):
        assert np.linalg.eigvalsh(both - each).min() > -1e-6 * both.max()


def test_the_larger_of_two_covariances_has_the_larger_variances():
    np.testing.assert_allclose(larger(np.diag([1.0, 4.0]), np.diag([2.0, 3.0])), np.diag([2.0, 4.0]), atol=1e-9)


def test_what_one_customer_decides_is_not_taken_for_sure():
    """One customer alone has what the coefficient is of, so that nothing is left to tell how far it may be off."""
    x = np.column_stack([np.ones(100), np.arange(100) == 7])
    y = np.random.default_rng(1).normal(size=100)
    estimate, covariance = clustered(x, y, np.ones(100), np.arange(100))
    last, guarded = clustered_last(x, y, np.ones(100), np.arange(100), 1)
    assert last == estimate[1:]
    assert covariance[1, 1] < 0.05
    assert guarded[0, 0] > 1.0


def test_the_posterior_under_one_prior_is_the_textbook_one():
    estimate, covariance, prior = np.array([2.0, -1.0]), np.diag([1.0, 4.0]), Prior(np.eye(2))
    mean, spread = Posterior.of(estimate, covariance, [prior]).mean_and_covariance()
    np.testing.assert_allclose(mean, [1.0, -0.2])
    np.testing.assert_allclose(spread, np.diag([0.5, 0.8]))


def test_priors_that_the_estimate_speaks_against_hardly_count():
    priors = [Prior(np.zeros((1, 1))), Prior(np.array([[1e4]]))]
    mean, _ = Posterior.of(np.array([100.0]), np.eye(1), priors).mean_and_covariance()
    assert mean[0] == pytest.approx(100, rel=0.01)


def test_without_data_the_mean_of_the_prior_is_kept():
    posterior = Posterior.of(np.array([5.0, -5.0]), 1e9 * np.eye(2), [Prior(np.eye(2), mean=0.5)])
    mean, spread = posterior.mean_and_covariance()
    np.testing.assert_allclose(mean, [0.5, 0.5], atol=1e-6)
    np.testing.assert_allclose(spread, np.eye(2), atol=1e-6)


def test_a_weight_beforehand_decides_where_the_estimate_does_not():
    estimate, covariance = np.array([1.0]), np.array([[1e9]])
    priors = [Prior(np.eye(1), mean=0.0, weight=1.0), Prior(np.eye(1), mean=4.0, weight=3.0)]
    assert Posterior.of(estimate, covariance, priors).mean_and_covariance()[0][0] == pytest.approx(3.0, abs=1e-3)


def test_a_direction_that_few_customers_decide_is_not_taken_for_sure():
    """One customer's rows alone vary in the last feature: by customers its error would be nothing."""
    found = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        x, customer = rng.normal(size=(2_000, 3)), np.repeat(np.arange(200), 10)
        x[10:, 2] = 0.0
        y = rng.normal(size=2_000)
        assert clustered(x, y, np.ones(2_000), customer)[1][2, 2] < 0.01  # that of ten independent rows is 0.1
        found.append(float(np.abs(shrunk_slopes(x, y, np.ones(2_000), customer)[0]).max()))
    assert np.mean(found) < 0.1


@pytest.mark.parametrize("estimate", [-0.1, 0.0, 0.02, 0.3])
def test_what_is_not_below_zero_is_the_mean_over_what_is_left_of_each_prior(estimate):
    """By integration over all that is above zero."""
    error, sizes = 0.04, ((0.02, 0.02, 1.0), (0.0, 0.3, 2.0))  # mean, standard deviation, weight

    def density(growth):
        priors = (weight * norm.pdf(growth, mean, sd) / norm.sf(0, mean, sd) for mean, sd, weight in sizes)
        return norm.pdf(estimate, growth, error) * sum(priors)

    whole, first = (quad(lambda x, power=power: x**power * density(x), 0, 1)[0] for power in (0, 1))
    priors = [Prior(np.eye(1) * sd**2, mean, weight) for mean, sd, weight in sizes]
    found = Posterior.of(np.array([estimate]), np.eye(1) * error**2, priors).mean_above_zero()
    assert found[0] == pytest.approx(first / whole, rel=1e-4)


def test_priors_of_many_offers_are_solved_in_blocks_to_the_same(monkeypatch):
    rng = np.random.default_rng(0)
    estimate, roots = rng.normal(size=40), rng.normal(size=(500, 40, 40)) / 20
    priors = [Prior(root @ root.T, weight=weight) for root, weight in zip(roots, rng.random(500), strict=True)]
    tracemalloc.start()
    at_once = Posterior.of(estimate, np.eye(40), priors)
    peaks = [tracemalloc.get_traced_memory()[1]]
    monkeypatch.setattr(shrinkage, "BLOCK", 7 * 40**2)
    tracemalloc.reset_peak()
    blocks = Posterior.of(estimate, np.eye(40), priors)
    peaks.append(tracemalloc.get_traced_memory()[1])
    tracemalloc.stop()
    for one, other in zip(at_once.mean_and_covariance(), blocks.mean_and_covariance(), strict=True):
        np.testing.assert_allclose(other, one, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(blocks.mean_above_zero(), at_once.mean_above_zero())
    assert peaks[1] < peaks[0] / 10


def test_far_below_zero_next_to_nothing_is_left():
    priors = [Prior(np.eye(1)), Prior(np.zeros((1, 1)))]
    assert 0 <= Posterior.of(np.array([-50.0]), np.eye(1), priors).mean_above_zero()[0] < 0.05
    assert Posterior.of(np.array([50.0]), np.eye(1), priors[:1]).mean_above_zero()[0] == pytest.approx(25.0)
