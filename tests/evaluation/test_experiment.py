"""Sums, differences with intervals and checks of the draw, against published numbers, scipy and simulation."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_ind

from offerloop.evaluation.experiment import (
    Moments,
    cuped,
    difference,
    holm,
    relative,
    sample_ratio,
    weighted_difference,
)

NUMBERS = st.lists(st.floats(-1000, 1000), min_size=2, max_size=30)


def sums(n, total, squares):
    return Moments(n, 0.0, 0.0, total, squares, 0.0)


# Published numbers: growthbook/growthbook at 8f1db445, packages/stats/tests (MIT).


def test_relative_difference_is_growthbooks():
    """frequentist/test_tests.py, two-sided t test of a relative difference."""
    control, treated = sums(3407, 1396.87, 52377.9767), sums(3461, 2422.7, 134698.29)
    found = relative(treated, control)
    assert round(found.value, 5) == 0.70732
    assert (round(found.low, 5), round(found.high, 5)) == (-0.03526, 1.44989)
    assert round(found.se, 5) == 0.37879
    assert round(found.p_value, 5) == 0.06191


def test_covariance_is_growthbooks():
    """test_shared_models.py, sample covariance."""
    found = Moments.of(np.array([2.0, 1, 5, 3]), np.array([0.3, 0.5, 0.9, 22]))
    assert found.covariance == pytest.approx(2.141666666666667)


@pytest.mark.parametrize(
    ("counts", "shares", "p_value", "passes"),
    [
        ((5000, 5200), (0.5, 0.5), 0.0476703806561615, True),
        ((9100, 900), (0.9, 0.1), 0.0008581206663936758, False),
    ],
)
def test_sample_ratio_is_growthbooks(counts, shares, p_value, passes):
    """gbstats/utils.py check_srm, numbers by scipy.stats.chisquare."""
    found = sample_ratio(counts, shares)
    assert found.p_value == pytest.approx(p_value, rel=1e-9)
    assert found.passes is passes


def test_shares_need_not_sum_to_one():
    assert sample_ratio((9100, 900), (1.8, 0.2)) == sample_ratio((9100, 900), (0.9, 0.1))


def test_a_small_expected_count_gets_the_exact_test():
    # P(X <= 0) + the equally unlikely upper tail for X ~ Binomial(40, 0.1), expected 4: by hand from the distribution
    lower = 0.9**40
    chances = [math.comb(40, k) * 0.1**k * 0.9 ** (40 - k) for k in range(41)]
    exact = sum(one for one in chances if one <= lower * (1 + 1e-7))
    assert sample_ratio((0, 40), (0.1, 0.9)).p_value == pytest.approx(exact)


def test_a_group_that_should_be_empty_must_be_empty():
    assert not sample_ratio((1, 500), (0.0, 1.0)).passes
    assert sample_ratio((0, 500), (0.0, 1.0)).passes
    assert sample_ratio((0, 0), (0.5, 0.5)).passes


# Differences.


def test_difference_is_welchs_test(rng):
    treated, control = rng.exponential(3, 80), rng.exponential(2, 37)
    found, oracle = difference(Moments.of(treated), Moments.of(control)), ttest_ind(treated, control, equal_var=False)
    interval = oracle.confidence_interval(0.95)
    assert found.value == pytest.approx(treated.mean() - control.mean())
    assert (found.low, found.high) == (pytest.approx(interval.low), pytest.approx(interval.high))
    assert found.p_value == pytest.approx(oracle.pvalue)
    assert found.df == pytest.approx(oracle.df)


def test_groups_without_spread_differ_exactly_or_not_at_all():
    ones, twos = Moments.of(np.ones(5)), Moments.of(np.full(7, 2.0))
    assert (difference(ones, ones).low, difference(ones, ones).p_value) == (0.0, 1.0)
    assert (difference(twos, ones).low, difference(twos, ones).p_value) == (1.0, 0.0)


def test_one_customer_is_no_group():
    with pytest.raises(ValueError, match="fewer than two"):
        difference(Moments.of(np.ones(1)), Moments.of(np.ones(5)))


@given(NUMBERS, NUMBERS)
def test_adding_sums_is_putting_groups_together(first, second):
    y, x = np.array(first), np.array(first)[::-1] * 2
    v, u = np.array(second), np.array(second)[::-1] - 1
    added, whole = Moments.of(y, x) + Moments.of(v, u), Moments.of(np.append(y, v), np.append(x, u))
    for name in ("n", "sum_x", "sum_xx", "sum_y", "sum_yy", "sum_xy"):
        assert getattr(added, name) == pytest.approx(getattr(whole, name), rel=1e-9, abs=1e-6)


# CUPED.


def test_cuped_is_the_difference_of_residuals(rng):
    x_t, x_c = rng.normal(10, 4, 60), rng.normal(10, 4, 45)
    y_t, y_c = 2 + 0.8 * x_t + rng.normal(0, 1, 60), 0.8 * x_c + rng.normal(0, 1, 45)
    within = [(y - y.mean(), x - x.mean()) for y, x in ((y_t, x_t), (y_c, x_c))]
    theta = sum(y @ x for y, x in within) / sum(x @ x for _, x in within)
    oracle = ttest_ind(y_t - theta * x_t, y_c - theta * x_c, equal_var=False)
    found = cuped(Moments.of(y_t, x_t), Moments.of(y_c, x_c))
    assert found.p_value == pytest.approx(oracle.pvalue)
    assert found.low == pytest.approx(oracle.confidence_interval(0.95).low)
    assert found.se < difference(Moments.of(y_t), Moments.of(y_c)).se / 2


@pytest.mark.parametrize("covariate", [None, np.full(50, 3.7)])
def test_without_a_varying_covariate_cuped_is_the_plain_difference(rng, covariate):
    y, z = rng.normal(0, 1, 50), rng.normal(1, 1, 50)
    treated, control = Moments.of(y, covariate), Moments.of(z, covariate)
    assert cuped(treated, control) == difference(treated, control)


@pytest.mark.parametrize("method", [difference, cuped])
def test_the_interval_covers_the_truth_in_95_of_100(rng, method):
    covered = 0
    for _ in range(400):
        x = rng.gamma(1.5, 20, 240)
        y = 0.7 * x + rng.gamma(2, 5, 240)
        treated = np.arange(240) < 160
        y = y + 3.0 * treated
        found = method(Moments.of(y[treated], x[treated]), Moments.of(y[~treated], x[~treated]))
        covered += found.low <= 3.0 <= found.high
    assert 0.92 <= covered / 400 <= 0.98


# Weighted means and many tests at once.


def test_equal_weights_are_the_plain_difference(rng):
    y, z = rng.normal(0, 1, 200), rng.normal(1, 2, 300)
    found = weighted_difference((y, np.full(200, 7.0)), (z, np.full(300, 0.2)))
    plain = difference(Moments.of(y), Moments.of(z))
    assert (found.value, found.se, found.df) == (pytest.approx(plain.value), pytest.approx(plain.se, rel=1e-9),
                                                 pytest.approx(plain.df, rel=1e-9))  # fmt: skip


def test_weights_undo_an_uneven_draw(rng):
    large = rng.random(40_000) < 0.3
    chance = np.where(large, 0.8, 0.2)
    drawn = rng.random(40_000) < chance
    y = np.where(large, 100.0, 10.0) + rng.normal(0, 5, 40_000)
    found = weighted_difference((y[drawn], 1 / chance[drawn]), (y[~drawn], 1 / (1 - chance[~drawn])))
    assert found.low <= 0 <= found.high
    assert abs(y[drawn].mean() - y[~drawn].mean()) > 30


def test_holm_by_hand():
    assert holm([0.04, 0.01, 0.03]) == pytest.approx([0.06, 0.03, 0.06])
    assert holm([0.5, 0.9]) == [1.0, 1.0]
    assert holm([]) == []


@pytest.fixture
def rng():
    return np.random.default_rng(8)
