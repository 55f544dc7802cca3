"""The luck of what passed a threshold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from offerloop.evaluation import luck_of_passing

LEAST = st.floats(0.0, 2.0)


@pytest.mark.parametrize("errors, least", [(0.6, 0.6), (0.8, 0.6), (1.5, 0.6), (1.0, 0.0), (2.5, 1.96), (4.0, 0.6)])
def test_it_is_the_mean_luck_of_repeated_estimates_that_pass(errors, least):
    rng = np.random.default_rng(7)
    truth = rng.normal(errors, 1.0, 400_000)
    repeated = rng.normal(truth, 1.0)
    passed = repeated > least
    assert luck_of_passing(errors, least) == pytest.approx((repeated - truth)[passed].mean(), abs=0.01)


@given(LEAST, st.floats(0.0, 30.0), st.floats(0.0, 30.0))
def test_the_further_above_the_threshold_the_less_of_it_is_luck(least, one, other):
    near, far = sorted((one, other))
    assert 0 <= luck_of_passing(least + far, least) <= luck_of_passing(least + near, least) < 0.6


@given(st.floats(0.6, 3.0), st.floats(0.0, 10.0))
def test_what_passes_six_tenths_of_an_error_is_worth_something(least, above):
    assert luck_of_passing(least + above, least) < least + above
