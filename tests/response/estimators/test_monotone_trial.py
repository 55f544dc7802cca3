"""The made-up trial by which estimators are compared draws what it always drew, and judges as it always did."""

import importlib
from pathlib import Path

import numpy as np
import pytest


@pytest.fixture(scope="module")
def monotone():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(Path(__file__).parents[3] / "benchmarks")
        yield importlib.import_module("monotone_trial")


def test_the_same_customers_are_drawn_each_time(monotone):
    trial = monotone.MonotoneTrial.draw(1_000, seed=1)

    assert (trial.bought.sum(), trial.depth.sum()) == (130, 2026)
    assert trial.customers.chance.sum() == pytest.approx(623.8130059459, abs=1e-6)
    assert trial.customers.basket.sum() == pytest.approx(29852.75, abs=0.05)


def test_more_depth_never_brings_fewer_purchases(monotone):
    assert (np.diff(monotone.Customers.draw(1_000, seed=2).chance, axis=1) >= 0).all()


@pytest.mark.parametrize(
    ("slope", "share"), [(lambda x: 0.2 * (1 + 0.3 * x[:, 4:5]), 0.9334778656), (lambda x: 0.5 + 0 * x[:, :1], 0.41770)]
)
def test_a_policy_has_the_score_that_it_always_had(monotone, slope, share):
    found = monotone.score(lambda x: 0.1 + slope(x) * monotone.DEPTHS)

    assert found == pytest.approx(share, abs=1e-4)


def test_who_knows_all_chances_has_the_whole_value(monotone):
    assert monotone.judge().score(monotone.judge().customers.chance) == pytest.approx(1.0, abs=1e-5)
