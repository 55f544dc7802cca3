"""Whether the weights of policies contradict the logged propensities."""

import numpy as np
import pytest

from offerloop.commands.evaluate.worths import policy_worths
from offerloop.evaluation.off_policy.log import Log, Predictions
from offerloop.evaluation.off_policy.rows import PolicyRows
from offerloop.evaluation.off_policy.sums import PolicySums

NOTHING, OFFER = 0, 1


def misfits(log, action):
    """Whether the propensities are contradicted by giving everybody the same."""
    size = len(log.action)
    rows, predictions = PolicyRows.of(log, np.full(size, action)), Predictions(np.zeros((size, 2)))
    sums = [PolicySums.of(PolicyRows.logged(log)), PolicySums.of(rows, predictions)]
    return policy_worths([("everyone", "policy")], sums, with_repeated=False)[1].misfits


@pytest.mark.parametrize(
    ("n_offer", "n_nothing", "weight", "contradicted"),
    [
        (1000, 1000, 2.0, False),
        (1060, 940, 2.0, False),
        (1000, 1000, 2.5, True),
        (1000, 1000, 1.0, True),
        (90, 1910, 2.0, False),
        (2000, 0, 1.0, False),
    ],
)
def test_weights_that_do_not_average_1_give_wrong_propensities_away(n_offer, n_nothing, weight, contradicted):
    action = np.repeat([OFFER, NOTHING], [n_offer, n_nothing])
    log = Log(action, np.full(len(action), 1 / weight), np.ones(len(action)), ("none", "offer"))
    assert misfits(log, OFFER) is contradicted


def with_holdout(seed, customers=1000, periods=26, holdout=0.05, logged_share=0.9):
    """A log of customers of whom some are given nothing in all periods, the others an offer in nine of ten."""
    rng = np.random.default_rng(seed)
    customer = np.repeat(np.arange(customers), periods)
    held = (rng.random(customers) < holdout)[customer]
    action = np.where(held, NOTHING, rng.random(len(customer)) < 0.9)
    nothing = holdout + (1 - holdout) * (1 - logged_share)
    full = np.tile([nothing, 1 - nothing], (len(customer), 1))
    propensity = np.where(action == NOTHING, nothing, 1 - nothing)
    return Log(action, propensity, rng.gamma(1, 10, len(customer)), ("none", "offer"), None, full, customer)


def test_a_permanent_holdout_contradicts_no_propensities():
    assert sum(misfits(with_holdout(seed), NOTHING) for seed in range(60)) == 0


def test_wrong_propensities_are_seen_beside_a_permanent_holdout():
    assert all(misfits(with_holdout(seed, logged_share=0.7), NOTHING) for seed in range(5))
