import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from offerloop.evaluation.ranking import mean_interval, ndcg, recall

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
