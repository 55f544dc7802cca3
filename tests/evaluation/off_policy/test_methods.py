"""What each estimator is, by identities and by answers known by construction."""

import dataclasses

import numpy as np
import pytest
from bandit import numbers, some_log
from hypothesis import given, settings
from hypothesis import strategies as st

from offerloop.errors import InputError
from offerloop.evaluation.off_policy.log import Log, Predictions
from offerloop.evaluation.off_policy.methods import dr, ips, recommended, snips, switch_dr
from offerloop.evaluation.off_policy.value import difference_of_policies
from offerloop.evaluation.ranking import mean_interval

SEEDS = st.integers(0, 2**32 - 1)
METHODS = {
    "IPS": lambda log, policy, _: ips(log, policy),
    "SNIPS": lambda log, policy, _: snips(log, policy),
    "DR": dr,
    "SWITCH-DR": switch_dr,
    "recommended": recommended,
}
every_method = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS.keys())


# Identities.


@given(SEEDS)
def test_the_logging_policy_is_worth_the_mean_outcome(seed):
    log, _, _ = some_log(seed)
    mean = mean_interval(log.value - log.cost)
    for found in (ips(log, log.propensities), snips(log, log.propensities)):
        assert numbers(found.profit) == pytest.approx(mean)
        assert found.effective_size == pytest.approx(len(log.action))
        assert found.expected_size == pytest.approx(len(log.action))


@given(SEEDS, st.floats(-100, 100))
def test_snips_moves_with_a_constant(seed, constant):
    log, policy, _ = some_log(seed)
    moved = snips(dataclasses.replace(log, value=log.value + constant), policy).value
    assert numbers(moved) == pytest.approx([one + constant for one in numbers(snips(log, policy).value)], abs=1e-6)


def test_ips_does_not_move_with_a_constant():
    log, policy, _ = some_log(1)
    moved = ips(dataclasses.replace(log, value=log.value + 100), policy)
    assert abs(moved.value.value - ips(log, policy).value.value - 100) > 1


@given(SEEDS)
def test_without_predictions_dr_is_ips(seed):
    log, policy, _ = some_log(seed)
    zero = Predictions(np.zeros(log.shape), np.zeros(log.shape))
    assert numbers(dr(log, policy, zero).profit) == pytest.approx(numbers(ips(log, policy).profit))


@given(SEEDS)
def test_predictions_of_outcomes_without_noise_leave_no_error(seed):
    log, policy, predictions = some_log(seed)
    known = np.arange(len(log.action)), log.action
    exact = dataclasses.replace(log, value=predictions.value[known], cost=predictions.cost[known])
    found = dr(exact, policy, predictions)
    assert numbers(found.value) == pytest.approx(mean_interval((policy * predictions.value).sum(axis=1)))


@every_method
@given(SEEDS)
@settings(max_examples=20)
def test_profit_is_value_less_cost(method, seed):
    found = method(*some_log(seed))
    assert found.profit.value == pytest.approx(found.value.value - found.cost.value, abs=1e-9)


@every_method
def test_without_cost_there_is_only_value(method):
    found = method(*some_log(3, cost=False))
    assert (found.cost, found.profit) == (None, None)
    assert found.value.low < found.value.value < found.value.high


@every_method
def test_positions_are_certain_probabilities(method):
    log, _, predictions = some_log(4)
    positions = np.arange(30) % 3
    certain = np.eye(3)[positions]
    assert method(log, positions, predictions).profit == method(log, certain, predictions).profit


# By construction.


def test_ips_and_snips_by_hand():
    log = Log(np.array([0, 1, 1]), np.array([0.5, 0.25, 0.5]), np.array([2.0, 4.0, 1.0]), ("none", "coupon"))
    policy = np.array([[0.5, 0.5], [0.5, 0.5], [0.0, 1.0]])  # weights 1, 2, 2
    assert ips(log, policy).value.value == pytest.approx((2 + 8 + 2) / 3)
    found = snips(log, policy)
    assert found.value.value == pytest.approx((2 + 8 + 2) / 5)
    influence = np.array([1 * (2 - 2.4), 2 * (4 - 2.4), 2 * (1 - 2.4)]) * 3 / 5
    assert found.value.high - found.value.value == pytest.approx(1.959964 * influence.std(ddof=1) / np.sqrt(3))
    assert (found.largest_weight, found.share_cut, found.expected_size) == (2.0, 0.0, None)


def test_clipping_says_what_it_cut():
    log = Log(np.array([0, 1, 1]), np.array([0.5, 0.25, 0.5]), np.array([2.0, 4.0, 1.0]), ("none", "coupon"))
    policy = np.array([[0.5, 0.5], [0.5, 0.5], [0.0, 1.0]])
    for method, value in ((ips, (2 + 6 + 1.5) / 3), (snips, (2 + 6 + 1.5) / 4)):
        found = method(log, policy, clip=1.5)
        assert found.value.value == pytest.approx(value)
        assert (found.limit, found.share_cut, found.largest_weight) == (1.5, pytest.approx(0.2), 2.0)
        assert found.effective_size == pytest.approx(25 / 9)
    with pytest.raises(InputError, match=r"cannot be clipped at 0"):
        ips(log, policy, clip=0.0)


def test_heavy_weights_that_were_not_drawn_flag_a_result():
    n = 4_000
    propensities = np.tile([0.5, 0.5], (n, 1))
    propensities[:40] = [0.9999, 0.0001]
    action = np.arange(n) % 2
    action[:40] = 0
    log = Log(action, propensities[np.arange(n), action], np.ones(n), ("none", "coupon"), None, propensities)
    found = ips(log, np.full((n, 2), 0.5))
    assert found.effective_size > 3_900
    assert found.expected_size == pytest.approx(n**2 / (3_960 + 40 * (0.25 / 0.9999 + 0.25 / 0.0001)))
    assert found.speaking == found.expected_size
    assert found.flagged


@pytest.mark.parametrize(("n", "flagged"), [(999, True), (1_000, False)])
def test_fewer_than_a_thousand_decisions_are_flagged(n, flagged):
    action = np.arange(n) % 2
    log = Log(action, np.full(n, 0.5), np.ones(n), ("none", "coupon"))
    assert ips(log, np.full((n, 2), 0.5)).flagged is flagged


# Differences.


@every_method
def test_a_paired_difference_is_narrower(method, shop):
    bandit, who, log, policy = shop
    predictions = bandit.perfect(who)
    near = 0.9 * policy + 0.1 * log.propensities
    first, second = method(log, policy, predictions), method(log, near, predictions)
    paired = difference_of_policies(first, second)
    assert paired.profit.value == pytest.approx(first.profit.value - second.profit.value)
    widths = [one.profit.high - one.profit.low for one in (first, second, paired)]
    assert widths[2] < np.hypot(widths[0], widths[1]) / 3
    assert paired.effective_size == min(first.effective_size, second.effective_size)
    assert paired.flagged == (first.flagged or second.flagged)


@every_method
@given(SEEDS)
@settings(max_examples=20)
def test_a_policy_does_not_differ_from_itself(method, seed):
    log, policy, predictions = some_log(seed)
    found = difference_of_policies(method(log, policy, predictions), method(log, policy, predictions))
    bias = 2 * method(log, policy, predictions).bias[-1]
    assert numbers(found.profit) == pytest.approx((0, -bias, bias))


def test_a_difference_needs_one_log():
    (log, policy, _), (other, its_policy, _) = some_log(1), some_log(2)
    with pytest.raises(InputError, match="different logs"):
        difference_of_policies(ips(log, policy), ips(other, its_policy))
