"""Trials in simulated shops whose truth is known: intervals cover, nothing is found where there is nothing."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest
from worlds import PRESETS, make_world

from offerloop.evaluation.estimate import Z95
from offerloop.response import CustomerOrdering, Spending, known_estimators, mean_estimate, study_trial

Z90 = 1.644854
CUSTOMERS, MANY = 1_000, 2_000
"""Customers of a world, here and in the soak."""
QUICK = {
    name: one for name, one in known_estimators().items() if name in {"outcome", "ridge_t", "dr_learner", "r_learner"}
}
"""Estimators that take no second for a small world."""


@dataclass
class Tally:
    """What intervals of 90 % held, and by how much values were off."""

    deciles: list[bool] = field(default_factory=list)
    policies: list[bool] = field(default_factory=list)
    held_out: list[float] = field(default_factory=list)
    plugged_in: list[float] = field(default_factory=list)

    def add(self, preset: str, seed: int, customers: int) -> None:
        """One world."""
        world = make_world(preset, seed, customers, before=4)
        study = study_trial(world.value, world.cost, Spending(), seed, QUICK)
        order, true = CustomerOrdering(study, seed), world.true_profit
        for one in order.deciles():
            self.deciles.append(holds(one.realised, (true * order.best).sum(axis=1)[one.rows].mean()))
        for k in range(1, true.shape[1]):
            self.policies.append(holds(mean_estimate(study.effect[:, k]), true[:, k].mean()))
        policy = study.selection.policies["ridge_t"].mean(axis=0)
        found, worth = study.judged.policy_value("ridge_t"), (policy * true).sum(axis=1).mean()
        self.policies.append(holds(found, worth))
        raw = study.value.raw["ridge_t"] - study.cost.raw["ridge_t"]
        self.held_out.append(found.value - worth)
        self.plugged_in.append(raw.mean(axis=0).max(axis=1).mean() - worth)


def holds(found, truth):
    """Whether the 90 % interval of an estimate has the truth inside."""
    return abs(found.value - truth) <= (found.high - found.value) * Z90 / Z95


def played(worlds_each, first=1, customers=CUSTOMERS):
    tally = Tally()
    for seed in range(first, first + worlds_each):
        for k, preset in enumerate(PRESETS):
            tally.add(preset, len(PRESETS) * seed + k, customers)
    return tally


def z_of(errors):
    return np.mean(errors) / (np.std(errors, ddof=1) / np.sqrt(len(errors)))


@pytest.mark.slow
def test_intervals_hold_about_as_often_as_they_say():
    tally = played(4)
    assert 0.82 <= np.mean(tally.deciles) <= 0.96
    assert 0.80 <= np.mean(tally.policies) <= 0.98
    assert abs(z_of(tally.held_out)) < 3
    assert z_of(tally.plugged_in) > 3


@pytest.mark.soak
def test_intervals_of_deciles_and_policies_cover_in_a_thousand_worlds():
    tally = played(200, customers=MANY)
    deciles, policies = np.mean(tally.deciles), np.mean(tally.policies)
    print(f"coverage of 90 %: deciles {deciles:.4f} ({len(tally.deciles)}), policies {policies:.4f}")  # noqa: T201
    print(f"off by: held out z {z_of(tally.held_out):.2f}, plugged in z {z_of(tally.plugged_in):.2f}")  # noqa: T201
    assert 0.87 <= deciles <= 0.93
    assert 0.87 <= policies <= 0.93
    assert abs(z_of(tally.held_out)) < 3 < z_of(tally.plugged_in)


def recommend_something(worlds, customers=CUSTOMERS):
    verdicts = []
    for seed in range(1, worlds + 1):
        world = make_world("null", seed, customers, before=4)
        verdicts.append(study_trial(world.value, world.cost, Spending(), seed, QUICK).verdict)
    return np.mean([one != "nothing" for one in verdicts])


@pytest.mark.slow
def test_where_offers_do_nothing_nothing_is_recommended():
    assert recommend_something(8) <= 2 / 8


@pytest.mark.soak
def test_at_most_a_tenth_of_null_worlds_recommend_anything():
    assert recommend_something(200, MANY) <= 0.10


def sleeping_dogs_treated(seed):
    """Share of the customers whom every offer loses money on that are treated: by the study, and by who buys most."""
    world = make_world("harmful", seed, 2_500, before=4)
    study = study_trial(world.value, world.cost, Spending(), seed, QUICK)
    asleep = world.true_value[:, 1] < 0
    policy = study.selection.policies["ridge_t"].mean(axis=0)
    anyway = study.value.expected[:, 0]
    ranked = anyway >= np.quantile(anyway, 0.5)
    return policy[asleep, 1].mean(), ranked[asleep].mean()


def test_sleeping_dogs_are_left_alone():
    """The deep flash sale makes half of the customers of `harmful` come less often."""
    ours, theirs = np.mean([sleeping_dogs_treated(seed) for seed in (1, 2)], axis=0)
    assert theirs > 0.3
    assert ours <= theirs / 2
