"""Bias, coverage and error of the estimators in simulated shops whose truth is known.

The long versions are marked `soak`; run them with ``pytest -m soak --log-cli-level=info`` to see the figures.
"""

import logging

import numpy as np
import pytest
from bandit import Bandit, twenty

from offerloop.evaluation.off_policy.log import Predictions
from offerloop.evaluation.off_policy.methods import dr, ips, recommended, snips, switch_dr
from offerloop.evaluation.off_policy.value import ENOUGH, difference_of_policies

LOGGER = logging.getLogger(__name__)
METHODS = ("IPS", "SNIPS", "DR", "SWITCH-DR", "recommended")
COVERED = (2, 6, 12, 18)
"""Policies of the twenty that keep an effective size of 1,000 of 6,000 in both worlds; the first is the base of
differences."""


def all_values(log, policy, predictions):
    return [
        ips(log, policy),
        snips(log, policy),
        dr(log, policy, predictions),
        switch_dr(log, policy, predictions),
        recommended(log, policy, predictions),
    ]


def estimates(worth):
    return [worth.value] if worth.profit is None else [worth.value, worth.cost, worth.profit]


def replicate(bandit, policies, n, rng, spoil=1.0):
    """Values of each policy by each method on one new log, with predictions fitted to it and multiplied by `spoil`."""
    who, log = bandit.draw(n, rng)
    fitted = bandit.fitted(who, log)
    predictions = Predictions(fitted.value * spoil, None if fitted.cost is None else fitted.cost * spoil)
    return [all_values(log, policy[who], predictions) for policy in policies]


def coverage(bandit, policies, n, replicates, seed):
    """Shares of intervals that hold the truth, (policies, methods, outcomes), the same of differences from the first
    policy, (policies - 1, methods, outcomes), and the least effective size met."""
    rng, least = np.random.default_rng(seed), np.inf
    truths = [bandit.truth(policy) for policy in policies]
    held, held_apart = [], []
    for _ in range(replicates):
        found = replicate(bandit, policies, n, rng)
        least = min(least, *(row[0].effective_size for row in found))
        held.append([[holds(one, truth) for one in row] for row, truth in zip(found, truths, strict=True)])
        apart = [[difference_of_policies(*pair) for pair in zip(row, found[0], strict=True)] for row in found[1:]]
        held_apart.append(
            [[holds(one, truth - truths[0]) for one in row] for row, truth in zip(apart, truths[1:], strict=True)]
        )
    return np.mean(held, axis=0), np.mean(held_apart, axis=0), least


def holds(worth, truth):
    return [one.low <= true <= one.high for one, true in zip(estimates(worth), truth, strict=True)]


def squared_errors(bandit, n, replicates, seed, spoil):
    """Root mean squared errors of profit, or of value without cost, (20, methods), and mean effective sizes (20,)."""
    rng, policies = np.random.default_rng(seed), twenty(bandit)
    truths = np.array([bandit.truth(policy)[-1] for policy in policies])
    errors, sizes = [], []
    for _ in range(replicates):
        found = replicate(bandit, policies, n, rng, spoil)
        errors.append([[estimates(one)[-1].value for one in row] for row in found] - truths[:, np.newaxis])
        sizes.append([row[0].effective_size for row in found])
    return np.sqrt(np.mean(np.square(errors), axis=0)), np.mean(sizes, axis=0)


def close_to_best(errors):
    """Of how many policies the recommended value errs by at most 1.1 times the best of the others."""
    return int((errors[:, 4] <= 1.1 * errors[:, :4].min(axis=1)).sum())


@pytest.mark.parametrize("money", [False, True], ids=["binary", "money"])
def test_values_are_unbiased_and_intervals_cover(money):
    bandit, rng = Bandit.world(11, money, floor=0.04, size=10_000), np.random.default_rng(12)
    policy = twenty(bandit)[6]
    truth = bandit.truth(policy)
    found = [[estimates(one) for one in replicate(bandit, [policy], 2_000, rng)[0]] for _ in range(120)]
    values = np.array([[[one.value for one in outcomes] for outcomes in row] for row in found])
    spread = values.std(axis=0, ddof=1) / np.sqrt(len(found))
    assert (np.abs(values.mean(axis=0) - truth) < 4 * spread).all()
    held = [[[one.low <= t <= one.high for one, t in zip(o, truth, strict=True)] for o in row] for row in found]
    assert (np.mean(held, axis=0) > 0.87).all()
    assert (np.mean(held, axis=0)[:3] < 1).all()


def test_the_recommended_value_is_close_to_the_best():
    errors, sizes = squared_errors(Bandit.world(13, money=True, size=10_000), 1_500, 25, 14, spoil=1.0)
    assert close_to_best(errors) >= 16
    assert sizes.min() < 100 < 1_000 < sizes.max()


def test_expected_size_is_what_logs_have_on_average():
    bandit = Bandit.world(17, money=False, size=10_000)
    who, log = bandit.draw(20_000, np.random.default_rng(18))
    found = snips(log, twenty(bandit)[6][who])
    assert found.effective_size == pytest.approx(found.expected_size, rel=0.1)


@pytest.mark.soak
@pytest.mark.parametrize("money", [False, True], ids=["binary", "money"])
def test_intervals_cover_in_2000_replicates(money):
    bandit = Bandit.world(21, money, floor=0.04)
    policies = [twenty(bandit)[position] for position in COVERED]
    held, apart, least = coverage(bandit, policies, 6_000, 2_000, 22)
    for position, method in enumerate(METHODS):
        LOGGER.info("%s: %s", method, np.round(held[:, position], 3).tolist())
        LOGGER.info("%s, differences: %s", method, np.round(apart[:, position], 3).tolist())
    LOGGER.info("least effective size %.0f", least)
    assert least >= ENOUGH
    for shares in (held, apart):
        assert (shares >= 0.93).all()
        assert (shares[:, [0, 1, 2, 4]] <= 0.97).all()


@pytest.mark.soak
@pytest.mark.parametrize("spoil", [1.0, 2.0], ids=["fitted", "doubled"])
@pytest.mark.parametrize("floor", [0.02, 0.0], ids=["floor", "no floor"])
@pytest.mark.parametrize("money", [False, True], ids=["binary", "money"])
def test_the_recommended_value_is_close_to_the_best_on_20_policies(money, floor, spoil):
    errors, sizes = squared_errors(Bandit.world(23, money, floor), 4_000, 200, 24, spoil)
    ratios = errors / errors[:, :4].min(axis=1, keepdims=True)
    for size, row in zip(sizes, ratios, strict=True):
        LOGGER.info("effective size %5.0f: %s", size, dict(zip(METHODS, np.round(row, 2).tolist(), strict=True)))
    LOGGER.info("close to the best on %d of 20, at worst %.2f", close_to_best(errors), ratios[:, 4].max())
    assert close_to_best(errors) >= 16
