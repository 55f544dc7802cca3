import numpy as np
import polars as pl

from offerloop.recommenders.interactions import Interactions
from offerloop.recommenders.item_knn import ItemKNN
from offerloop.testing import RecommenderContract


class TestItemKNN(RecommenderContract):
    def make(self):
        return ItemKNN()


PURCHASES = pl.DataFrame(
    [(1, 10), (1, 20), (2, 10), (2, 20), (3, 10), (3, 30), (4, 40)], schema=["customer_id", "product_id"], orient="row"
).with_columns(order_day=pl.lit(99, pl.Int64))


def test_similarity_is_the_cosine_over_customers():
    model = ItemKNN().fit(Interactions.build(PURCHASES, 100))
    expected = [[0, 2 / 6**0.5, 1 / 3**0.5, 0], [2 / 6**0.5, 0, 0, 0], [1 / 3**0.5, 0, 0, 0], [0, 0, 0, 0]]
    np.testing.assert_allclose(model.similarity.toarray(), expected, atol=1e-6)


def test_only_the_nearest_neighbours_count():
    model = ItemKNN(neighbours=1).fit(Interactions.build(PURCHASES, 100))
    assert model.similarity.toarray()[0].nonzero()[0].tolist() == [1]


def test_popularity_orders_what_is_like_nothing_bought():
    scores = ItemKNN().fit(Interactions.build(PURCHASES, 100)).score(np.array([4]))[0]
    assert scores[0] > scores[1] > scores[2] > 0
