from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from offerloop.recommenders import Assortment, Interactions, Popularity, Repeat, top
from offerloop.recommenders.top_columns import best
from offerloop.testing import checkerboard

PURCHASES = pl.DataFrame(
    [(1, 10, 99), (1, 20, 99), (2, 20, 99), (3, 30, 99), (4, 20, 99), (4, 10, 99), (4, 30, 99), (4, 40, 99)],
    schema=["customer_id", "product_id", "order_day"],
    orient="row",
)


@pytest.fixture
def interactions():
    return Interactions.build(PURCHASES, 100)


def products_of(table, customer):
    return table.filter(customer_id=customer)["product_id"].to_list()


def test_columns_and_types(interactions):
    table = top(Popularity().fit(interactions), interactions, "repeat", 2, np.array([1]))
    assert table.schema == {
        "customer_id": pl.Int64,
        "product_id": pl.Int64,
        "task": pl.String,
        "rank": pl.Int64,
        "affinity": pl.Float64,
        "source": pl.String,
        "reason": pl.String,
    }
    assert table.select("product_id", "task", "rank", "source").rows() == [
        (20, "repeat", 1, "popularity"),
        (10, "repeat", 2, "popularity"),
    ]


def test_own_purchases_come_first_and_the_list_is_filled_up(interactions):
    table = top(Repeat().fit(interactions), interactions, "repeat", 3, np.array([3, 1, 99]))
    assert table["customer_id"].unique(maintain_order=True).to_list() == [3, 1, 99]
    assert products_of(table, 3) == [30, 20, 10]
    assert products_of(table, 1) == [20, 10, 30]
    assert products_of(table, 99) == [20, 10, 30]


def test_new_never_shows_what_was_bought_and_ends_when_nothing_is_left(interactions):
    table = top(Popularity().fit(interactions), interactions, "new", 3, np.array([1, 2, 4, 99]))
    assert products_of(table, 1) == [30, 40]
    assert products_of(table, 2) == [10, 30, 40]
    assert products_of(table, 4) == []
    assert products_of(table, 99) == [20, 10, 30]


def test_no_customers_give_an_empty_table_of_the_same_shape(interactions):
    model = Popularity().fit(interactions)
    table = top(model, interactions, "new", 3, interactions.customers[:0])
    assert table.is_empty()
    assert table.schema == top(model, interactions, "new", 3, interactions.customers).schema


def test_batches_do_not_change_the_table():
    interactions = Interactions.build(checkerboard(), 100)
    model = Repeat().fit(interactions)
    whole = top(model, interactions, "new", 7, interactions.customers)
    assert whole.equals(top(model, interactions, "new", 7, interactions.customers, batch=3))


def test_text_ids_stay_text():
    text = PURCHASES.with_columns(pl.col("customer_id", "product_id").cast(pl.String))
    interactions = Interactions.build(text, 100)
    table = top(Repeat().fit(interactions), interactions, "repeat", 1, pl.Series(["3", "absent"]))
    assert table.select("customer_id", "product_id").rows() == [("3", "30"), ("absent", "20")]


@given(
    arrays.arrays(
        np.float32,
        st.tuples(st.integers(1, 4), st.integers(1, 400)),
        elements=st.sampled_from([-np.inf, -1.5, 0.0, 0.25, 1.0, 2.0]),
        fill=st.sampled_from([0.0, 1.0]),
    ),
    st.integers(1, 12),
)
def test_best_is_a_stable_sort_cut_at_k(scores, k):
    expected = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    np.testing.assert_array_equal(best(scores, k), expected)


def test_best_of_many_different_scores():
    scores = np.random.default_rng(0).normal(size=(50, 3_000)).astype(np.float32)
    np.testing.assert_array_equal(best(scores, 20), np.argsort(-scores, axis=1, kind="stable")[:, :20])


@pytest.mark.parametrize("task", ["repeat", "new"])
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 12)), min_size=1), st.integers(1, 6), st.data())
def test_a_ranking_that_all_share_gives_what_everybodys_own_gives(task, pairs, k, data):
    rows = [(customer, product, 99) for customer, product in pairs]
    interactions = Interactions.build(pl.DataFrame(rows, schema=PURCHASES.schema, orient="row"), 100)
    model, assortment = Popularity().fit(interactions), Assortment.of(interactions)
    assortment = replace(assortment, allowed=data.draw(arrays.arrays(bool, interactions.n_products)))
    shared = top(model, interactions, task, k, np.arange(11), assortment)
    model.alike = None
    assert shared.equals(top(model, interactions, task, k, np.arange(11), assortment))
