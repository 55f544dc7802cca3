"""Profits to allocate by where effects are uncertain: what errors change, what they may not, and which way."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from offerloop.allocation.argmax import taken
from offerloop.allocation.one_budget import solve_one_budget
from offerloop.allocation.problem import Problem
from robust_profits import Segments, lower_bound, segment_robust, shrunk

N, K, S = 60, 3, 4
seeds = st.integers(0, 10**6)
zs = st.floats(0, 5)


def within(budget, cost):
    """Solves for profits (n, K) within a budget."""

    def plan(profit):
        found = np.zeros(profit.shape)
        found[taken(solve_one_budget(Problem.of(profit, np.broadcast_to(cost, profit.shape), budget)).choice)] = 1.0
        return found

    return plan


def uncertain(seed):
    """Profits, their errors, and segments with errors of their own."""
    rng = np.random.default_rng(seed)
    segment = np.arange(N) % S
    segments = Segments(segment, rng.normal(size=(S, K)), rng.uniform(0, 2, (S, K)))
    return rng.normal(1, 2, (N, K)), rng.uniform(0, 2, (N, K)), segments


def worth(plan, profit, segments, z):
    """What `segment_robust` makes most of."""
    cells = np.stack([plan[segments.of == s].sum(axis=0) for s in range(len(segments.se))])
    return (plan * profit)[plan > 0].sum() - z * np.linalg.norm(cells * segments.se)


def test_without_errors_nothing_changes():
    profit, _, segments = uncertain(1)
    none = np.zeros_like(profit)
    sure = Segments(segments.of, segments.effect, np.zeros_like(segments.se))
    plan = within(40, np.array([1, 2, 3]))
    for found in (
        shrunk(profit, none),
        lower_bound(profit, none, z=3.0),
        segment_robust(profit, sure, z=3.0, solve=plan),
        segment_robust(profit, segments, z=0.0, solve=plan),
    ):
        assert np.array_equal(found, profit)


def test_pure_noise_is_shrunk_to_the_mean_of_its_offer():
    rng = np.random.default_rng(2)
    level = np.array([3.0, -1.0])
    found = shrunk(level + rng.normal(0, 2, (50_000, 2)), np.full((50_000, 2), 2.02))
    assert np.ptp(found, axis=0) == pytest.approx([0, 0], abs=1e-9)
    assert found[0] == pytest.approx(level, abs=0.05)


def test_shrinking_comes_nearer_to_the_truth_and_promises_no_more_than_it():
    rng = np.random.default_rng(3)
    true = rng.normal(1, 1, (20_000, 2))
    se = rng.uniform(0.2, 3, true.shape)
    seen = true + rng.normal(0, se)
    found = shrunk(seen, se)
    assert np.mean((found - true) ** 2) < 0.5 * np.mean((seen - true) ** 2)
    rows = np.arange(len(true))
    for one, promised in ((seen, False), (found, True)):
        best = one.argmax(axis=1)
        assert (one[rows, best].mean() < true[rows, best].mean() + 0.1) == promised


def test_shrinking_best_guesses_again_loses_differences_that_are_there():
    rng = np.random.default_rng(4)
    true = rng.normal(0, 1, (20_000, 1))
    se = np.full_like(true, 1.0)
    once = shrunk(true + rng.normal(0, se), se)
    assert np.mean((shrunk(once, se * np.sqrt(0.5)) - true) ** 2) > 1.4 * np.mean((once - true) ** 2)


def test_effects_can_be_drawn_to_those_of_segments():
    rng = np.random.default_rng(5)
    segment = np.repeat([0, 1], 5_000)
    level = np.array([[0.0], [4.0]])
    found = shrunk(level[segment] + rng.normal(size=(10_000, 1)), np.full((10_000, 1), 1.05), level[segment])
    assert found == pytest.approx(level[segment], abs=1e-9)


def test_offers_that_a_customer_cannot_get_stay_so_and_count_for_nothing():
    profit, se, segments = uncertain(6)
    profit[::2, 0] = -np.inf
    plan = within(40, np.array([1, 2, 3]))
    assert np.array_equal(shrunk(profit, se)[1::2, 0], shrunk(profit[1::2], se[1::2])[:, 0])
    for found in (
        shrunk(profit, se),
        lower_bound(profit, se, z=1.0),
        segment_robust(profit, segments, z=1.0, solve=plan),
    ):
        assert np.array_equal(np.isneginf(found), np.isneginf(profit))
        assert not np.isnan(found).any()


def test_an_offer_with_a_large_error_is_given_less():
    rng = np.random.default_rng(7)
    profit = rng.normal(2, 0.5, (300, 2))
    se = np.tile([0.1, 1.5], (300, 1))
    plan = within(150, np.array([1, 1]))
    segments = Segments(np.arange(300) % 3, np.full((3, 2), 2.0), np.tile([0.1, 1.5], (3, 1)))
    nominal = plan(profit)[:, 1].sum()
    assert plan(lower_bound(profit, se, z=1.0))[:, 1].sum() < nominal / 2
    assert plan(segment_robust(profit, segments, z=1.0, solve=plan))[:, 1].sum() < nominal / 2
    assert np.isin(shrunk(profit, se)[:, 1].round(9), shrunk(profit, se)[0, 1].round(9)).all()


def test_a_plan_is_spread_over_segments_that_are_equally_uncertain():
    profit = np.full((400, 1), 1.0)
    profit[:100] = 1.1
    segments = Segments(np.repeat(np.arange(4), 100), np.ones((4, 1)), np.full((4, 1), 0.8))
    plan = within(100, np.array([1]))
    alone, spread = plan(profit), plan(segment_robust(profit, segments, z=1.0, solve=plan))
    assert np.bincount(segments.of, alone[:, 0]).tolist() == [100, 0, 0, 0]
    assert np.bincount(segments.of, spread[:, 0]).max() <= 40
    assert worth(spread, profit, segments, 1.0) > 1.8 * worth(alone, profit, segments, 1.0)


def test_nothing_is_given_where_every_segment_may_lose():
    profit = np.full((40, 1), 1.0)
    segments = Segments(np.zeros(40, dtype=np.int64), np.ones((1, 1)), np.full((1, 1), 2.0))
    plan = within(20, np.array([1]))
    assert plan(segment_robust(profit, segments, z=1.0, solve=plan)).sum() == 0


@settings(max_examples=25, deadline=None)
@given(seeds, zs, st.integers(0, 120))
def test_budgets_hold_whatever_the_errors_are(seed, z, budget):
    profit, se, segments = uncertain(seed)
    cost = np.array([1, 2, 3])
    plan = within(budget, cost)
    for found in (
        shrunk(profit, se),
        lower_bound(profit, se, z=z),
        segment_robust(profit, segments, z=z, solve=plan),
    ):
        given_away = plan(found)
        assert (given_away @ cost).sum() <= budget
        assert given_away.sum(axis=1).max() <= 1


@settings(max_examples=25, deadline=None)
@given(seeds, zs)
def test_the_worst_case_is_never_worse_than_that_of_the_nominal_plan(seed, z):
    profit, _, segments = uncertain(seed)
    plan = within(40, np.array([1, 2, 3]))
    found = plan(segment_robust(profit, segments, z=z, solve=plan))
    assert worth(found, profit, segments, z) >= worth(plan(profit), profit, segments, z) - 1e-9
    assert worth(found, profit, segments, z) >= -1e-9


@settings(max_examples=25, deadline=None)
@given(seeds, st.lists(zs, min_size=2, max_size=4).map(sorted))
def test_the_more_that_may_go_wrong_the_less_is_promised(seed, several):
    profit, se, segments = uncertain(seed)
    plan = within(10**6, np.array([1, 2, 3]))
    bounds = [lower_bound(profit, se, z=z) for z in several]
    assert all((low >= high).all() for low, high in itertools.pairwise(bounds))
    promised = [worth(plan(segment_robust(profit, segments, z=z, solve=plan)), profit, segments, z) for z in several]
    assert promised[0] >= promised[-1] - 0.02 * abs(promised[0])


def test_errors_of_segments_are_those_of_means():
    rng = np.random.default_rng(8)
    segment = np.repeat([0, 1], [400, 100])
    effect = rng.normal(1, 2, (500, 2))
    found = Segments.measured(effect, segment)
    for s in (0, 1):
        rows = effect[segment == s]
        assert found.effect[s] == pytest.approx(rows.mean(axis=0))
        assert found.se[s] == pytest.approx(rows.std(axis=0, ddof=1) / np.sqrt(len(rows)))
    with pytest.raises(ValueError, match="segment 1 has 1 rows"):
        Segments.measured(effect[:401], segment[:401])
