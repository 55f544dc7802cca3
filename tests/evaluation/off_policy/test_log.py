"""What is taken as a log, which policies it can speak about, and the table that shows how much it says."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from offerloop.errors import EvidenceError, InputError
from offerloop.evaluation.off_policy.log import Log, Predictions
from offerloop.evaluation.off_policy.methods import ips
from offerloop.evaluation.off_policy.overlap import effective_size, overlap

GOOD = {
    "action": np.array([0, 1, 1, 0]),
    "propensity": np.array([0.5, 0.5, 0.25, 0.75]),
    "value": np.array([1.0, 0.0, 3.0, 2.0]),
    "names": ("none", "coupon"),
    "cost": np.array([0.0, 0.0, 1.0, 0.0]),
    "propensities": np.array([[0.5, 0.5], [0.5, 0.5], [0.75, 0.25], [0.75, 0.25]]),
}
LOG = Log(**GOOD)
NEVER = Log(**{**GOOD, "names": ("none", "coupon", "double coupon"), "propensities": None})
EVEN = np.full((4, 2), 0.5)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"propensity": np.array([0.5, 0.0, 0.25, 0.75])}, r"propensity in row 1 .* is 0\.0; it must be above 0"),
        ({"propensity": np.array([0.5, 0.5, 0.25, 1.5])}, r"propensity in row 3 .* is 1\.5; it must be above 0"),
        ({"propensity": np.array([0.5, 0.5, np.nan, 0.75])}, r"propensity in row 2 .* is nan; it must be a finite"),
        ({"value": np.array([1.0, np.inf, 0.0, 0.0])}, r"value in row 1 .* is inf"),
        ({"cost": np.array([np.nan, 0.0, 0.0, 0.0])}, r"cost in row 0 .* is nan"),
        ({"value": np.ones(3)}, r"column value has shape \(3,\) where the log has 4"),
        ({"action": np.array([0, 2, 1, 0])}, r"action in row 1 .* is 2; there are 2 actions"),
        ({"action": np.array([0, 1, -1, 0])}, r"action in row 2 .* is -1; there are 2 actions"),
        ({"action": np.array([0.0, 1.0, 1.0, 0.0])}, "one whole number per row"),
        ({"action": np.array([0])}, "fewer than two decisions"),
        ({"propensities": EVEN}, r"propensity in row 2 .* is 0\.25; the full propensities say otherwise"),
        ({"propensities": np.full((4, 2), 0.6)}, r"sum of the logging propensities in row 0 .* is 1\.2"),
        ({"propensities": EVEN * [[3.0, -1.0]]}, r"least of the logging propensities in row 0 .* is -0\.5"),
        ({"propensities": np.full((4, 3), 1 / 3)}, r"have shape \(4, 3\) where the log needs \(4, 2\)"),
    ],
)
def test_a_wrong_log_is_refused_by_row(change, message):
    with pytest.raises(InputError, match=message):
        Log(**{**GOOD, **change})


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        (np.full((4, 2), 0.4), r"sum of the probabilities of the policy in row 0 .* is 0\.8"),
        (np.array([[0.5, 0.5]] * 3 + [[1.1, -0.1]]), r"least of the probabilities of the policy in row 3"),
        (np.array([[0.5, 0.5]] * 3 + [[1.0, np.nan]]), r"probabilities of the policy in row 3 .* is nan"),
        (np.full((3, 2), 0.5), r"have shape \(3, 2\) where the log needs \(4, 2\)"),
        (np.array([0, 1, 1]), r"shape \(3,\) where the log has 4 decisions"),
        (np.array([0, 1, 5, 0]), r"action of the policy in row 2 .* is 5"),
        (np.array([0.0, 1.0, 1.0, 0.0]), "one whole number per row"),
    ],
)
def test_a_policy_that_is_none_is_refused_by_row(policy, message):
    with pytest.raises(InputError, match=message):
        ips(LOG, policy)


@pytest.mark.parametrize(
    ("predictions", "message"),
    [
        (Predictions(np.zeros((4, 2))), "cost are needed with a log that has cost"),
        (Predictions(np.zeros((4, 3)), np.zeros((4, 2))), r"predictions of value have shape \(4, 3\)"),
        (Predictions(np.zeros((4, 2)), np.array([[0.0, 0.0]] * 3 + [[0.0, np.nan]])), "predictions of cost in row 3"),
    ],
)
def test_predictions_must_fit_the_log(predictions, message):
    with pytest.raises(InputError, match=message):
        predictions.check(LOG)


# Refusals.


def test_an_action_that_was_never_shown_is_named():
    with pytest.raises(EvidenceError, match=r"'double coupon' with a mean probability of 0\.25.* never shows it"):
        ips(NEVER, np.array([0, 1, 2, 0]))
    assert ips(NEVER, np.array([0, 1, 1, 0])).method == "IPS"


def test_an_action_that_a_row_could_not_get_is_named():
    propensities = np.array([[0.5, 0.5], [0.5, 0.5], [0.75, 0.25], [1.0, 0.0]])
    log = dataclasses.replace(LOG, propensity=np.array([0.5, 0.5, 0.25, 1.0]), propensities=propensities)
    with pytest.raises(EvidenceError, match="chooses 'coupon' in 1 decision where the log could not have shown it"):
        ips(log, EVEN)
    assert overlap(log, EVEN)[1].largest_possible == np.inf
    assert ips(log, np.array([1, 1, 1, 0])).value.value == pytest.approx((0 / 0.5 + 3 / 0.25 + 2 / 1) / 4)


def test_a_policy_that_never_agrees_with_the_log_is_refused():
    with pytest.raises(EvidenceError, match="never chooses what a customer of the log was shown"):
        ips(LOG, 1 - LOG.action)


# How much a log says.


def test_overlap_by_hand():
    none, coupon = overlap(LOG, np.array([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5], [1.0, 0.0]]))
    assert (none.name, none.logged, none.policy_share) == ("none", 2, 0.625)
    assert (none.mean_weight, none.largest_weight) == (pytest.approx((2 + 4 / 3) / 2), 2.0)
    assert none.effective_size == pytest.approx((2 + 4 / 3) ** 2 / (4 + 16 / 9))
    assert (coupon.logged, coupon.mean_weight, coupon.largest_weight, coupon.effective_size) == (2, 2.0, 2.0, 2.0)
    assert (none.largest_possible, coupon.largest_possible) == (2.0, 2.0)


def test_overlap_describes_what_is_refused():
    unseen = overlap(NEVER, np.array([0, 1, 2, 0]))[2]
    assert (unseen.logged, unseen.policy_share, unseen.effective_size) == (0, 0.25, 0.0)
    assert np.isnan([unseen.mean_weight, unseen.largest_weight]).all()
    assert unseen.largest_possible is None


@given(arrays.arrays(np.float64, st.integers(1, 50), elements=st.floats(0.001, 1000)), st.floats(0.01, 100))
def test_effective_size_is_between_one_and_all_in_any_unit(weights, unit):
    found = effective_size(weights)
    assert 1 - 1e-9 <= found <= len(weights) + 1e-9
    assert effective_size(weights * unit) == pytest.approx(found)
    assert effective_size(np.append(weights, 0.0)) == pytest.approx(found)


def test_effective_size_of_equal_and_of_no_weights():
    assert effective_size(np.full(7, 3.0)) == pytest.approx(7)
    assert effective_size(np.zeros(7)) == 0
