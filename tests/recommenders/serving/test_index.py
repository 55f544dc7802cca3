import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from offerloop.errors import ContractError, InputError
from offerloop.recommenders import ApproximateIndex, Cap, Filters, ProductIndex, select
from offerloop.recommenders.serving.approximate import Short
from offerloop.recommenders.serving.calibration import GRID


def naive(scores, k, filters):
    """Codes by sorting everything and walking down the list until it holds k, -1 where it ends before."""
    codes = np.full((len(scores), k), -1)
    for row, values in enumerate(scores):
        open_to = np.isfinite(values) if filters.allowed is None else filters.allowed & np.isfinite(values)
        if filters.hidden is not None:
            open_to[filters.hidden[row]] = False
        order = np.argsort(-values, kind="stable")
        shown: list[int] = []
        for code in order[open_to[order]]:
            if len(shown) == k:
                break
            same = (
                0 if filters.cap is None else sum(filters.cap.groups[one] == filters.cap.groups[code] for one in shown)
            )
            if filters.cap is None or same < filters.cap.most:
                shown.append(code)
        codes[row, : len(shown)] = shown
    return codes


def affinities(scores, codes):
    return np.where(codes >= 0, np.take_along_axis(scores, codes, axis=1), -np.inf)


@st.composite
def shops(draw, sizes, fewest=0):
    """Vectors of small whole numbers, whose inner products are exact and often equal; bias; queries; k; filters."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n_products, n_queries, dimensions = draw(sizes), draw(st.integers(fewest, 4)), draw(st.integers(1, 4))
    vectors = rng.integers(-3, 4, (n_products, dimensions)) * draw(st.sampled_from([0, 1]))
    bias = rng.integers(-4, 5, n_products) if draw(st.booleans()) else None
    queries = rng.integers(-2, 3, (n_queries, dimensions))
    share = draw(st.sampled_from([None, 0.0, 0.01, 0.6, 1.0]))
    hidden = [np.flatnonzero(rng.random(n_products) < rng.choice([0.0, 0.4, 1.0])) for _ in range(n_queries)]
    groups = vectors[:, 0] if draw(st.booleans()) else rng.integers(-2, 4, n_products)
    cap = Cap(groups, draw(st.integers(1, 5)))
    filters = Filters(
        None if share is None else rng.random(n_products) < share,
        hidden if draw(st.booleans()) else None,
        cap if draw(st.booleans()) else None,
    )
    return vectors, bias, queries, draw(st.integers(1, 15)), filters


def check_exact(shop):
    vectors, bias, queries, k, filters = shop
    scores = (queries @ vectors.T + (0 if bias is None else bias)).astype(np.float32)
    expected = naive(scores, k, filters)
    found = ProductIndex.build(vectors, bias).best(queries, k, filters)
    np.testing.assert_array_equal(found.codes, expected)
    np.testing.assert_array_equal(found.scores, affinities(scores, expected))


@given(shops(st.integers(1, 60)))
@settings(max_examples=100, deadline=None)
def test_the_index_is_a_stable_sort_of_all_inner_products(shop):
    check_exact(shop)


@given(shops(st.sampled_from([3_000, 40_000]), fewest=2))
@settings(max_examples=25, deadline=None)
def test_so_is_one_of_more_products_than_are_looked_at_first(shop):
    check_exact(shop)


@given(shops(st.integers(1, 400)))
@settings(max_examples=100, deadline=None)
def test_select_is_the_same_for_affinities_of_any_recommender(shop):
    vectors, _, queries, k, filters = shop
    scores = (queries @ vectors.T).astype(np.float32)
    scores[:, ::7] = -np.inf
    expected = naive(scores, k, filters)
    values = affinities(scores, expected)
    found = select(scores.copy(), k, filters)
    np.testing.assert_array_equal(found.codes, expected)
    np.testing.assert_array_equal(found.scores, values)


def test_a_capped_list_reaches_past_a_group_that_holds_all_of_the_best():
    scores = -np.arange(1_000, dtype=np.float32)[None]
    found = select(scores, 4, Filters(cap=Cap(np.repeat([7, 8], [900, 100]), 2)))
    assert found.codes.tolist() == [[0, 1, 900, 901]]


def uneven(n_products, spread, seed=0):
    """Vectors of 32 dimensions in 50 clusters (product modulo 50), lengths lognormal with that spread; 40 queries."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(50, 32))
    vectors = centres[np.arange(n_products) % 50] + 0.7 * rng.normal(size=(n_products, 32))
    lengths = np.exp(spread * rng.normal(size=(n_products, 1)))
    vectors *= lengths / np.linalg.norm(vectors, axis=1, keepdims=True)
    queries = centres[rng.integers(50, size=40)] + 0.5 * rng.normal(size=(40, 32))
    return vectors.astype(np.float32), queries.astype(np.float32)


