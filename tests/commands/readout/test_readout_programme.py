"""Comparisons of groups that are too small to be shown."""

import numpy as np
import pytest

from offerloop.commands.readout.effects import programme_effects
from offerloop.commands.readout.shards.groups import GroupKey, GroupSums, ReadoutSums
from offerloop.evaluation import Moments


def group(n, buyers):
    profit = np.random.default_rng(n).gamma(1, 10, n)
    return GroupSums(n, buyers, 0, {"profit_minor": Moments.of(profit)})


def programme(n_holdout, share=1.0):
    groups = {GroupKey("programme", "all", "treated", 1.0): group(500, int(500 * share))}
    if n_holdout:
        groups[GroupKey("programme", "all", "control", 1.0)] = group(n_holdout, int(n_holdout * share))
    return programme_effects(ReadoutSums(groups), ["profit_minor"])


@pytest.mark.parametrize(("n_holdout", "share"), [(0, 1.0), (1, 1.0), (7, 1.0), (40, 0.2)])
def test_a_holdout_of_too_few_is_left_out_with_its_size(n_holdout, share):
    effects, few = programme(n_holdout, share)
    assert (effects, [str(one) for one in few]) == (
        [],
        [f"the whole programme: 500 on the plan and {n_holdout} in the holdout"],
    )


def test_a_holdout_of_enough_is_compared():
    effects, few = programme(100)
    assert ([one.method for one in effects], few) == (["adjusted", "unadjusted"], [])
