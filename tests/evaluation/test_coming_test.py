"""What a coming test is said to show, against experiments that are then run."""

import numpy as np
import pytest

from offerloop.evaluation.coming_test import MOST_TEST_DAYS, ComingTest
from offerloop.evaluation.experiment import LEAST_BUYERS, LEAST_CUSTOMERS, difference
from offerloop.evaluation.moments import Moments


@pytest.mark.parametrize(("n_treated", "n_control"), [(900, 100), (300, 300)])
def test_an_effect_of_that_size_is_shown_in_four_of_five_experiments(n_treated, n_control):
    rng = np.random.default_rng(2)
    draw = lambda n: rng.gamma(2.0, 500.0, n) * (rng.random(n) < 0.6)  # noqa: E731
    said = [ComingTest.of(draw(n_treated + n_control), n_treated, n_control, 7).detectable for _ in range(20)]
    each = np.mean(said) / n_treated
    shown = [difference(Moments.of(draw(n_treated) + each), Moments.of(draw(n_control))).low > 0 for _ in range(1500)]
    assert np.mean(shown) == pytest.approx(0.8, abs=0.06)


def test_a_group_too_small_shows_nothing():
    before = np.arange(100.0)
    assert ComingTest.of(before, 100 - LEAST_CUSTOMERS + 1, LEAST_CUSTOMERS - 1, 7).detectable is None
    assert ComingTest.of(before, 100 - LEAST_CUSTOMERS, LEAST_CUSTOMERS, 7).detectable > 0


def test_too_few_buyers_show_nothing():
    before = np.zeros(1000)
    before[: 10 * LEAST_BUYERS - 1] = 500.0
    assert ComingTest.of(before, 900, 100, 7).detectable is None
    before[10 * LEAST_BUYERS - 1] = 500.0
    assert ComingTest.of(before, 900, 100, 7).detectable > 0


def test_after_so_many_periods_the_hoped_for_effect_is_shown_in_four_of_five_experiments():
    rng = np.random.default_rng(3)
    n_treated, n_control, each = 270, 60, 60.0
    draw = lambda n, weeks: (rng.gamma(2.0, 500.0, (n, weeks)) * (rng.random((n, weeks)) < 0.6)).sum(axis=1)  # noqa: E731
    said = [ComingTest.of(draw(n_treated + n_control, 1), n_treated, n_control, 7) for _ in range(5)]
    weeks = round(np.mean([one.periods(each * n_treated) for one in said]))
    assert 15 < weeks < MOST_TEST_DAYS / 7
    shown = [
        difference(Moments.of(draw(n_treated, weeks) + each * weeks), Moments.of(draw(n_control, weeks))).low > 0
        for _ in range(400)
    ]
    assert np.mean(shown) == pytest.approx(0.8, abs=0.1)


def test_as_many_customers_as_it_takes_show_it_within_a_year():
    rng = np.random.default_rng(4)
    draw = lambda n: rng.gamma(2.0, 500.0, n) * (rng.random(n) < 0.6)  # noqa: E731
    small, hoped = ComingTest.of(draw(4_000), 3_600, 400, 7), 5.0 * 3_600
    assert small.periods(hoped) > 2 * MOST_TEST_DAYS / 7
    times = small.times_as_many(hoped)
    large = ComingTest.of(draw(round(4_000 * times)), round(3_600 * times), round(400 * times), 7)
    assert large.periods(hoped * times) == pytest.approx(MOST_TEST_DAYS / 7, rel=0.2)


def test_longer_periods_leave_fewer_of_them_in_a_year():
    before = np.tile([0.0, 700.0, 900.0, 1100.0], 250)
    of_week, of_four_weeks = (ComingTest.of(before, 900, 100, days) for days in (7, 28))
    assert (of_week.most_periods, of_four_weeks.most_periods) == (52, 13)
    assert of_four_weeks.times_as_many(100.0) == pytest.approx(4 * of_week.times_as_many(100.0))


def test_several_periods_say_what_each_of_them_does():
    rng = np.random.default_rng(5)
    before = rng.gamma(2.0, 500.0, 1_000) * (rng.random(1_000) < 0.6)
    one, same = (ComingTest.of(outcome, 900, 100, 7) for outcome in (before, np.tile(before[:, None], 4)))
    assert (one.detectable, one.rough, one.buyers) == pytest.approx((same.detectable, same.rough, same.buyers))
    silent = ComingTest.of(np.column_stack([np.zeros(1_000), before]), 900, 100, 7)
    assert silent.buyers == pytest.approx(one.buyers / 2)
    assert silent.rough == pytest.approx(one.rough / np.sqrt(2))


def test_what_no_number_of_periods_shows():
    before = np.full(200, 700.0)
    before[::3] = 0.0
    few = ComingTest.of(before[: 100 + LEAST_CUSTOMERS], 101, LEAST_CUSTOMERS - 1, 7)
    assert few.detectable is None
    assert few.periods(1e6) is None
    assert few.times_as_many(1e6) == pytest.approx(LEAST_CUSTOMERS / (LEAST_CUSTOMERS - 1))
    assert ComingTest.of(before, 200, 0, 7).times_as_many(1e6) is None
    assert ComingTest.of(before, 100, 100, 7).periods(0.0) is None
    assert ComingTest.of(np.zeros(200), 100, 100, 7).periods(1e6) is None
