"""The draw that `run` and the loop share: probabilities sum to one and are those of what is really drawn."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from offerloop.decision.propensities import Shares, draw_explorers, draw_holdback, n_explorers

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
    given[draw_holdback(planned, np.ones(len(planned), dtype=np.int64), 0.2, rng)] = -1
    places = np.array([-1, 0, 1, 2])
    expected = Shares(0.1, 0.05, 0.1, 0.2).propensity(
        plan=places == 0, none=places == -1, usual=places == 1, drawn=0.25
    )
    seen = np.array([np.mean(given == place) for place in places])
    assert np.abs(seen - expected).max() < 4 * np.sqrt(0.25 / n)


@settings(max_examples=100, deadline=None)
@given(
    liability=st.lists(st.integers(0, 500), max_size=60),
    share=st.floats(0.01, 0.5),
    seed=st.integers(0, 2**32 - 1),
)
def test_what_is_held_back_frees_its_share_of_the_liability(liability, share, seed):
    costs = np.array(liability, dtype=np.int64)
    planned = np.arange(len(costs)) + 7
    back = draw_holdback(planned, costs, share, np.random.default_rng(seed))
    assert len(set(back)) == len(back)
    assert set(back) <= set(planned)
    assert costs[back - 7].sum() >= share * costs.sum() - costs.max(initial=0) - 1e-9


@settings(max_examples=100, deadline=None)
@given(
    customers=st.integers(0, 10_000),
    paid=st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 300)), max_size=3),
)
def test_as_many_explore_as_every_budget_pays_for_whatever_they_draw(customers, paid):
    number = n_explorers(customers, paid)
    assert 0 <= number <= 0.1 * customers
    assert all(number * cost <= budget for budget, cost in paid)
