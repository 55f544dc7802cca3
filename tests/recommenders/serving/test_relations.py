"""Related products: substitutes and complements need evidence, and no affinity is zero or below."""

import numpy as np
import polars as pl
import pytest

from offerloop.recommenders import RELATIONS, Context, Interactions, Item2Vec, learn_relations
from offerloop.recommenders.serving.relations import least, most

FILLERS = 20


def purchases(baskets=600):
    """Baskets of one tea (0 or 1), its cup (2), one milk (3 or 4) and its cereal (5), the two kinds never together."""
    rng = np.random.default_rng(1)
    rows = []
    for basket in range(baskets):
        bought = (int(rng.integers(2)), 2) if basket % 2 else (3 + int(rng.integers(2)), 5)
        rows += [(basket % 50, product, basket) for product in (*bought, 6 + int(rng.integers(FILLERS)))]
    return pl.DataFrame(rows, schema=["customer_id", "product_id", "order_day"], orient="row")


def learned(bought, **described):
    products = pl.DataFrame({"product_id": range(6 + FILLERS), **described}) if described else None
    interactions = Interactions.build(bought, 601, context=Context(products=products))
    return learn_relations(interactions, Item2Vec(embedding_size=16, epochs=30))


@pytest.fixture(scope="module")
def plain():
    return learned(purchases())


def names(model, product, relation, top_k=30):
    return model.related(model.row(str(product)), relation, top_k).table["product_id"].to_list()


@pytest.mark.parametrize("product, other", [(0, 1), (1, 0), (3, 4), (4, 3)])
def test_substitutes_have_the_same_buyers_and_are_kept_out_of_their_baskets(plain, product, other):
    assert names(plain, product, "substitutes") == [other]


@pytest.mark.parametrize("product, goes_with", [(0, 2), (1, 2), (3, 5), (4, 5)])
def test_complements_are_bought_together(plain, product, goes_with):
    assert names(plain, product, "complements") == [goes_with]


def test_no_affinity_is_zero_or_below_and_nothing_is_related_to_itself(plain):
    for relation in RELATIONS:
        for product in range(6 + FILLERS):
            table = plain.related(plain.row(str(product)), relation, 100).table
            assert (table["affinity"] > 0).all()
            assert table["affinity"].is_sorted(descending=True)
            assert product not in table["product_id"]


def test_few_baskets_prove_nothing_and_the_list_says_so():
    few = learned(purchases(40))
    found = few.related(few.row("0"), "substitutes", 10)
    assert found.table.is_empty()
    assert found.table.columns[:4] == ["product_id", "rank", "affinity", "source"]
    assert str(found.gap) == (
        "nothing describes it, and no product with the same buyers is kept out of its baskets beyond chance"
    )


def test_a_category_narrows_substitutes_to_its_products():
    category = ["tea", "tea", "cup", "milk", "cream", "cereal", *["filler"] * FILLERS]
    model = learned(purchases(), category=category)
    assert names(model, 0, "substitutes") == [1]
    found = model.related(model.row("3"), "substitutes", 10)
    assert found.table.is_empty()
    assert str(found.gap) == "no product that is bought in similar baskets is described like it"


def test_without_categories_texts_must_be_alike():
    texts = ["green tea", "black tea", "cup", "whole milk", "oat drink", "cereal", *["thing"] * FILLERS]
    model = learned(purchases(), text=texts)
    assert names(model, 0, "substitutes") == [1]
    assert names(model, 3, "substitutes") == []


def test_what_is_bought_together_is_no_substitute_however_alike():
    together = pl.concat([purchases().with_columns(product_id=pl.lit(one, pl.Int64)) for one in (0, 1)])
    model = learned(pl.concat([purchases(), together]).unique(), category=["tea"] * (6 + FILLERS))
    found = model.related(model.row("0"), "substitutes", 10)
    assert 1 not in found.table["product_id"]


def test_expected_shared_baskets_by_hand():
    """Baskets {10, 20, 30}, {10}, {20, 30}, the last of another customer: 6 lines."""
    rows = [(1, 10, 1), (1, 20, 1), (1, 30, 1), (1, 10, 2), (2, 20, 1), (2, 30, 1)]
    bought = pl.DataFrame(rows, schema=["customer_id", "product_id", "order_day"], orient="row")
    baskets = learn_relations(Interactions.build(bought, 10), Item2Vec(epochs=1)).baskets
    np.testing.assert_array_equal(baskets.shared(0), [2, 1, 1])
    lower, higher = baskets.expected(0)
    np.testing.assert_allclose([lower[1], higher[1]], [2 * 2 / 4, 2 * (2 + 1) / 4])
    np.testing.assert_allclose(baskets.expected_of_customers(0)[1], min(2 * 1 / 2, 2 * 2 / 4))


def test_of_random_small_baskets_nothing_is_a_substitute_or_a_complement():
    rng = np.random.default_rng(3)
    rows = [(n % 30, int(one), n) for n in range(500) for one in rng.choice(10, size=2, replace=False)]
    bought = pl.DataFrame(rows, schema=["customer_id", "product_id", "order_day"], orient="row")
    listed = pl.DataFrame({"product_id": range(10), "category": ["all"] * 10})
    model = learn_relations(Interactions.build(bought, 501, context=Context(products=listed)), Item2Vec(epochs=1))
    for relation in ("substitutes", "complements"):
        assert sum(len(names(model, product, relation)) for product in range(10)) <= 2


def test_bounds_are_close_to_the_exact_ones_of_poisson_counts():
    """Exact ones (Garwood 1936) of 0, 5 and 100 at 97.5 %."""
    counts = np.array([0.0, 5.0, 100.0])
    np.testing.assert_allclose(least(counts, 1.96), [0.0, 1.623, 81.36], rtol=0.02)
    np.testing.assert_allclose(most(counts, 1.96), [3.689, 11.67, 121.6], rtol=0.02)