@pytest.mark.parametrize("spread", [0.0, 0.3, 1.2])
def test_rounding_costs_no_product(spread):
    vectors, queries = uneven(6_000, spread)
    scores = queries.astype(np.float64) @ vectors.T
    found = ProductIndex.build(vectors).best(queries, 20)
    np.testing.assert_allclose(found.scores, -np.sort(-scores, axis=1)[:, :20], atol=2e-5)
    np.testing.assert_allclose(found.scores, affinities(scores, found.codes), atol=2e-5)


def test_every_product_is_found_by_its_own_vector_where_all_are_equally_long():
    rng = np.random.default_rng(2)
    vectors = rng.normal(size=(33_000, 8))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    index = ProductIndex.build(vectors * np.linspace(1, 0.9999, len(vectors))[:, None])
    some = np.r_[2_000:2_100, 32_700:33_000]
    np.testing.assert_array_equal(index.best(vectors[some], 1).codes[:, 0], some)


def test_queries_get_the_same_answers_alone_and_together():
    vectors, queries = uneven(6_000, 0.3)
    index, many = ProductIndex.build(vectors), np.tile(queries, (4, 1))
    hidden = [np.arange(row, 6_000, 97) for row in range(len(many))]
    together = index.best(many, 10, Filters(hidden=hidden))
    alone = [index.best(one[None], 10, Filters(hidden=[own])).codes[0] for one, own in zip(many, hidden, strict=True)]
    np.testing.assert_array_equal(together.codes, alone)


def test_products_can_be_left_out_once_for_all_queries():
    vectors, queries = uneven(6_000, 0.3)
    index, allowed = ProductIndex.build(vectors), np.arange(6_000) % 3 == 0
    hidden = [np.arange(0, 60, 3)] * len(queries)
    once = index.only(allowed).best(queries, 10, Filters(hidden=hidden, cap=Cap(np.arange(6_000) % 7, 2)))
    each = index.best(queries, 10, Filters(allowed, hidden, Cap(np.arange(6_000) % 7, 2)))
    np.testing.assert_array_equal(once.codes, each.codes)
    assert (once.codes % 3 == 0).all()


def test_an_index_without_products_finds_none():
    found = ProductIndex.build(np.empty((0, 3))).best(np.ones((2, 3)), 4)
    assert (found.codes == -1).all()
    assert (found.scores == -np.inf).all()
    assert found.codes.shape == (2, 4)


def test_numbers_that_are_not_finite_are_refused():
    with pytest.raises(ContractError, match="vector of product 1 is not finite"):
        ProductIndex.build([[1.0], [np.nan]])
    with pytest.raises(ContractError, match="vector of query 0 is not finite"):
        ProductIndex.build([[1.0]]).best([[np.inf]], 1)


def test_a_cap_of_no_product_is_refused():
    with pytest.raises(ContractError, match="at most 0 products of a group"):
        Cap(np.zeros(3, dtype=np.int64), 0)


N_SHOP = 24_000


