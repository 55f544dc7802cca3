import numpy as np

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
