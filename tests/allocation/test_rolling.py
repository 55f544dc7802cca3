"""The price at which the customers who came lately spend what each may cost."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from offerloop.allocation.rolling import RollingSample


def spend(profit, cost, price):
    """By the decision rule; the highest of offers that are equally good."""
    net = profit - price * cost
    best = np.maximum(net.max(axis=1, keepdims=True), 0)
    return np.where(net >= best - 1e-9, cost, 0).max(axis=1, initial=0).sum()


@settings(max_examples=100, deadline=None)
@given(
    arrays(np.int64, (6, 3), elements=st.integers(-5, 20)), arrays(np.int64, (6, 3), elements=st.integers(0, 9)),
    st.floats(0, 12),
)  # fmt: skip
def test_price_is_where_the_sample_stops_to_fit(profit, cost, each):
    sample = RollingSample(6)
    sample.add(np.full((9, 3), 99.0), np.full((9, 3), 99))
    sample.add(profit[:2].astype(float), cost[:2])
    sample.add(profit[2:].astype(float), cost[2:])
    price = sample.price(each)
    assert spend(profit, cost, price + 1e-6) <= 6 * each
    assert price == 0 or spend(profit, cost, price) > 6 * each
