"""Verdicts and forecasts on real customers (Hillstrom's trial), with arms and effects that are known."""

from pathlib import Path

import pytest
from scipy.stats import binomtest

NOMINAL = 0.025


@pytest.fixture
def verdicts(monkeypatch):
    monkeypatch.syspath_prepend(Path(__file__).parents[3] / "benchmarks")
    import trial_verdicts

    return trial_verdicts


@pytest.mark.soak
@pytest.mark.parametrize("arms", [1, 3])
def test_arms_without_effect_pay_in_at_most_one_of_40_draws(verdicts, arms):
    found = verdicts.without_effect(verdicts.Customers.read(), arms, 1_000)
    print(arms, dict(found))  # noqa: T201
    assert binomtest(found["pays"], 1_000).proportion_ci(0.99).low <= NOMINAL


@pytest.mark.soak
def test_forecasts_hold_what_comes_true_and_do_not_lean(verdicts):
    found = list(verdicts.planted(verdicts.Customers.read(), 500))
    for truth in ("own", "final"):
        hits, error, z = verdicts.held(found, truth)
        print(truth, hits, error, z)  # noqa: T201
        low, high = binomtest(hits, len(found)).proportion_ci(0.99)
        assert low <= 0.95 <= high
        assert abs(z) < 2
