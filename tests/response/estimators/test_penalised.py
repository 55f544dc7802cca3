import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from offerloop.response.estimators import penalised
from offerloop.response.estimators.penalised import PENALTIES, least_left_out


@given(st.integers(0, 50))
def test_the_penalty_is_the_one_that_leaving_each_row_out_finds(seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(25, 3)) * [1, 5, 0.2]
    y = x @ rng.normal(size=3) * rng.choice([0, 0.2]) + rng.normal(size=25)
    scale = np.sqrt((x * x).mean(axis=0))
    z = x / scale

    def slopes(rows, penalty):
        return np.linalg.solve(z[rows].T @ z[rows] + penalty * np.eye(3), z[rows].T @ y[rows])

    everyone = np.arange(25)
    losses = [
        sum((y[i] - z[i] @ slopes(np.delete(everyone, i), penalty)) ** 2 for i in everyone) for penalty in PENALTIES
    ]
    best = PENALTIES[int(np.argmin(losses))]
    both = least_left_out(x, np.column_stack([y, np.zeros(25)]))
    np.testing.assert_allclose(both[:, 0], slopes(everyone, best) / scale, rtol=1e-6, atol=1e-9)
    np.testing.assert_array_equal(both[:, 1], 0)


def test_columns_times_factors_need_not_be_written_out():
    rng = np.random.default_rng(1)
    x, factor, y = rng.normal(size=(9_000, 3)), rng.normal(size=(9_000, 2)), rng.normal(size=(9_000, 2))
    x[:, 1] = 0
    y[:, 0] += 0.2 * x[:, 0] * factor[:, 1]
    whole = (factor[:, :, None] * x[:, None, :]).reshape(len(x), -1)
    slopes = least_left_out(x, y, factor)
    np.testing.assert_allclose(slopes, least_left_out(whole, y), rtol=1e-9)
    assert slopes[3, 0] > 0.1
    np.testing.assert_array_equal(slopes[[1, 4]], 0)


def test_rows_that_are_looked_at_together_change_nothing(monkeypatch):
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(100, 4)) + 3, rng.normal(size=(100, 2))
    x[:, 2] = 7
    y += x[:, :1]
    whole, scale = least_left_out(x, y), penalised.spread(x)
    monkeypatch.setattr(penalised, "BLOCK", 7)
    np.testing.assert_allclose(least_left_out(x, y), whole, rtol=1e-9)
    np.testing.assert_allclose(penalised.spread(x), scale, rtol=1e-12)
    np.testing.assert_allclose(scale[[0, 1, 3]], x.std(axis=0)[[0, 1, 3]], rtol=1e-12)
    assert scale[2] == np.inf
