"""How often an arm without any effect is shipped or rolled back, where arms are small and few customers buy much."""

import logging
from collections import Counter

import numpy as np
import polars as pl
import pytest

import offerloop
from offerloop.commands.experiment.comparing import compare
from offerloop.evaluation import Metric, Moments, Totals, skew_if_alike

WORLDS = [
    pytest.param(200, 20_000, 0.01, 2.0, id="two-buyers"),
    pytest.param(200, 500_000, 0.1, 2.0, id="huge-control"),
    pytest.param(200, 500_000, 0.01, 0.0, id="conversions"),
    pytest.param(100, 100_000, 1.0, 2.0, id="everybody-buys"),
    pytest.param(10_000, 200, 0.05, 1.2, id="small-control"),
]
"""Customers of the arm and of the control, share of buyers, and spread of the logarithm of what they spend."""
MORE = [
    pytest.param(500, 10_000, 0.03, 1.2, id="guardrail"),
    pytest.param(1000, 20_000, 0.02, 1.5, id="twenty-buyers"),
    pytest.param(5000, 100_000, 0.05, 1.2, id="many-buyers"),
    pytest.param(400, 20_000, 0.02, 0.0, id="eight-conversions"),
    pytest.param(3000, 9000, 0.05, 1.0, id="a-quarter"),
]


def sums(rng, n, share, spread):
    """The totals and the moments of an arm."""
    spent = rng.lognormal(4, spread, rng.binomial(n, share)) if spread else np.ones(rng.binomial(n, share))
    powers = [float((spent**power).sum()) for power in (1, 2, 3)]
    totals = Totals.from_sums(n, {"outcome": (powers[0], powers[1])}) if spread else Totals.share(n, powers[0])
    return totals, Moments.from_sums(n, *powers)


def states(rng, n_arm, n_control, share, spread, trials):
    """Shares of experiments in which the same is found to be better, and to be worse."""
    counts = Counter()
    for _ in range(trials):
        (arm, own), (control, other) = (sums(rng, n, share, spread) for n in (n_arm, n_control))
        counts[compare(Metric("spend"), arm, control, None, 0.05, skew_if_alike(own, other))[0].state] += 1
    return counts["better"] / trials, counts["worse"] / trials


@pytest.mark.parametrize(("n_arm", "n_control", "share", "spread"), WORLDS)
def test_the_same_is_seldom_found_to_differ(n_arm, n_control, share, spread):
    assert max(states(np.random.default_rng(5), n_arm, n_control, share, spread, 500)) <= 0.05


@pytest.mark.soak
@pytest.mark.parametrize(("n_arm", "n_control", "share", "spread"), [*WORLDS, *MORE])
def test_the_same_is_seldom_found_to_differ_at_length(n_arm, n_control, share, spread):
    better, worse = states(np.random.default_rng(6), n_arm, n_control, share, spread, 10_000)
    text = "%d against %d, %.0f %% buy, spread %.1f: better %.3f, worse %.3f"
    logging.getLogger(__name__).info(text, n_arm, n_control, 100 * share, spread, better, worse)
    assert max(better, worse) <= 0.045


def spend(rng, n, share, spread):
    return np.where(rng.random(n) < share, rng.lognormal(4, spread, n), 0.0)


def test_a_command_decides_nothing_by_two_buyers():
    rng, arm = np.random.default_rng(7), np.repeat(["new", "control"], [200, 20_000])
    tables = (pl.DataFrame({"arm": arm, "spend": spend(rng, len(arm), 0.01, 2.0)}) for _ in range(40))
    found = [offerloop.experiment(table, "arm", "spend").arms[0] for table in tables]
    assert sum(one.action != "go on" for one in found) <= 3
    assert min(one.metrics[0].p_value for one in found) > 1e-4


def test_an_equal_arm_seldom_breaks_a_guardrail_in_money():
    rng, arm = np.random.default_rng(8), np.repeat(["new", "control"], [500, 10_000])
    actions = Counter()
    for _ in range(100):
        table = pl.DataFrame({
            "arm": arm, "bought": rng.random(len(arm)) < 0.1, "spend": spend(rng, len(arm), 0.03, 1.2),
        })  # fmt: skip
        (found,) = offerloop.experiment(table, "arm", "bought", guardrail={"spend": -0.02}).arms
        actions[found.metrics[1].state] += 1
    assert actions["worse"] <= 5


def test_a_small_arm_that_loses_half_of_its_conversions_is_still_rolled_back():
    rng, trials = np.random.default_rng(9), 200
    worse = 0
    for _ in range(trials):
        (arm, own), (control, other) = sums(rng, 1000, 0.025, 0.0), sums(rng, 20_000, 0.05, 0.0)
        worse += compare(Metric("bought"), arm, control, None, 0.05, skew_if_alike(own, other))[0].state == "worse"
    assert worse / trials > 0.9
