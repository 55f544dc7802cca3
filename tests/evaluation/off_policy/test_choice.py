"""Which weights SWITCH cuts, and which estimator is recommended."""

import dataclasses

import numpy as np
import pytest
from bandit import numbers, some_log
from hypothesis import given, settings
from hypothesis import strategies as st

from offerloop.errors import InputError
from offerloop.evaluation.off_policy.log import Log, Predictions
from offerloop.evaluation.off_policy.methods import dr, recommended, snips, switch_dr


def heavy_log(outcome=1.0):
    """1,000 rows of weight 1 and one that is 500 times as heavy, whose outcome is predicted as 0.5 like the others."""
    n = 1_001
    propensities = np.tile([0.5, 0.5], (n, 1))
    propensities[-1] = [0.999, 0.001]
    action = np.append(np.arange(n - 1) % 2, 1)
    value = np.append(np.arange(n - 1) // 2 % 2, outcome)
    log = Log(action, propensities[np.arange(n), action], value, ("none", "coupon"), None, propensities)
    return log, np.full((n, 2), 0.5), Predictions(np.full((n, 2), 0.5))


def test_switch_leaves_out_a_weight_that_costs_more_than_its_bias():
    log, policy, predictions = heavy_log()
    found, plain = switch_dr(log, policy, predictions), dr(log, policy, predictions)
    assert found.value.value == pytest.approx(0.5)
    assert plain.value.value == pytest.approx(0.5 + 500 * 0.5 / 1_001)
    assert 1 <= found.limit < 500
    assert found.share_cut == pytest.approx(500 / 1_500)
    bound = 0.5 / 1_001 * 0.5  # half of the last row's decisions, times the largest residual
    assert found.bias == pytest.approx([bound])
    rows = np.append(log.value[:-1], 0.5)
    half = 1.959964 * rows.std(ddof=1) / np.sqrt(1_001) + bound
    assert found.value.high - found.value.value == pytest.approx(half)
    assert plain.value.high - plain.value.value > 5 * half


def test_switch_keeps_a_weight_that_costs_nothing():
    found = switch_dr(*heavy_log(outcome=0.5))
    assert (found.limit, found.share_cut) == (np.inf, 0.0)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=20)
def test_no_threshold_promises_less_error_than_the_one_of_switch(seed):
    log, policy, predictions = some_log(seed, n=200, cost=False)
    found = switch_dr(log, policy, predictions)
    rows, ratios = np.arange(200), policy / log.propensities
    weights, q = ratios[rows, log.action], predictions.value
    residual = log.value - q[rows, log.action]
    errors = []
    for limit in [*np.geomspace(weights.min(), weights.max(), 21), np.inf]:
        each = (policy * q).sum(axis=1) + np.where(weights <= limit, weights, 0) * residual
        bias = (policy * (ratios > limit)).sum() / 200 * np.abs(residual).max()
        errors.append(each.var(ddof=1) / 200 + bias**2)
    assert found.squared_error == pytest.approx(min(errors))


def test_switch_needs_full_propensities_and_recommended_does_not(shop):
    bandit, who, log, policy = shop
    short, predictions = dataclasses.replace(log, propensities=None), bandit.perfect(who)
    with pytest.raises(InputError, match="needs the propensities of all actions"):
        switch_dr(short, policy, predictions)
    assert recommended(short, policy, predictions).profit == dr(short, policy, predictions).profit


def test_switch_keeps_all_when_weights_are_light(shop):
    _, _, log, _ = shop
    found = switch_dr(log, log.propensities, Predictions(np.zeros(log.shape), np.zeros(log.shape)))
    assert (found.limit, found.share_cut, found.bias.tolist()) == (np.inf, 0.0, [0.0, 0.0, 0.0])


# Which one is recommended.


def test_recommended_without_predictions_is_snips(shop):
    _, _, log, policy = shop
    assert numbers(recommended(log, policy).profit) == numbers(snips(log, policy).profit)


def test_recommended_uses_predictions_that_help_and_leaves_ones_that_harm(shop):
    bandit, who, log, policy = shop
    good = bandit.perfect(who)
    wild = Predictions(good.value[:, ::-1] * 5, good.cost)
    helped, harmed = recommended(log, policy, good), recommended(log, policy, wild)
    assert (helped.method, helped.profit) == ("DR", dr(log, policy, good).profit)
    assert (harmed.method, harmed.profit) == ("SNIPS", snips(log, policy).profit)


def test_recommended_switches_when_weights_are_heavy():
    found = recommended(*heavy_log())
    assert (found.method, found.share_cut) == ("SWITCH-DR", pytest.approx(1 / 3))
