import numpy as np

from offerloop.recommenders import ALS, Interactions
from offerloop.testing import RecommenderContract, checkerboard


class TestALS(RecommenderContract):
    def make(self):
        return ALS(embedding_size=8)


def test_threads_do_not_change_the_answer_but_the_seed_does():
    interactions = Interactions.build(checkerboard(200), 100)
    customers = interactions.customers

    def scores(threads, rng):
        return ALS(embedding_size=16, threads=threads, rng=rng).fit(interactions).score(customers)

    np.testing.assert_array_equal(scores(1, 0), scores(4, 0))
    assert not np.array_equal(scores(1, 0), scores(1, 1))


def test_a_purchase_weighs_more_the_larger_alpha_is():
    interactions = Interactions.build(checkerboard(20), 100)

    def misfit(alpha):
        affinities = ALS(embedding_size=2, reg=5.0, alpha=alpha).fit(interactions).score(interactions.customers)
        return np.abs(1 - affinities[interactions.rows, interactions.columns]).mean()

    assert misfit(2.0) < misfit(0.5)
