import numpy as np
import polars as pl

from offerloop.recommenders import Interactions, ItemKNN
from offerloop.testing import RecommenderContract


class TestItemKNN(RecommenderContract):
    def make(self):
        return ItemKNN()


PURCHASES = pl.DataFrame(
    [(1, 10), (1, 20), (2, 10), (2, 20), (3, 10), (3, 30), (4, 40)], schema=["customer_id", "product_id"], orient="row"
).with_columns(order_day=pl.lit(99, pl.Int64))


def test_similarity_is_the_cosine_over_customers():
    model = ItemKNN().fit(Interactions.build(PURCHASES, 100))
    expected = [[1, 2 / 6**0.5, 1 / 3**0.5, 0], [2 / 6**0.5, 1, 0, 0], [1 / 3**0.5, 0, 1, 0], [0, 0, 0, 1]]
    np.testing.assert_allclose(model.similarity.toarray(), expected, atol=1e-6)


def test_only_the_nearest_neighbours_count():
    model = ItemKNN(neighbours=1).fit(Interactions.build(PURCHASES, 100))
    assert model.similarity.toarray()[0].nonzero()[0].tolist() == [0, 1]


def test_popularity_orders_what_is_like_nothing_bought():
    scores = ItemKNN().fit(Interactions.build(PURCHASES, 100)).score(np.array([4]))[0]
    assert scores[0] > scores[1] > scores[2] > 0


def test_what_is_bought_often_ranks_before_what_goes_with_it():
    rows = [(who, product, day) for who in range(6) for product in (10, 20) for day in (10, 20, 30)]
    alone = [(who, 20, day) for who in range(6) for day in (40, 50)]
    often = [(7, 30, day) for day in (15, 25, 35)] + [(7, 10, 30)]
    purchases = pl.DataFrame(rows + alone + often, schema=["customer_id", "product_id", "order_day"], orient="row")
    scores = ItemKNN().fit(Interactions.build(purchases, 100)).score(np.array([7]), np.array([30, 10, 20]))[0]
    assert scores[0] > scores[1] > scores[2] > 0


def test_a_product_is_like_itself_however_many_others_are_as_near():
    rows = [(who, product, 90) for who in range(10) for product in range(40)]
    purchases = pl.DataFrame(rows, schema=["customer_id", "product_id", "order_day"], orient="row")
    model = ItemKNN().fit(Interactions.build(purchases, 100))
    np.testing.assert_allclose(model.similarity.diagonal(), 1, rtol=1e-6)
