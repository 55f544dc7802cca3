import numpy as np
import pytest

from offerloop.response.estimators.calibration import CalibrationLine, logistic


@pytest.mark.parametrize("kind", ["binary", "count", "amount"])
def test_a_line_undoes_what_was_done_to_predictions(kind):
    rng = np.random.default_rng(1)
    eta = rng.normal(size=50_000)
    mean = {"binary": logistic(eta), "count": np.exp(eta), "amount": eta}[kind]
    noisy = {"binary": rng.binomial(1, logistic(eta)), "count": rng.poisson(np.exp(eta)), "amount": rng.normal(eta)}
    y = noisy[kind].astype(float)
    found = CalibrationLine.fitted((eta - 0.7) / 1.6, y, kind)
    assert found.slope == pytest.approx(1.6, abs=0.08)
    assert found.intercept == pytest.approx(0.7, abs=0.08)
    np.testing.assert_allclose(found.applied((eta - 0.7) / 1.6).mean(), mean.mean(), rtol=0.02, atol=0.02)


@pytest.mark.parametrize("kind", ["binary", "count", "amount"])
@pytest.mark.parametrize(("slope", "bound"), [(4.0, 2.0), (-1.0, 0.0)])
def test_predictions_are_right_on_average_where_the_slope_is_at_its_bound(kind, slope, bound):
    rng = np.random.default_rng(2)
    raw = rng.normal(-2.94, 0.3, 50_000)
    eta = -2.94 + slope * (raw + 2.94)
    y = {"binary": rng.binomial(1, logistic(eta)), "count": rng.poisson(np.exp(eta)), "amount": rng.normal(eta)}[kind]
    found = CalibrationLine.fitted(raw, y.astype(float), kind)
    assert found.slope == bound
    assert found.applied(raw).mean() == pytest.approx(y.mean(), rel=0.01)


def test_predictions_that_say_nothing_are_left_as_they_are():
    assert CalibrationLine.fitted(np.zeros(10), np.arange(10.0), "amount") == CalibrationLine("amount")
    assert CalibrationLine.fitted(np.arange(10.0), np.zeros(10), "binary") == CalibrationLine("binary")
