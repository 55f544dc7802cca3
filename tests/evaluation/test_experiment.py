"""Sums, differences with intervals and checks of the draw, against published numbers, scipy and simulation."""

import logging
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_ind

from offerloop.evaluation.estimate import Estimate
from offerloop.evaluation.experiment import (
    LEAST_CUSTOMERS,
    Difference,
    cuped,
    difference,
    enough,
    holm,
    relative,
    sample_ratio,
)
from offerloop.evaluation.moments import Moments
from offerloop.evaluation.ratios import as_share
from offerloop.evaluation.totals import Totals

NUMBERS = st.lists(st.floats(-1000, 1000), min_size=2, max_size=30)


def sums(n, total, squares):
    return Moments(n, 0.0, 0.0, total, squares, 0.0)


def plain(y, x=None):
    """Without third moments, so that intervals are Welch's."""
    return replace(Moments.of(y, x), thirds=None)


# Published numbers: growthbook/growthbook at 8f1db445, packages/stats/tests (MIT).


def test_relative_difference_is_growthbooks():
    """frequentist/test_tests.py, two-sided t test of a relative difference."""
    control, treated = sums(3407, 1396.87, 52377.9767), sums(3461, 2422.7, 134698.29)
    share = relative(treated, control)
    assert round(share.value, 5) == 0.70732
    assert (round(share.low, 5), round(share.high, 5)) == (-0.03526, 1.44989)
    found = as_share(*(Totals.from_sums(one.n, {"outcome": (one.sum_y, one.sum_yy)}) for one in (treated, control)))
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
    found, oracle = difference(plain(treated), plain(control)), ttest_ind(treated, control, equal_var=False)
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
    assert vars(added.thirds) == pytest.approx(vars(whole.thirds), rel=1e-9, abs=1e-3)


@given(NUMBERS, st.floats(-3, 3), st.floats(-50, 50))
def test_sums_of_residuals_are_those_of_the_rows(values, theta, centre):
    y, x = np.array(values), np.array(values)[::-1] * 2
    found, oracle = Moments.of(y, x).less(theta, centre), Moments.of(y - theta * (x - centre), x - centre)
    assert vars(found.thirds) == pytest.approx(vars(oracle.thirds), rel=1e-6, abs=1)
    assert found.sum_yy == pytest.approx(oracle.sum_yy, rel=1e-6, abs=1e-2)


# CUPED.


def test_cuped_is_the_difference_of_residuals(rng):
    x_t, x_c = rng.normal(10, 4, 60), rng.normal(10, 4, 45)
    y_t, y_c = 2 + 0.8 * x_t + rng.normal(0, 1, 60), 0.8 * x_c + rng.normal(0, 1, 45)
    within = [(y - y.mean(), x - x.mean()) for y, x in ((y_t, x_t), (y_c, x_c))]
    theta = sum(y @ x for y, x in within) / sum(x @ x for _, x in within)
    oracle = ttest_ind(y_t - theta * x_t, y_c - theta * x_c, equal_var=False)
    found = cuped(plain(y_t, x_t), plain(y_c, x_c))
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


# Skewed outcomes: few buy, and some of them much.


def test_a_known_skewness_moves_the_interval_to_the_side_of_the_small_group(rng):
    treated, control = rng.exponential(2, 90_000), rng.exponential(2, 600)
    welch, hall = difference(plain(treated), plain(control)), difference(Moments.of(treated), Moments.of(control))
    assert hall.skew < 0
    assert (hall.value, hall.se) == (welch.value, pytest.approx(welch.se, rel=0.02))
    assert hall.low < welch.low
    assert hall.high < welch.high


@given(st.floats(-4, 4), st.floats(-1, 1))
def test_the_p_value_is_below_5_in_100_where_the_interval_leaves_out_zero(t, skew):
    found = Difference.with_df(t, 1.0, 40.0, skew)
    if min(abs(found.low), abs(found.high)) > 1e-9:
        assert (found.p_value < 0.05) is found.is_clear


def test_symmetric_outcomes_keep_welchs_interval():
    y = np.array([-3.0, -1, 0, 1, 3])
    found, welch = difference(Moments.of(y), Moments.of(y + 1)), difference(plain(y), plain(y + 1))
    assert (found.low, found.high) == (pytest.approx(welch.low), pytest.approx(welch.high))


