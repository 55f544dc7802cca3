"""Intervals that hold at all looks together, the walk under them, and sample ratios read at any time."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from offerloop.evaluation.experiment import Difference
from offerloop.evaluation.ratios import absolute, as_share
from offerloop.evaluation.sequential import (
    always_valid,
    always_valid_ratio,
    chance_found,
    half_width,
    mixing,
    needed_drift,
    planned_size,
)
from offerloop.evaluation.totals import Totals

LOOKS = 60


@pytest.fixture
def rng():
    return np.random.default_rng(4)


def effect(value, se=1.0):
    return Difference.with_df(value, se, 1e6)


@given(st.floats(10, 1e6), st.floats(0.001, 0.2))
def test_the_sequence_is_tightest_at_the_size_for_which_it_is_tuned(tuned_for, alpha):
    """Among all tunings, at that size."""
    here = half_width(tuned_for, mixing(tuned_for, alpha), alpha)
    assert all(
        half_width(tuned_for, mixing(tuned_for * off, alpha), alpha) >= here - 1e-3 for off in (0.2, 0.7, 1.5, 5)
    )


@given(st.floats(-12, 12), st.floats(0.01, 20), st.floats(0.001, 0.4))
def test_p_is_below_alpha_where_the_interval_leaves_out_zero(z, progress, alpha):
    seen = always_valid(effect(z), progress, 1.0, alpha)
    if min(abs(seen.low), abs(seen.high)) > 1e-6:
        assert (seen.p_value < alpha) is seen.is_clear


def test_without_spread_nothing_is_known():
    assert always_valid(effect(0.0, 0.0), 10, 100) == always_valid(effect(0.0, 0.0), 1000, 100)
    seen = always_valid(effect(1.0, 0.0), 10, 100)
    assert (seen.low, seen.high, seen.p_value) == (-math.inf, math.inf, 1.0)


@pytest.mark.parametrize(
    "wrong", [pytest.param((0, 0.05), id="size"), pytest.param((10, 0), id="alpha"), pytest.param((10, 1), id="one")]
)
def test_a_sequence_that_cannot_be_is_refused(wrong):
    with pytest.raises(ValueError, match="alpha is between 0 and 1"):
        mixing(*wrong)


def walks(rng, runs, drift=0.0, looks=LOOKS):
    """z at each look, (runs, looks): drift in standard errors at the last one."""
    times = np.arange(1, looks + 1) / looks
    steps = rng.normal(drift / looks, math.sqrt(1 / looks), (runs, looks))
    return steps.cumsum(axis=1) / np.sqrt(times)


def crossings(z, tuned_for=1.0, alpha=0.05):
    rho, times = mixing(tuned_for, alpha), np.arange(1, z.shape[1] + 1) / z.shape[1]
    bounds = np.array([half_width(time, rho, alpha) for time in times])
    return (z > bounds).any(axis=1).mean(), (z < -bounds).any(axis=1).mean()


@pytest.mark.parametrize("tuned_for", [0.02, 0.3, 1.0, 4.0])
def test_without_an_effect_60_looks_find_one_in_less_than_5_of_100(rng, tuned_for):
    above, below = crossings(walks(rng, 20_000), tuned_for)
    assert above + below < 0.05
    assert above > 0.001
    assert abs(above - below) < 0.006


@pytest.mark.parametrize("drift", [0.0, 2.0, 3.6, 5.0])
def test_the_chance_to_find_an_effect_is_that_of_simulated_walks(rng, drift):
    above, _ = crossings(walks(rng, 20_000, drift))
    said = chance_found(drift, LOOKS)
    assert said[-1] == pytest.approx(above, abs=4 * math.sqrt(0.25 / 20_000))
    assert (np.diff(said) >= 0).all()


def test_looks_that_do_not_count_find_nothing():
    said = chance_found(3.6, LOOKS, first=21)
    assert (said[:20] == 0).all()
    assert said[-1] == pytest.approx(chance_found(3.6, LOOKS)[-1], abs=0.005)


def test_one_look_needs_the_usual_drift():
    """The half width of the interval and 0.84 standard errors."""
    assert needed_drift(1) == pytest.approx(half_width(1.0, mixing(1.0)) + 0.8416, abs=0.005)
    assert needed_drift(60) < needed_drift(1)
    assert needed_drift(60, power=0.9) > needed_drift(60)


def test_a_planned_size_has_its_power(rng):
    pilot = absolute(Totals.of(rng.normal(0, 3, 500)), Totals.of(rng.normal(0, 3, 500)))
    size = planned_size(0.2, pilot, 1000, LOOKS)
    drift = 0.2 / (pilot.se * math.sqrt(1000 / size))
    assert chance_found(drift, LOOKS)[-1] == pytest.approx(0.8, abs=0.002)
    assert chance_found(drift / math.sqrt(2), LOOKS)[-1] < 0.6
    assert planned_size(0.1, pilot, 1000, LOOKS) == pytest.approx(4 * size)
    with pytest.raises(ValueError, match="need no size"):
        planned_size(0.0, pilot, 1000, LOOKS)


def test_customers_who_stay_in_their_arms_are_read_by_information(rng):
    """Habits last, so each period tells less than the one before; totals are replaced, and the size is 1 / se^2."""
    runs, looks, n, by_information, as_new_customers = 300, 40, 80, 0, 0
    for _ in range(runs):
        habit = rng.gamma(1, 1, (2, n, 1))
        each = rng.poisson(habit, (2, n, looks)).astype(float)
        mean = np.cumsum(each, axis=2) / np.arange(1, looks + 1)
        found = [absolute(*(Totals.of(arm[:, look]) for arm in mean)) for look in range(looks)]
        by_information += any(always_valid(one, one.se**-2, found[-1].se ** -2).is_clear for one in found)
        rows = absolute(*(Totals.of(arm.ravel()) for arm in each))
        as_new_customers += always_valid(rows, 2 * n * looks, 2 * n * looks).is_clear
    assert by_information / runs < 0.05
    assert as_new_customers / runs > 0.1  # at the last look alone


def test_skewed_outcomes_of_a_small_group_need_the_cautious_error(rng):
    """A tenth of the customers, one in eight of whom buys: few buyers have a small mean and a small spread at once."""
    runs, found = 100, {False: 0, True: 0}
    for _ in range(runs):
        sums, seen = [Totals.of(np.zeros(1))] * 2, dict.fromkeys(found, False)
        for look in range(1, LOOKS + 1):
            new = [(rng.random(n) < 0.125) * rng.lognormal(2.7, 1.5, n) for n in (180, 20)]
            sums = [total + Totals.of(one) for total, one in zip(sums, new, strict=True)]
            for cautious in found:
                difference = absolute(*sums, cautious=cautious)
                seen[cautious] |= always_valid(difference, 200 * look, 200 * LOOKS).is_clear
        for cautious in found:
            found[cautious] += seen[cautious]
    assert found[True] <= 0.05 * runs
    assert found[False] > 0.06 * runs


def test_the_cautious_error_is_that_of_both_groups_together_or_of_each(rng):
    wide, narrow = rng.normal(5, 4, 900), rng.normal(5, 1, 100)
    plain, cautious = (absolute(Totals.of(wide), Totals.of(narrow), cautious=how) for how in (False, True))
    together = np.append(wide, narrow).var(ddof=1) * (1 / 900 + 1 / 100)
    assert cautious.se**2 == pytest.approx(together)
    assert cautious.value == plain.value
    treated, control = Totals.of(rng.normal(5, 1, 900)), Totals.of(rng.normal(5, 4, 100))
    assert absolute(treated, control, cautious=True) == absolute(treated, control)


@given(st.floats(-2, 2), st.floats(0.2, 3))
def test_a_cautious_share_is_no_surer_than_the_amount(mean, spread):
    """In standard errors, for gains and losses, and for a control that loses money."""
    rng = np.random.default_rng(2)
    treated, control = Totals.of(rng.normal(mean, spread, 90)), Totals.of(rng.normal(1, 3, 30) * math.copysign(1, mean))
    amount, share = absolute(treated, control, cautious=True), as_share(treated, control, cautious=True)
    assert abs(share.value / share.se) <= abs(amount.value / amount.se) * (1 + 1e-9)
    assert share.se >= as_share(treated, control).se


# Sample ratios.


def test_a_right_draw_is_hardly_ever_stopped(rng):
    stopped = 0
    for _ in range(400):
        counts = np.cumsum(rng.multinomial(500, [0.5, 0.3, 0.2], LOOKS), axis=0)
        stopped += any(always_valid_ratio(one, (0.5, 0.3, 0.2)) < 0.001 for one in counts.tolist())
    assert stopped <= 3


def test_a_wrong_draw_is_stopped(rng):
    counts = np.cumsum(rng.multinomial(2000, [0.52, 0.48], LOOKS), axis=0).tolist()
    found = [always_valid_ratio(one, (0.5, 0.5)) for one in counts]
    assert found[0] > 0.001
    assert found[-1] < 1e-6
    assert found[-1] == always_valid_ratio(counts[-1], (5, 5))


def test_a_group_that_should_be_empty_must_be_empty():
    assert always_valid_ratio((1, 500), (0.0, 1.0)) == 0.0
    assert always_valid_ratio((0, 500), (0.0, 1.0)) == 1.0
    assert always_valid_ratio((0, 0), (0.5, 0.5)) == 1.0
