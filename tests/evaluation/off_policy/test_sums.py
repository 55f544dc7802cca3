"""Sums over shards of customers: they value policies as the whole log does, and their intervals hold the truth."""

from dataclasses import fields, replace
from functools import reduce

import numpy as np
import pytest
from repeated_worlds import make_repeated

from offerloop.errors import EvidenceError, InputError
from offerloop.evaluation.estimate import Estimate
from offerloop.evaluation.off_policy.log import Log, Predictions
from offerloop.evaluation.off_policy.methods import (
    dr,
    ips,
    logged_by_sums,
    recommended,
    recommended_by_sums,
    snips,
    switch_dr,
    values_by_sums,
)
from offerloop.evaluation.off_policy.repeated_policy import repeated_value_by_sums
from offerloop.evaluation.off_policy.rows import PolicyRows
from offerloop.evaluation.off_policy.sums import PolicySums, joined, without_customers
from offerloop.evaluation.off_policy.value import difference_of_policies

SHARDS = (1, 4, 13)


def some(table, rows):
    """The same of some rows, is it a log or predictions."""
    own = {one.name: getattr(table, one.name) for one in fields(table)}
    return replace(table, **{name: one[rows] for name, one in own.items() if isinstance(one, np.ndarray)}, **(
        {"is_part": True} if isinstance(table, Log) else {}
    ))  # fmt: skip


