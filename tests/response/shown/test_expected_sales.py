"""What customers leave whatever is shown, and how widely it varies."""

import numpy as np
import pytest

from offerloop.response import NO_OFFER_TERMS, Evidence
from offerloop.response.shown.expected_sales import ExpectedSales, noise


def test_what_is_expected_follows_features_and_is_not_below_zero():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(20_000, 2))
    y = np.maximum(1 + x[:, 0], 0) * rng.gamma(1.0, 10.0, len(x))
    nothing = np.zeros(len(x), dtype=np.int64)
    usual = ExpectedSales.fit(Evidence(x, nothing, y, np.ones((len(x), 1)), (NO_OFFER_TERMS,)))
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


def test_one_order_of_a_thousand_times_the_usual_tells_nothing_of_others():
    rng = np.random.default_rng(1)
    h = rng.gamma(1.0, 1.0, 50_000)
    error = rng.normal(0, np.sqrt(0.1 + h + h**2))
    without = noise(h, error)
    error[np.argmin(np.abs(h - 0.1))] = 3_000.0
    assert noise(h, error) == pytest.approx(without, rel=0.5)


def test_customers_without_any_purchase_have_a_variance_above_zero():
    assert (noise(np.ones(10), np.zeros(10)) > 0).all()