@pytest.fixture(scope="module")
def shop():
    """Vectors of about the same length: the exact index would look at nearly all of them."""
    vectors, queries = uneven(N_SHOP, 0.05)
    exact = ProductIndex.build(vectors)
    approximate = ApproximateIndex.build(exact)
    assert approximate.short
    return vectors, queries, exact, approximate


def one_by_one(index, queries, k, filters):
    """Many at once would be answered exactly."""
    parts = [index.best(queries[row : row + 1], k, filters.of(slice(row, row + 1))) for row in range(len(queries))]
    return np.concatenate([one.codes for one in parts]), np.concatenate([one.scores for one in parts])


@pytest.mark.parametrize("cap", [None, Cap(np.arange(N_SHOP) % 50, 2)])
def test_approximate_finds_nearly_all_and_shows_nothing_hidden(shop, cap):
    vectors, queries, exact, approximate = shop
    rng = np.random.default_rng(1)
    allowed = rng.random(len(vectors)) < 0.9
    hidden = [best[: rng.choice([0, 30, 400])] for best in exact.best(queries, 400).codes]
    filters = Filters(allowed, hidden, cap)
    codes, scores = one_by_one(approximate, queries, 20, filters)
    wanted = exact.best(queries, 20, filters).codes
    assert np.mean([np.isin(*pair).mean() for pair in zip(wanted, codes, strict=True)]) >= 0.95
    assert allowed[codes].all()
    assert not any(np.isin(*pair).any() for pair in zip(codes, hidden, strict=True))
    assert all(len(set(row)) == 20 for row in codes.tolist())
    np.testing.assert_allclose(scores, affinities(queries @ vectors.T, codes), atol=2e-5)
    assert (np.diff(scores, axis=1) <= 0).all()
    if cap is not None:
        assert max(np.bincount(cap.groups[row]).max() for row in codes) <= 2


@pytest.mark.parametrize(("spread", "dimensions"), [(0.05, 33), (0.3, 32), (0.5, 7)])
def test_approximate_finds_nearly_all_of_other_vectors(spread, dimensions):
    vectors, queries = uneven(30_000, spread)
    vectors, queries = np.pad(vectors, ((0, 0), (0, 1)))[:, :dimensions], np.pad(queries, ((0, 0), (0, 1)))
    bias, queries = 0.1 * np.sin(np.arange(30_000)), queries[:, :dimensions]
    exact = ProductIndex.build(vectors, bias)
    hidden = [best[::2] for best in exact.best(queries, 300).codes]
    filters = Filters(np.arange(30_000) % 9 > 0, hidden)
    approximate = ApproximateIndex.build(exact)
    assert approximate.short
    codes, scores = one_by_one(approximate, queries, 20, filters)
    wanted = exact.best(queries, 20, filters).codes
    assert np.mean([np.isin(*pair).mean() for pair in zip(wanted, codes, strict=True)]) >= 0.95
    assert not any(np.isin(*pair).any() for pair in zip(codes, hidden, strict=True))
    assert (codes % 9 > 0).all()
    np.testing.assert_allclose(scores, affinities(queries @ vectors.T + bias, codes), atol=2e-5)


def unclustered(n_products, dimensions, decay):
    """Vectors of random directions, each dimension smaller than the last by that power; queries of any direction."""
    rng = np.random.default_rng(4)
    vectors = rng.normal(size=(n_products, dimensions)) * np.arange(1.0, dimensions + 1) ** -decay
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float32), rng.normal(size=(100, dimensions)).astype(np.float32)


@pytest.mark.parametrize(("dimensions", "decay"), [(64, 0.0), (33, 0.0), (64, 0.5)])
def test_approximate_finds_what_it_promises_where_vectors_have_no_clusters(dimensions, decay):
    vectors, queries = unclustered(20_000, dimensions, decay)
    exact = ProductIndex.build(vectors)
    approximate = ApproximateIndex.build(exact)
    assert approximate.short
    assert approximate.recall >= 0.98
    filters = Filters(hidden=[best[:: 2 + row % 2] for row, best in enumerate(exact.best(queries, 300).codes)])
    wanted, (codes, _) = exact.best(queries, 20, filters).codes, one_by_one(approximate, queries, 20, filters)
    assert np.mean([np.isin(*pair).mean() for pair in zip(wanted, codes, strict=True)]) >= 0.98


