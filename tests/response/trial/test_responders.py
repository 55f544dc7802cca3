"""Who responds, in trials whose responders are known."""

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.stats import t as student

from offerloop.response import NO_OFFER_TERMS, Evidence, OfferTerms
from offerloop.response.estimators.dr_learner import DRLearner
from offerloop.response.estimators.s_learner import SLearner
from offerloop.response.trial.responders import kinds, linear_projection, shuffled_losses

OFFERS = (NO_OFFER_TERMS, OfferTerms("a", "a", 1.0))


def trial(seed, n=3_000, step=1.0):
    """Only the second column matters for the effect; the first one moves the outcome; the last repeats the third."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 4))
    x[:, 3] = 2 * x[:, 2]
    action = rng.integers(0, 2, n)
    y = 2 * x[:, 0] + action * step * (x[:, 1] > 0) + rng.normal(size=n)
    evidence = Evidence(x, action, y, np.full((n, 2), 0.5), OFFERS)
    effect = 2 * (y - 2 * x[:, 0] - step / 4) * np.where(action == 1, 1, -1)
    return evidence, effect


def test_the_projection_finds_what_the_effect_goes_with():
    evidence, effect = trial(1)
    first, *others = linear_projection(evidence, effect, 1)
    assert first.column == 1
    assert first.slope.low > 0
    assert first.p_value < 1e-6
    assert all(one.p_value > 0.01 for one in others)
    assert {one.column for one in (first, *others)} == {0, 1, 2}


def test_intervals_of_the_projection_hold():
    """The slope of a step at zero on a standard normal column is the density there, .399."""
    hits = []
    for seed in range(150):
        evidence, effect = trial(seed, n=800)
        hits += [
            one.slope.low <= 0.3989 <= one.slope.high
            for one in linear_projection(evidence, effect, 1)
            if one.column == 1
        ]
    assert 0.89 <= np.mean(hits) <= 0.99


def test_errors_of_the_projection_are_hc3():
    evidence, effect = trial(5, n=200)
    x = evidence.features[:, :3]
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    oracle = sm.OLS(effect, sm.add_constant(z)).fit(cov_type="HC3")
    found = sorted(linear_projection(evidence, effect, 1), key=lambda one: one.column)
    np.testing.assert_allclose([one.slope.value for one in found], oracle.params[1:])
    half = student.ppf(0.975, 196) * oracle.bse[1:]
    np.testing.assert_allclose([one.slope.high - one.slope.value for one in found], half)


def test_a_level_that_few_customers_of_an_arm_hold_has_no_slope():
    """Three customers look alike by chance so often that every seventh such level would seem to matter."""
    evidence, effect = trial(6, n=400)
    few, enough = np.zeros(400), np.zeros(400)
    few[:3] = 1
    enough[:100] = 1
    found = linear_projection(replace(evidence, features=np.column_stack([few, 1 - few, enough])), effect, 1)
    assert [one.column for one in found] == [2]


def test_a_column_that_few_stores_decide_has_no_slope():
    """Its dummy fits one store's mean exactly, so that 7 of 10 such columns would seem to matter."""
    evidence, effect = trial(6, n=4_000)
    store = np.repeat(np.arange(40), 100)
    columns = [store == 0, store < 3, store != 0, store % 2 == 0, evidence.features[:, 0]]
    clustered = replace(evidence, features=np.column_stack(columns).astype(float), customer=store)
    assert {one.column for one in linear_projection(clustered, effect, 1)} == {3, 4}
    noise = np.random.default_rng(1).normal(size=(4_000, 20))
    assert linear_projection(replace(clustered, features=noise), effect, 1) == []


def test_where_no_column_varies_in_stores_there_are_no_slopes():
    evidence, effect = trial(6, n=400)
    rare = (np.arange(400) % 20 == 0).astype(float)[:, None]
    clustered = replace(evidence, features=rare, customer=np.arange(400) // 4)
    assert linear_projection(clustered, effect, 1) == []


def test_clusters_widen_the_projection():
    evidence, effect = trial(2, n=600)
    rows = np.repeat(np.arange(600), 3)
    alone = linear_projection(evidence, effect, 1)[0].slope
    together = linear_projection(replace(evidence.of(rows), customer=rows), effect[rows], 1)[0].slope
    assert together.high - together.low == pytest.approx(alone.high - alone.low, rel=0.02)


def test_shuffling_what_matters_costs_most():
    evidence, effect = trial(3)
    losses = shuffled_losses(DRLearner(), evidence, None, effect, 1, [np.array([k]) for k in range(3)], 1)
    assert losses[1].low > 0
    assert losses[1].value > 4 * max(abs(losses[0].value), abs(losses[2].value))


def test_a_fixed_cost_does_not_hide_what_matters():
    """Trees that were given value less cost took every cost for a purchase."""
    rng = np.random.default_rng(7)
    x, action = rng.normal(size=(3_000, 2)), rng.integers(0, 2, 3_000)
    value = 10.0 * (rng.random(3_000) < 0.02 + 0.1 * action * (x[:, 1] > 0))
    evidence = Evidence(x, action, value, np.full((3_000, 2), 0.5), OFFERS)
    cost = replace(evidence, outcome=0.15 * action)
    effect = 2 * value * np.where(action == 1, 1, -1)
    groups = [np.array([0]), np.array([1])]
    with_cost, without = (shuffled_losses(SLearner(), evidence, one, effect, 1, groups, 1) for one in (cost, None))
    assert with_cost[1].low > 0
    assert [one.value for one in with_cost] == pytest.approx([one.value for one in without])


def test_kinds_are_valued_on_customers_who_did_not_make_them():
    evidence, effect = trial(4)
    best, *_, worst = kinds(evidence, effect, 1)
    assert any(one.column == 1 and one.above for one in best.splits)
    assert best.effect.low <= 1 <= best.effect.high
    assert worst.effect.low <= 0 <= worst.effect.high


def test_where_nobody_differs_the_best_kind_does_not_look_it():
    """Of the half in which they were found, the best leaf would look clearly better than the worst."""
    gaps = []
    for seed in range(30):
        rng = np.random.default_rng(seed)
        evidence, _ = trial(seed, n=1_200)
        found = kinds(evidence, rng.normal(size=1_200), seed)
        gaps.append(found[0].effect.value - found[-1].effect.value)
    assert np.mean(gaps) < 0.25
