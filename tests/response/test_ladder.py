"""One discount at several depths: what a small log tells of it, in the form that such effects have."""

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
