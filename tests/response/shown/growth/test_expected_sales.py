"""What customers leave whatever is shown, and how widely it varies."""

import numpy as np
import pytest

from offerloop.response import NO_OFFER_TERMS, Evidence
from offerloop.response.shown.growth.expected_sales import ErrorVariance, ExpectedSales

WEEKS = 12


def seen(x, outcome, age=None):
    """Evidence of outcomes after nothing."""
    nothing = np.zeros(len(x), dtype=np.int64)
    return Evidence(x, nothing, outcome, np.ones((len(x), 1)), (NO_OFFER_TERMS,), age=age)


def expected_at(usual, points, age):
    """What is expected of customers with one feature each, so many days ago."""
    x = np.array(points)[:, None]
    return usual.mean * usual.over_mean(seen(x, np.zeros(len(x)), np.full(len(x), float(age))))


def test_what_is_expected_follows_features_and_is_not_below_zero():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(20_000, 2))
    y = np.maximum(1 + x[:, 0], 0) * rng.gamma(1.0, 10.0, len(x))
    usual = ExpectedSales.fit(seen(x, y))
    points = np.array([[-3.0, 0.0], [0.0, 0.0], [2.0, 0.0], [2.0, 1.0]])
    found = usual.over_mean(seen(points, np.zeros(4)))
    assert found[0] == 0
    assert found[2] > 1.8 * found[1]
    assert found[3] == pytest.approx(found[2], rel=0.1)
    assert usual.over_mean(seen(x, y)).mean() == pytest.approx(1.0)


def test_slopes_are_those_of_late_where_they_changed():
    rng = np.random.default_rng(1)
    week = np.repeat(np.arange(WEEKS), 4_000)
    x, slope = rng.normal(size=len(week)), np.linspace(10, 4, WEEKS)[week]
    age = 7.0 * (WEEKS - week)
    usual = ExpectedSales.fit(seen(x[:, None], 30 + slope * x + rng.normal(0, 10, len(x)), age))
    for days, expected in ((7, 4.0), (7 * WEEKS, 10.0)):
        low, middle, high = expected_at(usual, [-1.0, 0.0, 1.0], days)
        assert middle == pytest.approx(30, abs=1)
        assert (high - low) / 2 == pytest.approx(expected, abs=1)


def test_what_is_predicted_is_as_recent_as_the_latest_row():
    rng = np.random.default_rng(1)
    age = 60.0 + np.arange(20_000) % 2
    x = rng.normal(size=len(age))
    usual = ExpectedSales.fit(seen(x[:, None], 30 + 5 * x + rng.normal(0, 10, len(x)), age))
    points = [-2.0, 0.0, 2.0]
    assert expected_at(usual, points, 0) == pytest.approx(expected_at(usual, points, 60))
    assert expected_at(usual, points, 0) == pytest.approx([20, 30, 40], abs=1.5)


def test_variance_grows_as_errors_do():
    rng = np.random.default_rng(1)
    h = rng.gamma(1.0, 1.0, 50_000)
    found = ErrorVariance.fit(h, rng.normal(0, np.sqrt(4 + 9 * h**2))).of(h)
    at = np.abs(h - 2) < 0.1
    assert found[at].mean() == pytest.approx(4 + 9 * 4, rel=0.15)
    assert found[h < 0.05].mean() == pytest.approx(4, rel=0.2)


def test_one_order_of_a_thousand_times_the_usual_tells_nothing_of_others():
    rng = np.random.default_rng(1)
    h = rng.gamma(1.0, 1.0, 50_000)
    error = rng.normal(0, np.sqrt(0.1 + h + h**2))
    without = ErrorVariance.fit(h, error).of(h)
    error[np.argmin(np.abs(h - 0.1))] = 3_000.0
    assert ErrorVariance.fit(h, error).of(h) == pytest.approx(without, rel=0.5)


@pytest.mark.parametrize("times", [100, 1_000])
def test_one_customer_a_thousand_times_larger_does_not_make_others_alike(times):
    rng = np.random.default_rng(1)
    quarter = rng.lognormal(3, 1.2, 4_000)
    month = quarter * rng.gamma(1.0, 1.0, len(quarter))
    y = (quarter + month) / 2 * rng.gamma(0.5, 2.0, len(quarter))
    largest = times * quarter.mean() * np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 1.0], [1.0, 0.0]])
    x = np.concatenate([np.column_stack([quarter, month]), largest])
    rows = seen(x, np.concatenate([y, [1_000 * y.mean(), 0.0, 0.0, 0.0]]))
    expected = ExpectedSales.fit(rows).over_mean(rows)[: len(y)]
    fifth = np.argsort(np.argsort(quarter + month)) * 5 // len(y)
    least, most = (expected[fifth == one].mean() / y[fifth == one].mean() for one in (0, 4))
    assert most / least == pytest.approx(1, rel=0.6)


def test_customers_without_any_purchase_have_a_variance_above_zero():
    assert ErrorVariance.fit(np.ones(10), np.zeros(10)).of(np.ones(10)).min() > 0
