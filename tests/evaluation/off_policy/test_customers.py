"""Several decisions of one customer: they are alike, and intervals must know it."""

import logging
from dataclasses import replace

import numpy as np
import pytest
from bandit import numbers, some_log

from offerloop.errors import InputError
from offerloop.evaluation.off_policy.log import Log, Predictions
from offerloop.evaluation.off_policy.methods import dr, ips, logged, recommended, snips, switch_dr
from offerloop.evaluation.off_policy.value import difference_of_policies

CUSTOMERS, TIMES = 150, 8
SHOWN = 0.5
TRUTH = 10.0
"""Mean worth of a decision under the offer; without it 9."""


def repeated(seed):
    """Customers of very different usual spend, each with several decisions by the toss of a coin."""
    rng = np.random.default_rng(seed)
    customer = np.repeat(np.arange(CUSTOMERS), TIMES)
    action = (rng.random(len(customer)) < SHOWN).astype(np.int64)
    usual = rng.normal(9, 5, CUSTOMERS)[customer]
    value = usual + action + rng.normal(0, 2, len(customer))
    return Log(action, np.full(len(customer), SHOWN), value, ("none", "coupon"), customer=customer)


def flat(log):
    """Predictions that know nothing of the customer."""
    return Predictions(np.tile([9.0, 10.0], (len(log.action), 1)))


METHODS = {
    "IPS": lambda log, policy: ips(log, policy),
    "SNIPS": lambda log, policy: snips(log, policy),
    "DR": lambda log, policy: dr(log, policy, flat(log)),
    "recommended": lambda log, policy: recommended(log, policy, flat(log)),
}


def coverage(logs):
    """Share of so many logs whose interval holds the truth, by method, with and without customers."""
    hits = {(name, known): 0 for name in METHODS for known in (True, False)}
    for seed in range(logs):
        log = repeated(seed)
        policy = np.ones(len(log.action), dtype=np.int64)
        for name, method in METHODS.items():
            for known in (True, False):
                found = method(log if known else replace(log, customer=None), policy).value
                hits[name, known] += found.low <= TRUTH <= found.high
    return {key: count / logs for key, count in hits.items()}


@pytest.fixture(scope="module")
def covered():
    return coverage(300)


@pytest.mark.soak
def test_intervals_cover_in_2000_logs_of_repeated_customers():
    found = coverage(2_000)
    logging.getLogger(__name__).info("%s", found)
    for name in METHODS:
        assert 0.93 <= found[name, True] <= 0.97


@pytest.mark.parametrize("name", METHODS)
def test_intervals_cover_when_customers_come_several_times(covered, name):
    assert 0.91 <= covered[name, True] <= 0.98
    assert covered[name, False] < 0.88


def test_a_paired_difference_covers_and_is_narrower_than_its_parts():
    hits, n = 0, 200
    for seed in range(n):
        log = repeated(seed)
        both = [dr(log, np.full(len(log.action), one), flat(log)) for one in (1, 0)]
        found = difference_of_policies(*both).value
        hits += found.low <= 1.0 <= found.high
        assert found.high - found.low < both[0].value.high - both[0].value.low
    assert 0.91 <= hits / n <= 0.98


def test_the_policy_that_made_the_log_is_worth_the_mean():
    log = repeated(1)
    found = logged(log)
    assert found.value.value == pytest.approx(log.value.mean())
    assert found.method == "mean"
    assert found.effective_size == len(log.action)
    means = log.value.reshape(CUSTOMERS, TIMES).mean(axis=1)
    half = 1.959964 * means.std(ddof=1) / np.sqrt(CUSTOMERS)
    assert found.value.high - found.value.value == pytest.approx(half)


@pytest.mark.parametrize("numbering", [np.arange(30), np.arange(30)[::-1] * 7])
def test_customers_of_one_decision_each_change_nothing(numbering):
    log, policy, predictions = some_log(4)
    named = replace(log, customer=numbering)
    for method in (ips, snips):
        assert numbers(method(named, policy).profit) == pytest.approx(numbers(method(log, policy).profit))
    for method in (dr, switch_dr, recommended):
        one, other = method(named, policy, predictions), method(log, policy, predictions)
        assert numbers(one.profit) == pytest.approx(numbers(other.profit))
        assert one.method == other.method


@pytest.mark.parametrize(
    ("customer", "says"),
    [
        (np.zeros(30, dtype=int), "a single customer has no spread"),
        (np.arange(29), "one whole number per row"),
        (np.arange(30) / 2, "one whole number per row"),
        (np.arange(30) - 1, "in row 0"),
    ],
)
def test_customers_that_cannot_be_are_refused(customer, says):
    log, _, _ = some_log(4)
    with pytest.raises(InputError, match=says):
        replace(log, customer=customer)
