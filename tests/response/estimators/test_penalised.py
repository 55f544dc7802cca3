import numpy as np
from hypothesis import given
from hypothesis import strategies as st

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
