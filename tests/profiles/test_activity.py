"""The model of repeat buying against customers who behave as it says."""

import numpy as np
import pytest

from offerloop.profiles import activity
from offerloop.profiles.activity import Activity

TRUTH = Activity(r=0.9, alpha=20.0, a=1.4, b=4.0)
NEXT = 28


def simulate(model, size, seed):
    """(repeats, last, age, still active, purchases in the NEXT days) of customers drawn from the model."""
    rng = np.random.default_rng(seed)
    rate, stop = rng.gamma(model.r, 1 / model.alpha, size), rng.beta(model.a, model.b, size)
    age = rng.integers(100, 400, size).astype(float)
    clock, last, repeats, following = np.zeros(size), np.zeros(size), np.zeros(size), np.zeros(size)
    active = np.ones(size, dtype=bool)  # after the purchases so far
    active_now = np.ones(size, dtype=bool)
    going = np.ones(size, dtype=bool)
    while going.any():
        clock = clock + rng.exponential(1 / rate)
        inside, after = going & (clock <= age), going & (clock > age) & (clock <= age + NEXT)
        repeats, last, following = repeats + inside, np.where(inside, clock, last), following + after
        active = active & (rng.random(size) >= stop)
        active_now = np.where(inside, active, active_now)
        going = active & (clock <= age + NEXT)
    return repeats, last, age, active_now, following


@pytest.fixture(scope="module")
def customers():
    return simulate(TRUTH, 60_000, seed=3)


def test_the_parameters_are_recovered(customers):
    repeats, last, age, *_ = customers
    found = Activity.fit(repeats, last, age)
    assert (found.r, found.alpha) == pytest.approx((TRUTH.r, TRUTH.alpha), rel=0.05)
    assert found.a / (found.a + found.b) == pytest.approx(TRUTH.a / (TRUTH.a + TRUTH.b), rel=0.05)
    assert (found.a, found.b) == pytest.approx((TRUTH.a, TRUTH.b), rel=0.15)


def test_of_many_customers_some_are_enough(customers, monkeypatch):
    repeats, last, age, *_ = customers
    monkeypatch.setattr(activity, "MOST_FITTED", 25_000)  # every third of 60,000
    some = Activity.fit(repeats, last, age)
    assert some == Activity.fit(repeats[::3], last[::3], age[::3])
    assert (some.r, some.alpha) == pytest.approx((TRUTH.r, TRUTH.alpha), rel=0.1)


def groups(repeats, last, age):
    """Customers with about the same history."""
    silent = np.digitize((age - last) / age, [0.1, 0.3, 0.6])
    return [
        chosen for n in range(8) for quarter in range(4) if (chosen := (repeats == n) & (silent == quarter)).sum() > 200
    ]


def z(observed, expected, variance):
    """Mean of `observed` less that of `expected`, in standard errors; 0 where both are certain."""
    error = np.sqrt(variance / len(observed))
    return abs(np.mean(observed - expected)) / max(error, 1e-12)


def test_the_chance_of_being_active_is_how_many_are(customers):
    repeats, last, age, active, _ = customers
    chance = TRUTH.p_active(repeats, last, age)
    assert ((chance >= 0) & (chance <= 1)).all()
    apart = [
        z(active[one], chance[one], np.mean(chance[one] * (1 - chance[one]))) for one in groups(repeats, last, age)
    ]
    assert len(apart) >= 25
    assert max(apart) < 3.5


def test_the_expected_purchases_are_the_mean_of_those_that_follow(customers):
    repeats, last, age, _, following = customers
    expected = TRUTH.expected(NEXT, repeats, last, age)
    for one in [*groups(repeats, last, age), np.full(len(age), fill_value=True)]:
        variance = max(np.var(following[one] - expected[one]), np.mean(expected[one]))  # at least a Poisson's
        assert z(following[one], expected[one], variance) < 3.5


def test_who_never_came_back_has_not_been_seen_to_stop():
    assert TRUTH.p_active(np.array([0.0]), np.array([0.0]), np.array([300.0])).tolist() == [1.0]


def test_longer_silence_makes_activity_less_likely():
    age = np.array([60.0, 100.0, 200.0, 400.0])
    chance = TRUTH.p_active(np.full(4, 5.0), np.full(4, 50.0), age)
    assert (np.diff(chance) < 0).all()


def test_no_days_bring_no_purchases_and_more_days_more():
    history = (np.array([0.0, 5.0]), np.array([0.0, 80.0]), np.array([90.0, 90.0]))
    counts = [TRUTH.expected(days, *history) for days in (0, 7, 28, 280)]
    assert counts[0] == pytest.approx([0, 0], abs=1e-12)
    assert (np.diff(counts, axis=0) > 0).all()


def test_nothing_breaks_where_the_formula_divides_by_zero():
    history = (np.array([0.0, 5.0]), np.array([0.0, 80.0]), np.array([90.0, 90.0]))
    below, at, above = (Activity(1.0, 10.0, a, 2.0).expected(NEXT, *history) for a in (0.999, 1.0, 1.001))
    assert at == pytest.approx((below + above) / 2, rel=1e-4)


def test_a_fit_on_customers_of_one_day_gives_finite_answers():
    nobody, age = np.zeros(10), np.arange(1.0, 11.0)
    found = Activity.fit(nobody, nobody, age).expected(NEXT, nobody, nobody, age)
    assert np.isfinite(found).all()
    assert (found >= 0).all()


def constant_rates(size, seed):
    """(repeats, last, age) of customers none of whom ever stops."""
    rng = np.random.default_rng(seed)
    rate, age = rng.gamma(2.0, 1 / 60, size), rng.integers(100, 400, size).astype(float)
    repeats = rng.poisson(rate * age).astype(float)
    last = np.where(repeats > 0, age * rng.random(size) ** (1 / np.maximum(repeats, 1)), 0.0)
    return repeats, last, age


@pytest.mark.parametrize("seed", range(3))
def test_customers_who_never_stop_do_not_identify_the_model(seed):
    history = constant_rates(400, seed)
    assert not Activity.fit(*history).is_identified(*history)


@pytest.mark.parametrize("truth", [TRUTH, Activity(2.0, 60.0, 0.5, 9.5), Activity(0.3, 40.0, 1.0, 3.0)])
def test_customers_who_stop_do(truth):
    history = simulate(truth, 400, seed=1)[:3]
    assert Activity.fit(*history).is_identified(*history)


def test_a_fit_to_which_absence_tells_nothing_is_not_identified(customers):
    """Most customers stop at once or never: of those with two repeats or more nobody counts as gone, however long."""
    repeats, last, age, *_ = customers
    assert not Activity(0.9, 20.0, 1e-9, 4.0).is_identified(repeats, last, age)
    nobody = np.zeros(10)
    assert not TRUTH.is_identified(nobody, nobody, np.arange(1.0, 11.0))
