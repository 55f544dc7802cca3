import numpy as np
import polars as pl
import pytest

from offerloop.recommenders import Content, Context, Interactions
from offerloop.recommenders.models.terms import term_vectors, words
from offerloop.testing import RecommenderContract

COLOURS = pl.DataFrame({"product_id": range(40), "category": ["black", "white"] * 20})


class TestContent(RecommenderContract):
    context = Context(products=COLOURS)

    def make(self):
        return Content()


PRODUCTS = pl.DataFrame(
    {
        "product_id": [10, 20, 30, 40],
        "category": ["dairy", "dairy", "tea", "tea"],
        "brand": ["own", None, "own", "other"],
        "text": ["Fresh milk 1 l", "fresh cream", "green tea", None],
    }
)
PURCHASES = pl.DataFrame(
    [(1, 10, 99), (2, 30, 99), (3, 10, 20), (3, 30, 99)],
    schema=["customer_id", "product_id", "order_day"],
    orient="row",
)


@pytest.fixture
def interactions():
    return Interactions.build(PURCHASES, 100, context=Context(products=PRODUCTS))


def test_cosine_of_the_sum_of_what_was_bought(interactions):
    vectors = term_vectors(PRODUCTS).toarray()
    interest = vectors[0] * np.exp(-80 / 60) + vectors[2] * np.exp(-1 / 60)
    expected = vectors[[0, 2]] @ interest / np.linalg.norm(interest)
    np.testing.assert_allclose(Content().fit(interactions).score(np.array([3]))[0], expected, rtol=1e-5)


def test_a_product_that_nobody_bought_is_scored_by_its_description(interactions):
    model, customers = Content().fit(interactions), np.array([1, 2])
    scores = model.score(customers, np.array([20, 40, 99]))
    assert scores[0, 0] > scores[0, 1]
    assert scores[1, 1] > scores[1, 0]
    np.testing.assert_array_equal(scores[:, 2], model.score(customers).min(axis=1))


def test_interests_drift(interactions):
    scores = Content(time_constant_days=20).fit(interactions).score(np.array([3]), np.array([20, 40]))[0]
    assert scores[1] > scores[0]


def test_without_a_product_list_popularity_ranks():
    scores = Content().fit(Interactions.build(PURCHASES, 100)).score(np.array([1, 2]))
    np.testing.assert_array_equal(scores[0], scores[1])


def test_rare_terms_weigh_more_and_price_bands_are_within_the_category():
    prices = pl.DataFrame({"category": ["a"] * 5 + ["b"] * 5, "list_price_minor": [*range(5), *range(100, 105)]})
    likeness = (term_vectors(prices) @ term_vectors(prices).T).toarray()
    assert likeness[0, 5] > 0  # the cheapest of either category
    assert likeness[0, 6] == 0
    brands = pl.DataFrame({"category": ["a"] * 4, "brand": ["x", "x", "y", "z"]})
    vectors = term_vectors(brands).toarray()
    assert vectors[0].max() > vectors[0][vectors[0] > 0].min()


def test_words_of_english_and_chinese():
    assert list(words("Fresh MILK, 2x1l")) == ["fresh", "milk", "2", "x", "1", "l"]
    assert list(words("有机纯牛奶")) == ["有机", "机纯", "纯牛", "牛奶"]