class World:
    """A log with cost, predictions of some use, two policies, and the limits of SWITCH by all rows."""

    def __init__(self, *, cost=True, all_known=True, customers=400):
        made = make_repeated("fatigue", customers=customers, all_known=all_known)
        rng, n = np.random.default_rng(1), len(made.log.action)
        self.log = replace(made.log, cost=rng.exponential(0.3, n) * (made.log.action > 0) if cost else None)
        self.past = replace(made.past, baseline=np.column_stack([made.past.baseline] * self.log.outcomes.shape[1]))
        table = rng.normal(1, 0.2, self.log.shape)
        self.predictions = Predictions(table, 0.2 * table if cost else None)
        shares = np.repeat(rng.dirichlet(np.ones(3), customers), n // customers, axis=0)
        self.policies = [np.full(n, 2), shares]
        rows = [PolicyRows.of(self.log, one) for one in self.policies]
        full = self.log.propensities
        self.limits = [None if full is None else one.switch_limit(self.predictions, full) for one in rows]

    def sums(self, shards):
        """The sums of so many shards: of the log's own policy, and of both others."""
        parts = (self._of(np.flatnonzero(self.log.customer % shards == one)) for one in range(shards))
        return reduce(joined, parts)

    def _of(self, rows):
        log, past, predictions = (some(one, rows) for one in (self.log, self.past, self.predictions))
        own = [PolicySums.of(PolicyRows.logged(log))]
        for policy, limit in zip(self.policies, self.limits, strict=True):
            own.append(PolicySums.of(PolicyRows.of(log, policy[rows]), predictions, past, limit=limit))
        return without_customers(own)


def figures(value):
    """All numbers of a value or of a difference."""
    own = [getattr(value, one.name) for one in fields(value) if one.name not in ("source", "influence", "method")]
    parts = [[one.value, one.low, one.high] if isinstance(one, Estimate) else np.ravel(one) for one in own
             if one is not None]  # fmt: skip
    return pytest.approx(np.concatenate(parts), rel=1e-7, abs=1e-9)


@pytest.mark.parametrize("shards", SHARDS)
@pytest.mark.parametrize("cost", [True, False])
@pytest.mark.parametrize("all_known", [True, False])
def test_every_method_values_shards_as_the_whole_log(shards, cost, all_known):
    world = World(cost=cost, all_known=all_known)
    log, predictions = world.log, world.predictions
    own, *sums = world.sums(shards)
    assert logged_by_sums(own).value.value == pytest.approx(log.value.mean())
    for policy, of_policy in zip(world.policies, sums, strict=True):
        whole = [ips(log, policy), snips(log, policy), dr(log, policy, predictions)]
        whole += [switch_dr(log, policy, predictions)] if all_known else []
        for one, other in zip(values_by_sums(of_policy), whole, strict=True):
            assert one.method == other.method
            assert figures(one) == figures(other).expected
        best, other = recommended_by_sums(of_policy), recommended(log, policy, predictions)
        assert (best.method, best.limit) == (other.method, other.limit)


@pytest.mark.parametrize("shards", SHARDS)
def test_a_policy_applied_repeatedly_and_differences_are_those_of_the_whole_log(shards):
    world = World()
    (_, *sums), (_, *whole) = world.sums(shards), world.sums(1)
    values, expected = ([repeated_value_by_sums(one) for one in of_policies] for of_policies in (sums, whole))
    for one, other in zip(values, expected, strict=True):
        assert one.method == other.method
        assert figures(one) == figures(other).expected
    assert figures(difference_of_policies(*values)) == figures(difference_of_policies(*expected)).expected
    paired = difference_of_policies(*values).profit
    alone = sum(((one.profit.high - one.profit.low) / 2) ** 2 for one in values)
    assert (paired.high - paired.low) / 2 < 0.95 * np.sqrt(alone)
    same = difference_of_policies(values[0], repeated_value_by_sums(sums[0])).profit
    assert (same.low, same.high) == (0.0, 0.0)


def test_what_a_shard_gives_does_not_grow_with_its_customers():
    few, many = (World(customers=one).sums(1) for one in (100, 400))
    assert [one.columns.root.shape for one in few] == [one.columns.root.shape for one in many]
    assert not any(isinstance(one.source, Log) for one in many)


def test_an_offer_that_one_shard_never_showed_is_refused_only_where_no_other_did():
    world = World()
    shown = replace(world.log, names=(*world.log.names, "gold", "never"), propensities=None)
    world.log = replace(shown, action=np.where(world.log.customer < 5, 3, world.log.action))
    world.limits = [None, None]
    world.predictions = Predictions(np.ones(world.log.shape), np.ones(world.log.shape))
    world.past = replace(world.past, propensities=None)
    world.policies = [np.full(len(shown.action), 3), np.where(shown.customer < 3, 4, 0)]
    _, gold, never = world.sums(13)
    assert recommended_by_sums(gold).method == "SNIPS"
    with pytest.raises(EvidenceError, match=r"chooses 'never' with a mean probability of 0\.0075, but the log never"):
        recommended_by_sums(never)


def test_a_shard_cuts_the_weights_that_the_whole_log_would_cut():
    """One in twenty decisions has offer 1 with the weight 50: more decisions make the variance small, not the bias."""
    n = 40_000
    number = np.arange(n)
    rare = number % 20 == 0
    action = np.where(rare, number % 1_000 == 0, number % 2).astype(np.int64)
    full = np.column_stack([1 - np.where(rare, 0.02, 0.5), np.where(rare, 0.02, 0.5)])
    value = np.random.default_rng(3).choice([-1.0, 1.0], n)
    whole = Log(action, full[number, action], value, ("none", "a"), propensities=full)
    shard = some(whole, number[:400])
    rows, all_rows = (PolicyRows.of(log, np.ones_like(log.action)) for log in (shard, whole))
    predictions, of_all = (Predictions(np.zeros(log.shape)) for log in (shard, whole))
    assert all_rows.switch_limit(of_all, whole.propensities) == np.inf
    assert rows.switch_limit(predictions, shard.propensities) < 50
    assert rows.switch_limit(predictions, shard.propensities, n) == np.inf


def test_values_of_two_logs_in_shards_are_not_compared():
    values = [values_by_sums(World(customers=100).sums(4)[1])[0] for _ in range(2)]
    with pytest.raises(InputError, match="valued on different logs"):
        difference_of_policies(*values)


def halves(log):
    """Predictions by the mean of each action among the other half of a shard's customers."""
    table = np.zeros(log.shape)
    half = log.customer // 13 % 2
    for own in (0, 1):
        for action in range(log.shape[1]):
            table[half == own, action] = log.value[(half != own) & (log.action == action)].mean()
    return Predictions(table)


@pytest.mark.parametrize("shards", [4, 13])
def test_intervals_hold_the_truth_with_predictions_of_each_shard(shards):
    hits, n = 0, 150
    for seed in range(n):
        world, parts = make_repeated("none", customers=260, periods=4, seed=seed), []
        for one in range(shards):
            log = some(world.log, np.flatnonzero(world.log.customer % shards == one))
            rows = PolicyRows.of(log, np.ones_like(log.action))
            parts.append(without_customers([PolicySums.of(rows, halves(log))]))
        value = values_by_sums(reduce(joined, parts)[0])[-1].value
        hits += value.low <= np.exp(0.32) <= value.high
    assert 0.88 <= hits / n <= 0.99
