"""The draw that `run` and the loop share: probabilities sum to one and are those of what is really drawn."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from offerloop.decision.propensities import Holdback, Shares, draw_explorers, n_explorers
from offerloop.evaluation import buckets

SHARE = st.floats(0, 0.5)


@settings(max_examples=200, deadline=None)
@given(
    shares=st.tuples(SHARE, SHARE, SHARE, SHARE),
    plan=st.integers(-1, 3),
    usual=st.integers(-1, 3),
    drawn=st.lists(st.floats(0.01, 1), min_size=5, max_size=5),
)
def test_probabilities_of_all_offers_and_of_none_sum_to_one(shares, plan, usual, drawn):
    explore, holdout, by_usual, holdback = shares
    places = np.array([-1, 0, 1, 2, 3])
    q = np.array(drawn) / np.sum(drawn)
    found = Shares(explore, holdout, by_usual, holdback).propensity(
        plan=places == plan, none=places == -1, usual=places == usual, drawn=q
    )
    assert found.sum() == pytest.approx(1.0)
    assert (found > -1e-12).all()
    assert found[0] >= holdout * (1 - 1e-12)


def test_probabilities_are_those_of_the_arms_one_after_the_other():
    """The formula against a draw of 200,000 customers whose plan is offer 0 and whose usual offer is 1."""
    rng, n = np.random.default_rng(1), 200_000
    at = rng.random(n)
    arm = np.where(at < 0.05, "holdout", np.where(at > 0.9, "usual", "plan"))
    given = np.select([arm == "holdout", arm == "usual"], [-1, 1], 0)
    free = np.flatnonzero(arm == "plan")
    explorers = draw_explorers(free, int(0.1 * len(free)), rng)
    given[explorers] = rng.integers(-1, 3, len(explorers))
    planned = np.setdiff1d(free, explorers)
    held = Holdback(0.2, "holdback 7").has(pl.Series("customer_id", range(n))).to_numpy()
    given[planned[held[planned]]] = -1
    places = np.array([-1, 0, 1, 2])
    expected = Shares(0.1, 0.05, 0.1, 0.2).propensity(
        plan=places == 0, none=places == -1, usual=places == 1, drawn=0.25
    )
    seen = np.array([np.mean(given == place) for place in places])
    assert np.abs(seen - expected).max() < 4 * np.sqrt(0.25 / n)


def test_each_period_holds_back_other_customers_and_as_many_of_the_holdout_as_of_all():
    everyone = pl.Series("customer_id", range(20_000))
    first, second = (Holdback(0.25, f"holdout, holdback {seed}").has(everyone).to_numpy() for seed in (4, 5))
    held_out = buckets(everyone, "holdout") < 0.25
    assert first.mean() == pytest.approx(0.25, abs=4 * np.sqrt(3 / 16 / 20_000))
    for other in (second, held_out):
        assert other[first].mean() == pytest.approx(0.25, abs=4 * np.sqrt(3 / 16 / first.sum()))


@settings(max_examples=100, deadline=None)
@given(
    customers=st.integers(0, 10_000),
    paid=st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 300)), max_size=3),
)
def test_as_many_explore_as_every_budget_pays_for_whatever_they_draw(customers, paid):
    number = n_explorers(customers, paid)
    assert 0 <= number <= 0.1 * customers
    assert all(number * cost <= budget for budget, cost in paid)
