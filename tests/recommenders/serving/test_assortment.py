import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from offerloop.recommenders import Assortment, BusinessRules, Context, Interactions, ItemKNN, Popularity, Repeat, top
from offerloop.recommenders.serving.cold import NewProducts

LISTED = pl.DataFrame(
    {
        "product_id": [10, 20, 30, 40, 50, 60, 70],
        "category": ["tea", "tea", "tea", "milk", "milk", "tea", None],
        "brand": ["a", "b", "a", "a", "b", "b", None],
        "list_price_minor": [100, 100, 200, 100, 100, 100, 0],
        "unit_cost_minor": [50, 90, None, 60, 95, 50, 10],
        "stock": [5, 1, None, 3, 0, 9, 4],
    }
)
PURCHASES = pl.DataFrame(
    [(1, 10, 99), (1, 20, 99), (2, 20, 99), (2, 30, 99), (3, 40, 99), (3, 50, 99), (4, 20, 98), (4, 10, 99)],
    schema=["customer_id", "product_id", "order_day"],
    orient="row",
)


@pytest.fixture(scope="module")
def interactions():
    return Interactions.build(PURCHASES, 100, context=Context(products=LISTED))


def shown(interactions, k=9, customer=1, task="repeat", **rules):
    model = Popularity().fit(interactions)
    table = top(model, interactions, task, k, np.array([customer]), Assortment.of(interactions, BusinessRules(**rules)))
    return table["product_id"].to_list()


def test_what_is_out_of_stock_is_not_shown_and_unknown_stock_is_stock(interactions):
    assert set(shown(interactions)) == {10, 20, 30, 40, 60}


def test_a_new_product_in_stock_borrows_from_its_like_and_says_so(interactions):
    model = Repeat().fit(interactions)
    table = top(model, interactions, "new", 9, np.array([2]), Assortment.of(interactions))
    new = table.filter(product_id=60).to_dicts()[0]
    assert (new["source"], new["reason"]) == ("content", "new_like:20")  # tea of brand b, as 20 is
    assert 70 not in table["product_id"]  # nothing is known of it that it could be like by


@pytest.mark.parametrize(
    "rules, left",
    [
        ({"exclude_products": ["2?", "6*"]}, {10, 30, 40}),
        ({"exclude_categories": ["m*"]}, {10, 20, 30, 60}),
        ({"min_margin": 0.4}, {10, 40, 60}),
        ({"min_margin": 0.4, "default_margin": 0.4}, {10, 30, 40, 60}),
    ],
)
def test_rules_of_the_shop(interactions, rules, left):
    assert set(shown(interactions, **rules)) == left


@pytest.mark.parametrize("percent", [7, 20, 32, 55])
def test_a_product_of_exactly_the_least_margin_is_shown(percent):
    costs = [100 - percent, 101 - percent]
    listed = pl.DataFrame({"product_id": [10, 20], "list_price_minor": [100, 100], "unit_cost_minor": costs})
    two = PURCHASES.filter(pl.col("product_id").is_in([10, 20]))
    interactions = Interactions.build(two, 100, context=Context(products=listed))
    assert shown(interactions, min_margin=percent / 100) == [10]


@pytest.mark.parametrize("most", [1, 2, 3])
def test_at_most_so_many_of_a_category(interactions, most):
    table = pl.DataFrame({"product_id": shown(interactions, max_per_category=most)}).join(LISTED, on="product_id")
    counts = table.group_by("category").len()["len"].to_list()
    assert max(counts) == most
    assert len(table) == min(most, 4) + 1  # four teas in the assortment and one milk


def test_new_never_shows_what_was_bought(interactions):
    assert not {10, 20} & set(shown(interactions, task="new"))


@given(st.integers(1, 6), st.integers(1, 3), st.sampled_from([1, 2, 3, 99]))
def test_k_products_come_whenever_there_are_so_many(k, most, customer):
    interactions = Interactions.build(PURCHASES, 100, context=Context(products=LISTED))
    model = Popularity().fit(interactions)
    assortment = Assortment.of(interactions, BusinessRules(max_per_category=most))
    table = top(model, interactions, "repeat", k, np.array([customer]), assortment)
    assert len(table) == min(k, min(most, 4) + 1)
    assert table["rank"].to_list() == list(range(1, len(table) + 1))


def test_without_a_product_list_everything_sold_is_on_the_shelf():
    interactions = Interactions.build(PURCHASES, 100)
    assert set(shown(interactions)) == {10, 20, 30, 40, 50}


def test_reasons_and_the_last_resort(interactions):
    assortment = Assortment.of(interactions)
    table = top(Repeat().fit(interactions), interactions, "repeat", 9, np.array([1, 77]), assortment)
    reason = {(row["customer_id"], row["product_id"]): row["reason"] for row in table.to_dicts()}
    assert reason[1, 10] == "bought:1"
    assert reason[1, 30] == "goes_with:20"  # customer 2 bought both
    assert reason[1, 40] == "popular"
    assert set(table.filter(customer_id=77, product_id=20)["source"]) == {"popularity"}
    assert set(table.filter(customer_id=1, product_id=20)["source"]) == {"repeat"}


def test_borrowed_affinity_is_between_the_lowest_and_that_of_the_like():
    interactions = Interactions.build(PURCHASES, 100, context=Context(products=LISTED))
    new = NewProducts.of(interactions, pl.Series([60, 70, 10]))
    assert new.products.tolist() == [60]
    scores = ItemKNN().fit(interactions).score(interactions.customers)
    borrowed = new.scores(scores)[:, 0]
    assert (borrowed >= scores.min(axis=1) - 1e-6).all()
    assert (borrowed <= scores.max(axis=1) + 1e-6).all()


def test_a_product_with_too_few_buyers_is_ranked_as_a_new_one_and_not_new_to_its_buyers():
    more = pl.concat([PURCHASES, pl.DataFrame([(8, 60, 99)], schema=PURCHASES.schema, orient="row")])
    rare = Interactions.build(more, 100, min_buyers=2, context=Context(products=LISTED))
    assert 60 in shown(rare, customer=1, task="new")
    assert 60 in shown(rare, customer=8, task="repeat")
    assert 60 not in shown(rare, customer=8, task="new")


def test_where_few_products_are_sold_a_new_one_like_all_of_them_ranks_as_they_do():
    listed = pl.DataFrame({"product_id": [1, 2, 3], "category": ["tea"] * 3, "stock": [1, 1, 1]})
    bought = pl.DataFrame({"customer_id": [1, 2], "product_id": [1, 2], "order_day": [98, 99]})
    new = NewProducts.of(Interactions.build(bought, 100, context=Context(products=listed)), pl.Series([3]))
    scores = np.array([[4.0, 2.0]], dtype=np.float32)
    np.testing.assert_allclose(new.scores(scores), [[3.0]], rtol=1e-6)