def weekly_sales(rng, n, spread):
    """Of customers of whom one in eight buys, with what they bought the week before."""
    rate = 0.075 * rng.gamma(2.0, 1.0, n)
    return [np.bincount(np.repeat(np.arange(n), k), rng.lognormal(2.7, spread, k.sum()), n)
            for k in (rng.poisson(rate), rng.poisson(rate))]  # fmt: skip


def misses(rng, method, trials, n_control=175, spread=0.5):
    """Shares of intervals wholly above and wholly below an effect of a tenth, with nine treated to one held back."""
    above = below = 0
    for _ in range(trials):
        (y, x), (z, u) = weekly_sales(rng, 9 * n_control, spread), weekly_sales(rng, n_control, spread)
        found = method(Moments.of(1.1 * y, x), Moments.of(z, u))
        true = 0.1 if method is relative else 0.1 * y.mean()
        above, below = above + (found.low > true), below + (found.high < true)
    return above / trials, below / trials


@pytest.mark.parametrize("method", [difference, cuped, relative])
def test_intervals_of_skewed_sales_miss_on_both_sides_alike(rng, method):
    above, below = misses(rng, method, 600)
    assert above + below < 0.075
    assert abs(above - below) < 0.03


@pytest.mark.soak
@pytest.mark.parametrize("spread", [0.5, 1.0])
@pytest.mark.parametrize("n_control", [130, 175, 870])
@pytest.mark.parametrize("method", [cuped, relative])
def test_intervals_of_skewed_sales_cover(rng, method, n_control, spread):
    above, below = misses(rng, method, 2000, n_control, spread)
    told = "%s, %d held back, spread of purchases %.1f: above %.4f, below %.4f"
    logging.getLogger(__name__).info(told, method.__name__, n_control, spread, above, below)
    assert 0.94 <= 1 - above - below <= 0.985


def test_the_interval_of_a_share_is_that_of_the_ratio_it_does_not_contradict(rng):
    """Fieller: at each end the treated's mean and that many of the control's are just told apart."""
    y, z = rng.exponential(2, 900), rng.exponential(2, 90)
    found = relative(Moments.of(y), Moments.of(z))
    for ratio, sign in ((1 + found.low, 1), (1 + found.high, -1)):
        apart = difference(Moments.of(y), Moments.of(ratio * z))
        end = apart.low if sign > 0 else apart.high
        assert end == pytest.approx(0, abs=0.01 * apart.se)


def test_a_share_has_no_p_value_by_another_method_than_its_interval(rng):
    """The interval is Fieller's: the delta method would call chance losses certain."""
    y, z = rng.exponential(2, 900), rng.exponential(2, 90)
    for control in (z, -z):
        assert type(relative(Moments.of(y), Moments.of(control))) is Estimate


def test_enough_counts_customers_and_the_buyers_to_be_expected():
    assert not enough(LEAST_CUSTOMERS - 1, 1000, 1000)
    assert enough(900, 100, 150)
    assert not enough(900, 100, 149)


# Weighted means and many tests at once.


def test_equal_weights_are_the_plain_difference(rng):
    y, z = rng.normal(0, 1, 200), rng.normal(1, 2, 300)
    found = difference([(Moments.of(y), 7.0)], [(Moments.of(z), 0.2)])
    plain = difference(Moments.of(y), Moments.of(z))
    assert (found.value, found.se, found.df) == (pytest.approx(plain.value), pytest.approx(plain.se, rel=1e-9),
                                                 pytest.approx(plain.df, rel=1e-9))  # fmt: skip


