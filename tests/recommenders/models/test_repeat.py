import numpy as np
import polars as pl
import pytest

from offerloop.recommenders import Interactions, Repeat
from offerloop.testing import RecommenderContract


class TestRepeat(RecommenderContract):
    new_floor = 0.0  # knows nothing about products that were not bought

    def make(self):
        return Repeat()


def test_affinity_is_the_sum_of_decayed_purchase_days_plus_a_touch_of_popularity():
    rows = [(1, 10, 10), (1, 10, 55), (1, 20, 99), (2, 20, 99)]
    purchases = pl.DataFrame(rows, schema=["customer_id", "product_id", "order_day"], orient="row")
    model = Repeat(time_constant_days=45.0, popularity_weight=1e-3).fit(Interactions.build(purchases, 100))
    one, unknown = model.score(np.array([1, 7]))
    assert one[0] == pytest.approx(np.exp(-2) + np.exp(-1), abs=1e-3)
    assert one[1] == pytest.approx(np.exp(-1 / 45), abs=2e-3)
    assert unknown[1] == 1.0  # popularity, at most 1
    assert 0 < unknown[0] < unknown[1]
