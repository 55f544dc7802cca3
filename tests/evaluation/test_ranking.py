import logging

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import sparse

from offerloop.errors import EvidenceError, InputError
from offerloop.evaluation.ranking import (
    accuracy,
    catalogue_coverage,
    find_hits,
    mean_interval,
    mean_of_customers,
    ndcg,
    novelty,
    recall,
    reciprocal_rank,
)

TOP = np.array([[2, 0, 1], [3, -1, -1], [1, 3, -1]])
"""Of three customers among four products."""
TARGETS = sparse.csr_matrix(np.array([[1, 0, 0, 1], [0, 0, 0, 1], [1, 0, 1, 0]], dtype=bool))
RANKINGS = arrays.arrays(np.bool_, st.tuples(st.integers(1, 5), st.integers(1, 30)))


def test_ndcg_by_hand():
    hits = np.array([[True, False, True], [False, False, True], [False, False, False]])
    n_targets = np.array([2, 5, 1])
    first = (1 + 1 / 2) / (1 + 1 / np.log2(3))
    second = (1 / 2) / (1 + 1 / np.log2(3) + 1 / 2)
    np.testing.assert_allclose(ndcg(hits, n_targets, 3), [first, second, 0])


def test_only_the_first_k_count():
    hits = np.array([[False, False, True]])
    assert ndcg(hits, np.array([1]), 2) == [0.0]
    assert recall(hits, np.array([1]), 2) == [0.0]
    assert recall(hits, np.array([1]), 3) == [1.0]


def test_recall_by_hand():
    hits = np.array([[True, False, True], [False, True, False]])
    np.testing.assert_allclose(recall(hits, np.array([4, 1]), 3), [0.5, 1.0])


def test_a_ranking_shorter_than_k_is_measured_against_the_same_ideal():
    hits = np.array([[True]])
    assert ndcg(hits, np.array([2]), 10)[0] == pytest.approx(1 / (1 + 1 / np.log2(3)))


def test_no_targets_no_value():
    nothing = np.zeros((1, 3), dtype=bool)
    assert np.isnan(ndcg(nothing, np.array([0]), 3)).all()
    assert np.isnan(recall(nothing, np.array([0]), 3)).all()


@given(RANKINGS, st.integers(1, 30), st.integers(0, 5))
def test_values_lie_between_0_and_1(hits, k, missed):
    n_targets = hits.sum(axis=1) + missed + (missed == 0)
    for values in (ndcg(hits, n_targets, k), recall(hits, n_targets, k)):
        assert (values >= 0).all()
        assert (values <= 1 + 1e-12).all()


@given(RANKINGS, st.integers(1, 30))
def test_sorting_the_hits_to_the_front_never_hurts_and_is_perfect(hits, k):
    n_targets = np.maximum(hits.sum(axis=1), 1)
    front = -np.sort(-hits.astype(int), axis=1) > 0
    assert (ndcg(front, n_targets, k) >= ndcg(hits, n_targets, k) - 1e-12).all()
    np.testing.assert_allclose(ndcg(front, n_targets, k)[hits.any(axis=1)], 1.0)


def test_interval_by_hand():
    mean, low, high = mean_interval(np.array([0.0, 0.0, 1.0, 1.0]))
    half = 1.959964 * np.sqrt(1 / 3) / 2  # sample variance 1/3, four values
    assert (mean, low, high) == pytest.approx((0.5, 0.5 - half, 0.5 + half))


def test_interval_covers_the_mean_in_19_of_20_samples():
    rng = np.random.default_rng(0)
    intervals = [mean_interval(rng.exponential(size=200)) for _ in range(2_000)]
    assert np.mean([low <= 1 <= high for _, low, high in intervals]) == pytest.approx(0.95, abs=0.02)


def test_one_value_has_no_interval_and_none_no_mean():
    mean, low, high = mean_interval(np.array([0.25]))
    assert mean == 0.25
    assert np.isnan([low, high]).all()
    assert np.isnan(mean_interval(np.array([]))).all()


# From products and targets.


@pytest.mark.parametrize("kind", [sparse.csr_matrix, sparse.csr_array])
def test_hits_by_hand(kind):
    wanted = [[False, True, False], [True, False, False], [False, False, False]]
    assert find_hits(TOP, kind(TARGETS)).tolist() == wanted


def test_no_product_is_no_hit_even_where_the_last_product_is_a_target():
    everything = sparse.csr_matrix(np.ones((1, 4), dtype=bool))
    assert find_hits(np.array([[-1, 3]]), everything).tolist() == [[False, True]]


