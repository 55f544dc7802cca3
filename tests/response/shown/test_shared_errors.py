"""Errors that offers and customers share have the variances of a covariance, whatever the log."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from offerloop.response import SharedErrors


def drawn(seed, n_customers=6):
    """Errors of two shown offers, of one whose growth is sure, and of one between two depths."""
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(4, 4)) * rng.choice([0.0, 1e-4, 1.0], size=(1, 4))
    root[[0, 3]] = 0.0
    share = rng.uniform()
    made_of = dict(zip("abcd", [*np.eye(4)[1:], np.array([0, share, 1 - share, 0])], strict=True))
    ids, response = pl.Series(range(100, 100 + n_customers)), rng.normal(size=(n_customers, 3))
    return rng, SharedErrors.of(ids, response, made_of, root @ root.T)


@given(st.integers(0, 10_000))
def test_the_correlation_is_positive_semidefinite(seed):
    _, errors = drawn(seed)
    assert np.linalg.eigvalsh(errors.correlation).min() > -1e-9
    assert np.diag(errors.correlation) == pytest.approx(np.ones(4))


@given(st.integers(0, 10_000))
def test_variances_are_not_below_zero_and_grow_with_the_square_of_a_sum(seed):
    rng, errors = drawn(seed)
    place, weights = rng.integers(0, 4, 10), rng.normal(size=10)
    for variance in (errors.of_offers, errors.of_responses):
        assert variance(weights, place) >= 0
        assert variance(-3 * weights, place) == pytest.approx(9 * variance(weights, place))


@given(st.integers(0, 10_000))
def test_a_plan_alone_is_as_unsure_as_if_its_offers_had_one_error(seed):
    """Who responds more is no error of it, as what its own customers respond on average is judged elsewhere."""
    rng, errors = drawn(seed)
    place, weights = rng.integers(0, 4, 10), rng.uniform(size=10)
    assert errors.of_offers(weights, place) == pytest.approx(weights.sum() ** 2)
    assert errors.of_responses(weights, place) == pytest.approx(0.0, abs=1e-12)


def test_customers_are_found_by_their_ids():
    _, errors = drawn(0)
    assert errors.places(pl.Series([103, 100, 7])).tolist() == [3, 0, 0]
    assert SharedErrors.none().places(pl.Series(["x", "y"])).tolist() == [0, 0]
    assert SharedErrors.none().of_responses(np.zeros(0), np.zeros(0, dtype=np.int64)) == 0
