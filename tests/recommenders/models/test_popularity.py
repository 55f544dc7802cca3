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


def test_who_is_of_a_segment_that_no_fitted_customer_has_gets_what_all_get():
    rows = [(customer, 10 if customer < 30 else 20, 99) for customer in range(50)]
    purchases = pl.DataFrame(rows, schema=["customer_id", "product_id", "order_day"], orient="row")
    names = ["young"] * 30 + ["aged"] * 10 + [None] * 10 + ["away", "youngest"]
    segments = pl.DataFrame({"customer_id": range(52), "segment": names})
    interactions = Interactions.build(purchases, 100, context=Context(segments=segments))
    bought = pl.DataFrame({"customer_id": [50, 51, 60], "product_id": 10, "order_day": 99, "value": None})
    histories, _ = interactions.histories(bought.with_columns(pl.col("value").cast(pl.Float64)))
    for prior in (0, 10):
        model = Popularity(prior_customers=prior).fit(interactions)
        away, youngest, unknown = model.score_histories(histories)
        np.testing.assert_array_equal(away, unknown)
        np.testing.assert_array_equal(youngest, unknown)


def test_segments_of_none_but_other_customers_change_nothing():
    purchases = pl.DataFrame({"customer_id": [1, 2, 3], "product_id": [10, 20, 20], "order_day": 99})
    segments = pl.DataFrame({"customer_id": [8, 9], "segment": ["a", "b"]})
    with_segments = Interactions.build(purchases, 100, context=Context(segments=segments))
    model, plain = Popularity().fit(with_segments), Popularity().fit(Interactions.build(purchases, 100))
    who = np.array([1, 2, 8, 9])
    np.testing.assert_array_equal(model.score(who), plain.score(who))
    np.testing.assert_array_equal(model.alike, plain.alike)
