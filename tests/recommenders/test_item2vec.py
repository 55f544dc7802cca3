import numpy as np
import polars as pl
import pytest

from offerloop.recommenders.interactions import Interactions
from offerloop.recommenders.item2vec import Item2Vec, basket_lift
from offerloop.testing import RecommenderContract


class TestItem2Vec(RecommenderContract):
    new_floor = 0.0  # all products of a colour have one vector but for luck

    def make(self):
        return Item2Vec(epochs=100)


@pytest.fixture(scope="module")
def interactions():
    """Baskets of one tea (0 or 1), its cup (2), one milk (3 or 4) and its cereal (5), the two kinds never together."""
    rng = np.random.default_rng(1)
    rows = []
    for basket in range(600):
        bought = (int(rng.integers(2)), 2) if basket % 2 else (3 + int(rng.integers(2)), 5)
        rows += [(basket % 50, product, basket) for product in (*bought, 6 + int(rng.integers(20)))]
    purchases = pl.DataFrame(rows, schema=["customer_id", "product_id", "order_day"], orient="row")
    return Interactions.build(purchases, 601)


@pytest.fixture(scope="module")
def model(interactions):
    return Item2Vec(embedding_size=16, epochs=30).fit(interactions)


@pytest.mark.parametrize("product, other", [(0, 1), (1, 0), (3, 4), (4, 3)])
def test_substitutes_are_bought_with_the_same_things_and_not_together(model, product, other):
    assert model.relations(product, "substitutes").argmax() == other


@pytest.mark.parametrize("product, goes_with", [(0, 2), (1, 2), (3, 5), (4, 5)])
def test_complements_are_bought_together(model, product, goes_with):
    assert model.relations(product, "complements").argmax() == goes_with


def test_nothing_is_related_to_itself(model):
    for relation in ("similar", "substitutes", "complements"):
        assert model.relations(2, relation)[2] == -np.inf


def test_lift_by_hand():
    rows = [(1, 10, 1), (1, 20, 1), (1, 10, 2), (2, 20, 1), (2, 30, 1), (3, 30, 5)]
    purchases = pl.DataFrame(rows, schema=["customer_id", "product_id", "order_day"], orient="row")
    lift = basket_lift(Interactions.build(purchases, 10), 0)
    np.testing.assert_allclose(lift, [2 * 4 / (2 * 2), 1 * 4 / (2 * 2), 0.0])


def test_another_seed_gives_other_vectors(interactions):
    one, two = (Item2Vec(epochs=2, rng=rng).fit(interactions).vectors for rng in (0, 1))
    assert not np.array_equal(one, two)