def check_all_exact(approximate, queries):
    assert (approximate.short, approximate.sureness, approximate.recall) == ((), np.inf, 1.0)
    codes, _ = one_by_one(approximate, queries, 20, Filters())
    np.testing.assert_array_equal(codes, approximate.exact.best(queries, 20).codes)


def test_an_index_whose_codes_find_too_few_answers_exactly(monkeypatch):
    vectors, queries = unclustered(20_000, 16, 0.0)
    monkeypatch.setattr(
        Short, "best", lambda _short, _search, n: (np.arange(n), -np.inf)
    )  # any products, and sure of them
    check_all_exact(ApproximateIndex.build(ProductIndex.build(vectors)), queries[:10])


def test_so_does_one_that_would_have_to_compare_too_many():
    vectors, queries = unclustered(20_000, 64, 1.0)
    check_all_exact(ApproximateIndex.build(ProductIndex.build(vectors)), queries[:10])


def test_an_index_is_as_sure_each_time_it_is_built(shop):
    again = ApproximateIndex.build(shop[2])
    assert (again.sureness, again.recall) == (shop[3].sureness, shop[3].recall)
    assert again.sureness in GRID


@pytest.mark.parametrize("value", [0, 1])
@pytest.mark.parametrize("dimensions", [1, 2, 35])
def test_approximate_is_exact_where_short_codes_cannot_tell_products_apart(value, dimensions):
    exact = ProductIndex.build(np.full((9_000, dimensions), value))
    approximate = ApproximateIndex.build(exact)
    filters = Filters(np.arange(9_000) % 10 > 0, [np.arange(50)])
    for query in np.eye(1, dimensions), np.zeros((1, dimensions)):
        found = approximate.best(query, 20, filters).codes
        np.testing.assert_array_equal(found, exact.best(query, 20, filters).codes)


def test_approximate_is_exact_where_nearly_all_is_filtered_out(shop):
    vectors, queries, exact, approximate = shop
    few = np.isin(np.arange(len(vectors)), np.arange(0, N_SHOP, 2_000))
    others = [np.flatnonzero(~few)] * len(queries)
    for filters in (
        Filters(allowed=few),
        Filters(hidden=others),
        Filters(few, others, Cap(np.arange(N_SHOP) % 2, 3)),
    ):
        codes, _ = one_by_one(approximate, queries, 20, filters)
        np.testing.assert_array_equal(codes, exact.best(queries, 20, filters).codes)


def test_approximate_is_exact_for_many_queries_at_once_and_for_few_products(shop):
    vectors, queries, exact, approximate = shop
    np.testing.assert_array_equal(approximate.best(queries, 20).codes, exact.best(queries, 20).codes)
    small = ProductIndex.build(vectors[:50])
    few, all_of = ApproximateIndex.build(small).best(queries[:1], 60), small.best(queries[:1], 60)
    np.testing.assert_array_equal(few.codes, all_of.codes)


def test_approximate_and_exact_answers_go_together():
    vectors, queries = uneven(40_000, 0.05)
    exact = ProductIndex.build(vectors)
    approximate = ApproximateIndex.build(exact)
    rest = np.arange(15, len(vectors))
    together = approximate.best(queries[:2], 20, Filters(hidden=[rest[:0], rest]))
    np.testing.assert_array_equal(together.codes[0], exact.best(queries[:1], 20).codes[0])
    assert sorted(together.codes[1, :15]) == list(range(15))
    assert (together.codes[1, 15:] == -1).all()


def test_approximate_index_says_how_to_get_the_library(shop, monkeypatch):
    monkeypatch.setitem(sys.modules, "faiss", None)
    with pytest.raises(InputError, match=r"pip install 'offerloop\[index\]'"):
        ApproximateIndex.build(shop[2])
