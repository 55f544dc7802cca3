"""Intervals hold the truth as often as they say."""

import pytest
from uplift_trials import METRICS, coverage

QUICK = ("qini", "auuc, perfect")


@pytest.mark.parametrize("name", QUICK)
def test_about_95_of_100_intervals_hold_the_truth(name):
    assert 0.90 <= coverage(name, n_trials=150, n=1_000, replicates=40) <= 0.99


@pytest.mark.soak
@pytest.mark.parametrize("name", METRICS)
def test_95_of_100_intervals_hold_the_truth(name):
    found = coverage(name, n_trials=2_000, n=1_000)
    print(f"{name}: {found:.4f}")  # noqa: T201
    assert 0.93 <= found <= 0.97
