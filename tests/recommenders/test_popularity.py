import numpy as np
import polars as pl

from offerloop.recommenders.interactions import Interactions
from offerloop.recommenders.popularity import Popularity
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
    assert int(ten) == 1
    assert int(twenty) == 2


def test_only_the_last_28_days_count_and_older_buyers_break_ties():
    old = [(1, 10, 71), (2, 10, 71), (3, 20, 71)]
    ten, twenty, thirty = scores_of([*old, (1, 30, 72)])
    assert thirty > 1
    assert 1 > ten > twenty > 0
