"""Values of given ranks by counts of bins."""

import narwhals as nw
import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from offerloop.engine import order_statistics

SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)


@given(st.lists(st.floats(-1e9, 1e9) | st.sampled_from([0.0, 7.0, 1e-300]), min_size=1, max_size=50))
def test_ranks_are_those_of_numpy(numbers):
    frame = nw.from_native(pl.LazyFrame({"x": [*numbers, None]}, schema={"x": pl.Float64}))
    found = order_statistics(frame, nw.col("x"), SHARES)
    assert found == list(np.quantile(numbers, SHARES, method="lower"))