def test_weights_undo_an_uneven_draw(rng):
    large = rng.random(40_000) < 0.3
    chance = np.where(large, 0.8, 0.2)
    drawn = rng.random(40_000) < chance
    y = np.where(large, 100.0, 10.0) * rng.exponential(1.0, 40_000)
    treated, control = (
        [(Moments.of(y[side & (chance == one)]), 1 / of_side(one)) for one in (0.2, 0.8)]
        for side, of_side in ((drawn, lambda one: one), (~drawn, lambda one: 1 - one))
    )
    found = difference(treated, control)
    weights = np.where(drawn, 1 / chance, 1 / (1 - chance))
    means = [np.average(y[side], weights=weights[side]) for side in (drawn, ~drawn)]
    of_rows = math.hypot(
        *(
            np.linalg.norm(weights[side] * (y[side] - mean)) / weights[side].sum()
            for side, mean in zip((drawn, ~drawn), means, strict=True)
        )
    )
    thirds = [
        np.sum((weights[side] * (y[side] - mean)) ** 3) / weights[side].sum() ** 3
        for side, mean in zip((drawn, ~drawn), means, strict=True)
    ]
    assert found.value == pytest.approx(means[0] - means[1], rel=1e-9)
    assert found.se == pytest.approx(of_rows, rel=1e-4)  # but for n / (n - 1)
    assert found.skew == pytest.approx((thirds[0] - thirds[1]) / of_rows**3, rel=0.03)
    assert abs(found.skew) > 1e-3
    assert found.low <= 0 <= found.high
    assert abs(y[drawn].mean() - y[~drawn].mean()) > 30


@pytest.mark.parametrize("of_all", [1_000, 4_000])
@pytest.mark.parametrize("spread", [0.8, 1.5])
def test_groups_that_are_alike_seldom_seem_to_differ_however_skewed_their_sales_are(rng, spread, of_all):
    """A small group that missed the few large amounts has a small spread of its own as well."""
    p_values, held = [], of_all // 20
    for _ in range(600):
        spent = np.where(rng.random(of_all) < 0.3, rng.lognormal(3, spread, of_all), 0.0)
        control = zip(map(Moments.of, np.split(spent[:held], 2)), (1.0, 0.9), strict=True)
        p_values.append(difference([(Moments.of(spent[held:]), 1.0)], [*control]).p_value)
    assert np.mean(np.array(p_values) < 0.05) < 0.08
    assert np.mean(np.array(p_values) < 0.5) == pytest.approx(0.5, abs=0.1)
    assert min(p_values) > 1e-5


SPENDS = {
    "all, gamma": lambda rng, n: rng.gamma(2, 20, n),
    "40 % buy, lognormal 1": lambda rng, n: np.where(rng.random(n) < 0.4, rng.lognormal(3, 1, n), 0.0),
    "30 % buy, lognormal 1.5": lambda rng, n: np.where(rng.random(n) < 0.3, rng.lognormal(3, 1.5, n), 0.0),
    "8 % buy, lognormal 0.8": lambda rng, n: np.where(rng.random(n) < 0.08, rng.lognormal(3, 0.8, n), 0.0),
}


@pytest.mark.soak
@pytest.mark.parametrize("times", [1.0, 1.3, 0.7])
@pytest.mark.parametrize("of_all", [1_000, 4_000])
@pytest.mark.parametrize("spend", SPENDS)
def test_intervals_hold_with_a_twentieth_held_out(rng, spend, of_all, times):
    draw, held = SPENDS[spend], of_all // 20
    true, found = (times - 1) * draw(rng, 2_000_000).mean(), []
    while len(found) < 2_000:
        treated, control = Moments.of(times * draw(rng, of_all - held)), Moments.of(draw(rng, held))
        if control.variance > 0:
            found.append((difference(treated, control), relative(treated, control)))
    missed = np.mean([not gain.low <= true <= gain.high for gain, _ in found])
    missed_share = np.mean([not share.low <= times - 1 <= share.high for _, share in found])
    clear, sure = (np.mean([gain.p_value < alpha for gain, _ in found]) for alpha in (0.05, 0.001))
    told = "%s, %d customers, spend times %.1f: difference misses %.4f, share %.4f; p below .05 %.4f, below .001 %.4f"
    logging.getLogger(__name__).info(told, spend, of_all, times, missed, missed_share, clear, sure)
    assert missed_share < 0.075
    assert missed < (0.13 if times < 1 else 0.075)


def test_holm_by_hand():
    assert holm([0.04, 0.01, 0.03]) == pytest.approx([0.06, 0.03, 0.06])
    assert holm([0.5, 0.9]) == [1.0, 1.0]
    assert holm([]) == []


@pytest.fixture
def rng():
    return np.random.default_rng(8)
