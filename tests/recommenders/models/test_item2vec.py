import numpy as np
import polars as pl
import pytest

from offerloop.recommenders import Interactions, Item2Vec
from offerloop.testing import RecommenderContract, checkerboard


class TestItem2Vec(RecommenderContract):
    new_floor = 0.0  # all products of a colour have one vector but for luck

    def make(self):
        return Item2Vec(epochs=100)


def test_another_seed_gives_other_vectors():
    interactions = Interactions.build(checkerboard(), 100)
    one, two = (Item2Vec(epochs=2, rng=rng).fit(interactions).vectors for rng in (0, 1))
    assert not np.array_equal(one, two)


@pytest.mark.parametrize("n_products", [8, 12])
def test_few_products_that_are_bought_together_are_alike(n_products):
    rng, half = np.random.default_rng(0), n_products // 2
    rows = [
        (who, int(product) + half * int(day % 2), int(day))
        for who in range(400)
        for day in rng.choice(90, 10, replace=False)
        for product in rng.choice(half, 2, replace=False)
    ]
    purchases = pl.DataFrame(rows, schema=["customer_id", "product_id", "order_day"], orient="row")
    vectors = Item2Vec().fit(Interactions.build(purchases, 100)).vectors
    cosines = vectors @ vectors.T
    within = (cosines[:half, :half].sum() - half) / (half * (half - 1))
    assert within > cosines[:half, half:].mean() + 0.1
