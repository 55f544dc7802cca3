import numpy as np
import polars as pl
import pytest

from offerloop.recommenders import TIFUKNN, Interactions
from offerloop.testing import RecommenderContract


class TestTIFUKNN(RecommenderContract):
    is_fold_in_exact = False  # a known customer is no neighbour of their own, a stranger has a twin

    def make(self):
        return TIFUKNN(neighbours=5)


def interactions_of(rows):
    purchases = pl.DataFrame(rows, schema=["customer_id", "product_id", "order_day"], orient="row")
    return Interactions.build(purchases, 100)


def test_frequencies_done_by_hand():
    """Five baskets in groups of two from the latest back: {10} | {10}, {20} | {10, 20}, {20}."""
    rows = [(1, 10, 50), (1, 10, 60), (1, 20, 70), (1, 10, 80), (1, 20, 80), (1, 20, 90)]
    interactions = interactions_of(rows)
    model = TIFUKNN(group_size=2, basket_decay=0.5, group_decay=0.1)
    ten = (0.5 / 2 + 0.1 * 0.5 / 2 + 0.01 * 1.0) / 3
    twenty = ((1.0 + 0.5) / 2 + 0.1 * 1.0 / 2) / 3
    np.testing.assert_allclose(model.frequencies(interactions).toarray(), [[ten, twenty]], rtol=1e-6)


def test_nearest_customers_lend_their_purchases():
    twins = [(1, 10, 99), (1, 20, 99), (2, 10, 99), (2, 20, 99), (2, 30, 99)]
    others = [(customer, 40, 99) for customer in range(3, 9)]
    scores = TIFUKNN(neighbours=1).fit(interactions_of(twins + others)).score(np.array([1]))[0]
    assert scores[2] > scores[3] == 0


def test_an_own_weight_of_one_leaves_the_neighbours_out():
    rows = [(1, 10, 99), (2, 10, 99), (2, 20, 99)]
    interactions = interactions_of(rows)
    alone = TIFUKNN(own_weight=1.0).fit(interactions)
    np.testing.assert_allclose(alone.score(np.array([1, 2])), alone.frequencies(interactions).toarray())


@pytest.mark.parametrize("most", [2, 5])
def test_neighbours_come_from_the_customers_that_were_drawn(most):
    rows = [(customer, product, 99) for customer in range(10) for product in (1, 10 + customer)]
    scores = TIFUKNN(max_customers=most, neighbours=10, own_weight=0.0).fit(interactions_of(rows)).score(np.array([77]))
    again = TIFUKNN(max_customers=most, neighbours=10, own_weight=0.0).fit(interactions_of(rows))
    lent = again.score_histories(interactions_of(rows).of([0]).add(0, 0))
    assert (lent[0, 1:] > 0).sum() <= most
    assert np.isfinite(scores).all()
