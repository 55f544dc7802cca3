"""What customers leave whatever is shown, how widely it varies, and how much of their differences is believed."""

import numpy as np
import pytest

from offerloop.response.usual import Usual, noise, supported


def test_what_is_expected_follows_features_and_is_not_below_zero():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(20_000, 2))
    y = np.maximum(1 + x[:, 0], 0) * rng.gamma(1.0, 10.0, len(x))
    usual = Usual.fit(x, y)
    found = usual.over_mean(np.array([[-3.0, 0.0], [0.0, 0.0], [2.0, 0.0], [2.0, 1.0]]))
    assert found[0] == 0
    assert found[2] > 1.8 * found[1]
    assert found[3] == pytest.approx(found[2], rel=0.1)
    assert usual.over_mean(x).mean() == pytest.approx(1.0)


def test_variance_grows_as_errors_do():
    rng = np.random.default_rng(1)
    h = rng.gamma(1.0, 1.0, 50_000)
    found = noise(h, rng.normal(0, np.sqrt(4 + 9 * h**2)))
    at = np.abs(h - 2) < 0.1
    assert found[at].mean() == pytest.approx(4 + 9 * 4, rel=0.15)
    assert found[h < 0.05].mean() == pytest.approx(4, rel=0.2)


def test_customers_without_any_purchase_have_a_variance_above_zero():
    assert (noise(np.ones(10), np.zeros(10)) > 0).all()


def regression(slopes, seed, n=4_000):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, len(slopes)))
    return x, x @ slopes + rng.normal(0, 10, n), np.full(n, 100.0)


def test_of_mere_luck_little_is_kept():
    left = [np.square(supported(*regression(np.zeros(6), seed), np.arange(4_000))).sum() for seed in range(20)]
    assert np.mean(left) < 6 * 100 / 4_000 / 2  # half of what the estimates themselves are off by
    assert np.mean(np.array(left) == 0) > 0.3


def test_what_is_sure_is_kept():
    slopes = np.array([2.0, -2.0, 0.0, 0.0])
    np.testing.assert_allclose(supported(*regression(slopes, 1), np.arange(4_000)), slopes, atol=0.5)


def test_rows_of_one_customer_are_not_taken_for_many():
    """What ten customers did a hundred times is no more than ten observations."""
    rng = np.random.default_rng(1)
    kept = {"rows": 0, "customers": 0}
    for _ in range(30):
        customer = np.repeat(np.arange(10), 100)
        x = rng.normal(size=(10, 1))[customer]
        y = rng.normal(size=10)[customer] + rng.normal(0, 0.1, 1_000)
        for name, whose in (("rows", np.arange(1_000)), ("customers", customer)):
            kept[name] += np.abs(supported(x, y, np.ones(1_000), whose)).sum()
    assert kept["customers"] < 0.7 * kept["rows"]
