"""One discount at several depths: what a small log tells of it, in the form that such effects have."""

from dataclasses import replace

import numpy as np
import pytest

from offerloop.response.evidence import Evidence
from offerloop.response.ladder import CoveredLearner, CurveLearner, is_ladder, not_below_zero
from offerloop.response.terms import NOTHING, Terms

DEPTHS = (0.1, 0.2, 0.3, 0.4)
OFFERS = (NOTHING, *(Terms(f"off-{depth:g}", "coupon", depth) for depth in DEPTHS))


def log(outcome, n=6_000, seed=1):
    """Everybody is given one of five offers; outcome of (usual, depth, rng)."""
    rng = np.random.default_rng(seed)
    usual, action = rng.gamma(2.0, 50.0, n), rng.integers(0, len(OFFERS), n)
    depth = np.array([one.depth for one in OFFERS])[action]
    chance = np.full((n, len(OFFERS)), 1 / len(OFFERS))
    return Evidence(usual[:, None], action, outcome(usual, depth, rng), chance, OFFERS)


def test_effects_follow_what_customers_buy_anyway_and_the_depth():
    evidence = log(lambda usual, depth, rng: usual * (1 + 0.1 * (depth > 0) + depth) + rng.normal(0, 10, len(usual)))
    found = CurveLearner().fit(evidence, 1).effects(np.array([[50.0], [100.0]]), OFFERS)
    true = np.outer([50.0, 100.0], [0.0, 0.2, 0.3, 0.4, 0.5])
    np.testing.assert_allclose(found, true, rtol=0.1, atol=0.5)


def customers_log(effect, n=12_000, seed=1):
    """Customers of two kinds, who buy in one of three weeks; effect of (kind, depth) is a share of what each buys."""
    rng = np.random.default_rng(seed)
    usual, kind, action = rng.gamma(2.0, 50.0, n), rng.integers(0, 2, n), rng.integers(0, len(OFFERS), n)
    depth = np.array([one.depth for one in OFFERS])[action]
    buys = rng.random(n) < (1 + effect(kind, depth)) / 3
    chance = np.full((n, len(OFFERS)), 1 / len(OFFERS))
    value = buys * usual * rng.gamma(4.0, 0.25, n)
    return Evidence(np.column_stack([usual, kind]), action, value, chance, OFFERS), depth * value


BOTH = np.array([[50.0, 0.0], [50.0, 1.0], [200.0, 0.0], [200.0, 1.0]])
"""Customers who usually buy for 50 and 200, of both kinds."""


@pytest.mark.parametrize("seed", range(3))
def test_everybody_is_moved_by_the_same_share_where_nothing_else_is_seen(seed):
    evidence, _ = customers_log(lambda _, depth: 0.04 * (depth > 0) + 0.8 * depth, seed=seed)
    share = CurveLearner().fit(evidence, 1).effects(BOTH, OFFERS) / (BOTH[:, :1] / 3)
    assert share[:, 2] == pytest.approx(0.2, abs=0.1)
    assert share[:, 4] == pytest.approx(0.36, abs=0.12)
    assert np.ptp(share[:, 4]) < 0.12


def test_customers_who_are_moved_more_are_found_where_the_log_supports_it():
    evidence, _ = customers_log(lambda kind, depth: 3.0 * kind * depth)
    share = CurveLearner().fit(evidence, 1).effects(BOTH, OFFERS) / (BOTH[:, :1] / 3)
    assert (share[[1, 3], 4] > 2.5 * share[[0, 2], 4]).all()
    assert (np.diff(share, axis=1) >= 0).all()


@pytest.mark.parametrize("seed", range(3))
def test_where_offers_do_nothing_no_deep_one_looks_worth_its_cost(seed):
    evidence, discount = customers_log(lambda _, depth: 0 * depth, seed=seed)
    value = CurveLearner().fit(evidence, 1).effects(BOTH, OFFERS)
    cost = CoveredLearner().fit(replace(evidence, outcome=discount, value=evidence.outcome), 1).effects(BOTH, OFFERS)
    assert (value[:, 1:] < 0.9 * cost[:, 1:]).all()


def test_a_plan_cannot_seek_out_customers_whose_costs_are_underestimated():
    """Of who buys more both value and cost are in the same proportion more, whatever chance did to each."""
    evidence, discount = customers_log(lambda _, depth: 0.8 * depth, n=2_000)
    value = CurveLearner().fit(evidence, 1).effects(BOTH, OFFERS)[:, 1:]
    learned = CoveredLearner().fit(replace(evidence, outcome=discount, value=evidence.outcome), 1)
    cost = learned.effects(BOTH, OFFERS)[:, 1:]
    np.testing.assert_allclose(cost / cost[0], np.tile(value[:, :1] / value[0, 0], 4), rtol=0.05)
    mean = learned.effects(evidence.features, OFFERS).mean(axis=0)
    np.testing.assert_allclose(mean[1:], [100 / 3 * depth * (1 + 0.8 * depth) for depth in DEPTHS], rtol=0.2)


def test_more_depth_brings_no_less_whatever_chance_says():
    evidence = log(lambda usual, depth, rng: usual - 5 * depth + rng.normal(0, 100, len(usual)))
    found = CurveLearner().fit(evidence, 1).effects(np.array([[100.0]]), OFFERS)[0]
    assert found[0] == 0
    assert (np.diff(found) > 0).all()


def test_discounts_are_the_depth_of_what_is_bought():
    evidence = log(lambda usual, depth, _: depth * usual * (1 + depth))
    found = CoveredLearner().fit(evidence, 1).effects(np.array([[100.0]]), OFFERS)[0]
    np.testing.assert_allclose(found, 100 * np.array([0, 0.11, 0.24, 0.39, 0.56]), rtol=0.1)


def test_the_mean_where_nothing_is_below_zero():
    alone = not_below_zero(np.array([0.0, 5.0]), np.diag([1.0, 0.01]))
    assert alone[0] == pytest.approx(np.sqrt(2 / np.pi), rel=0.01)
    assert alone[1] == pytest.approx(5.0, rel=0.01)
    assert (not_below_zero(np.array([-4.0, -4.0]), np.eye(2)) > 0).all()


def test_only_depths_of_one_discount_are_a_ladder():
    assert is_ladder(OFFERS)
    assert not is_ladder((*OFFERS, Terms("save", "spend_and_save", 5.0, 20.0)))
    assert not is_ladder(OFFERS[:2])
