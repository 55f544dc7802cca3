"""The value of a policy applied repeatedly: identities, and intervals that hold where earlier offers matter."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from repeated_worlds import SIZE, make_repeated

from offerloop.errors import EvidenceError
from offerloop.evaluation.off_policy.methods import snips
from offerloop.evaluation.off_policy.past import NONE, OTHER
from offerloop.evaluation.off_policy.repeated_policy import EVERY, FIRST, repeated_value
from offerloop.evaluation.off_policy.value import difference_of_policies

WORLDS = 40


def always(world, offer):
    """For every row of the log."""
    return np.full(len(world.log.action), offer)


def held(kind, worlds=WORLDS, **given):
    """How often intervals hold the truth, of the value of the deepest offer and of its difference from nothing; and
    the same of the value of one decision."""
    found = []
    for seed in range(worlds):
        world = make_repeated(kind, seed=seed, **given)
        last, customers = len(world.depth) - 1, len(world.usual)
        true = [world.worth(np.full(customers, offer)) for offer in (last, 0)]
        value, base = (repeated_value(world.log, always(world, offer), world.past) for offer in (last, 0))
        gain, one = difference_of_policies(value, base).value, snips(world.log, always(world, last)).value
        found.append([value.value.low <= true[0] <= value.value.high, gain.low <= true[0] - true[1] <= gain.high,
                      one.low <= true[0] <= one.high])  # fmt: skip
    return np.mean(found, axis=0)


@pytest.mark.slow
@pytest.mark.parametrize("kind", SIZE)
@pytest.mark.parametrize("all_known", [True, False])
def test_intervals_hold_the_truth_of_a_policy_applied_repeatedly(kind, all_known):
    value, gain, one = held(kind, all_known=all_known)
    assert value >= 0.85
    assert gain >= 0.85
    if kind in ("carry-over", "pull-forward"):
        assert one <= 0.85


def test_where_nothing_was_shown_before_the_value_is_that_of_one_decision():
    world = make_repeated("carry-over", periods=1)
    past = replace(world.past, baseline=np.zeros_like(world.past.baseline))
    found = repeated_value(world.log, always(world, 1), past)
    plain = snips(world.log, always(world, 1))
    assert found.method == EVERY
    assert found.value.value == pytest.approx(plain.value.value)
    assert found.value.low == pytest.approx(plain.value.low)


def test_every_combination_is_weighed_where_enough_decisions_speak():
    large, small = (make_repeated("fatigue", offers=1, customers=one) for one in (5_000, 400))
    assert repeated_value(large.log, always(large, 1), large.past).method == EVERY
    assert repeated_value(small.log, always(small, 1), small.past).method == FIRST


def test_a_policy_that_hardly_any_decisions_speak_about_gets_the_reason():
    world = make_repeated("none", offers=12, customers=60, periods=6)
    with pytest.raises(
        EvidenceError, match=r"Only \d+ decisions speak about this policy when it is applied repeatedly, fewer than"
    ):
        repeated_value(world.log, always(world, 3), world.past)


def test_earlier_offers_that_a_policy_would_not_have_shown_do_not_speak_for_it():
    world = make_repeated("none", offers=1, customers=3_000)
    other = np.where(world.past.action == NONE, NONE, OTHER)
    with pytest.raises(EvidenceError, match="earlier decisions do not fit this policy"):
        repeated_value(world.log, always(world, 1), replace(world.past, action=other, propensities=None))


def test_a_draw_that_a_customer_keeps_is_not_taken_for_many_draws():
    world = make_repeated("none", offers=1, all_known=False)
    same = np.repeat(world.action[:, :1], world.action.shape[1], axis=1).ravel()
    past = replace(world.past, action=np.where(world.past.action == NONE, NONE, same[:, None]))
    log = replace(world.log, action=same)
    found = repeated_value(log, always(world, 1), replace(past, baseline=np.zeros_like(past.baseline)))
    assert found.method == EVERY
    assert found.value.value == pytest.approx(log.value[same == 1].mean())
    few = np.arange(len(same)) < 1_000
    some = [{name: one[few] for name, one in vars(all_of).items() if isinstance(one, np.ndarray)}
            for all_of in (log, past)]  # fmt: skip
    with pytest.raises(EvidenceError, match="were not drawn anew each time"):
        repeated_value(replace(log, **some[0]), always(world, 1)[few], replace(past, **some[1]))


@given(st.integers(0, 2**32 - 1), st.floats(-50, 50), st.booleans())
def test_a_constant_moves_the_value_by_itself_and_the_logs_own_policy_is_worth_its_mean(seed, constant, all_known):
    world = make_repeated("carry-over", offers=1, customers=300, periods=4, seed=seed, all_known=all_known)
    moved = replace(world.log, value=world.log.value + constant)
    share = np.full(world.log.shape, 1 / world.log.shape[1])
    own = repeated_value(world.log, share, world.past)
    assert own.value.value == pytest.approx(world.log.value.mean())
    assert own.effective_size == pytest.approx(len(world.log.action))
    first, second = (repeated_value(one, always(world, 1), world.past).value for one in (world.log, moved))
    assert second.value - first.value == pytest.approx(constant, abs=1e-6)