def test_reciprocal_rank_by_hand():
    hits = np.array([[False, True, True], [True, False, False], [False, False, True], [False, False, False]])
    np.testing.assert_array_equal(reciprocal_rank(hits, np.array([2, 1, 1, 0]), 2), [1 / 2, 1, 0, np.nan])
    assert reciprocal_rank(hits, np.ones(4, int), 10)[2] == 1 / 3


@given(RANKINGS, st.integers(1, 30))
def test_reciprocal_rank_is_that_of_the_first_hit(hits, k):
    found = reciprocal_rank(hits, np.ones(len(hits), int), k)
    for row, one in zip(hits, found, strict=True):
        place = np.flatnonzero(row[:k])
        assert one == (1 / (place[0] + 1) if len(place) else 0)


def test_accuracy_by_hand():
    found = accuracy(TOP, TARGETS, 2)
    assert found.n_customers == 3
    assert found.recall.value == pytest.approx((1 / 2 + 1 + 0) / 3)
    assert found.mrr.value == pytest.approx((1 / 2 + 1 + 0) / 3)
    assert found.ndcg.value == pytest.approx(((1 / np.log2(3)) / (1 + 1 / np.log2(3)) + 1 + 0) / 3)
    assert found.recall.high - found.recall.low == pytest.approx(2 * 1.959964 * 0.5 / np.sqrt(3))


def test_customers_without_targets_do_not_count():
    nobody = sparse.csr_matrix((1, 4), dtype=bool)
    more = accuracy(np.vstack([TOP, [0, 1, 2]]), sparse.vstack([TARGETS, nobody]).tocsr(), 3)
    assert more == accuracy(TOP, TARGETS, 3)


def test_targets_stored_as_false_are_none():
    stored = TARGETS.copy()
    stored.data[0] = False  # product 0 of the first customer, ranked second
    assert accuracy(TOP, stored, 3).recall.value == pytest.approx((0 + 1 + 0) / 3)


def test_too_few_customers_cannot_judge():
    with pytest.raises(EvidenceError, match="1 customer has a target"):
        accuracy(TOP[:1], TARGETS[:1], 3)


# Beyond accuracy.


def test_coverage_counts_each_product_once():
    assert catalogue_coverage(TOP, 8) == 4 / 8
    assert catalogue_coverage(np.full((3, 2), -1), 8) == 0


def test_novelty_by_hand():
    shares = np.array([1.0, 0.5, 0.25, 0.125])
    np.testing.assert_allclose(novelty(TOP, shares), [(2 + 0 + 1) / 3, 3, (1 + 3) / 2])
    np.testing.assert_array_equal(novelty(np.array([[-1, -1]]), shares), [np.nan])


@pytest.mark.parametrize("share", [0.0, 1.5, np.nan])
def test_only_a_ranked_product_needs_a_popularity(share):
    with pytest.raises(InputError, match="product 3 is ranked"):
        novelty(TOP, np.array([0.5, 0.5, 0.5, share]))
    assert novelty(np.array([[0, -1]]), np.array([0.5, 0.5, 0.5, share])) == [1.0]


def test_a_mean_leaves_out_who_has_no_value():
    found = mean_of_customers(np.array([0.0, np.nan, 0.0, 1.0, 1.0]))
    assert (found.value, found.low, found.high) == pytest.approx(mean_interval(np.array([0.0, 0.0, 1.0, 1.0])))


@pytest.mark.soak
def test_intervals_of_every_mean_cover_in_2000_samples_of_1000_customers():
    rng = np.random.default_rng(6)
    n, depth, products = 200_000, 20, 60
    popularity = rng.dirichlet(np.full(products, 0.3)) * 0.9 + 1e-4
    top = rng.random((n, products)).argpartition(depth, axis=1)[:, :depth]
    hits, n_targets = rng.random((n, depth)) < rng.beta(0.3, 3, (n, 1)), rng.integers(1, 30, n)
    n_targets = np.maximum(n_targets, hits.sum(axis=1))
    values = {
        "recall": recall(hits, n_targets, 20), "ndcg": ndcg(hits, n_targets, 10),
        "mrr": reciprocal_rank(hits, n_targets, 20), "novelty": novelty(top, popularity),
    }  # fmt: skip
    for name, every in values.items():
        drawn = [mean_of_customers(every[rng.integers(len(every), size=1_000)]) for _ in range(2_000)]
        held = np.mean([one.low <= every.mean() <= one.high for one in drawn])
        logging.getLogger(__name__).info("%s: %.4f", name, held)
        assert 0.93 <= held <= 0.97
