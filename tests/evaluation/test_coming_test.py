"""What a coming test is said to show, against experiments that are then run."""

import numpy as np
import pytest

from offerloop.evaluation.experiment import LEAST, LEAST_BUYERS, ComingTest, difference
from offerloop.evaluation.moments import Moments


@pytest.mark.parametrize(("n_treated", "n_control"), [(900, 100), (300, 300)])
def test_an_effect_of_that_size_is_shown_in_four_of_five_experiments(n_treated, n_control):
    rng = np.random.default_rng(2)
    draw = lambda n: rng.gamma(2.0, 500.0, n) * (rng.random(n) < 0.6)  # noqa: E731
    said = [ComingTest.of(draw(n_treated + n_control), n_treated, n_control).detectable for _ in range(20)]
    each = np.mean(said) / n_treated
    shown = [difference(Moments.of(draw(n_treated) + each), Moments.of(draw(n_control))).low > 0 for _ in range(1500)]
    assert np.mean(shown) == pytest.approx(0.8, abs=0.06)


def test_a_group_too_small_shows_nothing():
    before = np.arange(100.0)
    assert ComingTest.of(before, 100 - LEAST + 1, LEAST - 1).detectable is None
    assert ComingTest.of(before, 100 - LEAST, LEAST).detectable > 0


def test_too_few_buyers_show_nothing():
    before = np.zeros(1000)
    before[: 10 * LEAST_BUYERS - 1] = 500.0
    assert ComingTest.of(before, 900, 100).detectable is None
    before[10 * LEAST_BUYERS - 1] = 500.0
    assert ComingTest.of(before, 900, 100).detectable > 0
