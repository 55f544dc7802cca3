import numpy as np
import polars as pl

from offerloop.recommenders import Context, Interactions, Popularity
from offerloop.testing import RecommenderContract


class TestPopularity(RecommenderContract):
    repeat_floor = 0.5  # one ranking for both colours
    new_floor = 0.0  # every product has as many buyers as any other

    def make(self):
        return Popularity()


def scores_of(rows):
    purchases = pl.DataFrame(rows, schema=["customer_id", "product_id", "order_day"], orient="row")
    return Popularity().fit(Interactions.build(purchases, 100)).score(np.array([1]))[0]


def test_distinct_buyers_count_not_purchases():
    often_by_one = [(1, 10, day) for day in range(90, 100)]
    once_by_two = [(2, 20, 99), (3, 20, 99)]
    ten, twenty = scores_of(often_by_one + once_by_two)
    assert 1 / 3 <= ten < 2 / 3 <= twenty < 1  # of three customers


def test_only_the_last_28_days_count_and_older_buyers_break_ties():
    old = [(1, 10, 71), (2, 10, 71), (3, 20, 71)]
    ten, twenty, thirty = scores_of([*old, (1, 30, 72)])
    assert thirty > 1 / 3 > ten > twenty > 0


def test_a_segment_that_differs_gets_its_own_ranking_and_others_that_of_all():
    rows = [(customer, 10 if customer < 30 else 20, 99) for customer in range(100)]
    segments = pl.DataFrame({"customer_id": range(50), "segment": ["young"] * 30 + ["old"] * 20})
    purchases = pl.DataFrame(rows, schema=["customer_id", "product_id", "order_day"], orient="row")
    interactions = Interactions.build(purchases, 100, context=Context(segments=segments))
    young, old, unknown = Popularity(prior_customers=10).fit(interactions).score(np.array([3, 33, 77]))
    assert young[0] > young[1]
    assert old[1] > unknown[1] > unknown[0] > old[0]


def test_a_prior_draws_small_segments_to_all():
    rows = [(customer, 10 if customer == 0 else 20, 99) for customer in range(100)]
    segments = pl.DataFrame({"customer_id": [0], "segment": ["alone"]})
    purchases = pl.DataFrame(rows, schema=["customer_id", "product_id", "order_day"], orient="row")
    interactions = Interactions.build(purchases, 100, context=Context(segments=segments))
    alone = Popularity().fit(interactions).score(np.array([0]))[0]
    assert alone[1] > alone[0]
