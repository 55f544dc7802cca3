"""The test of whether earlier offers matter: its size where they do nothing, and its power where they do."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from repeated_worlds import make_repeated
from scipy.stats import binom, kstest

from offerloop.evaluation.off_policy.earlier_offers import carry_over, wald

WORLDS = 120


def p_values(kind, worlds=WORLDS, **given):
    found = []
    for seed in range(worlds):
        world = make_repeated(kind, seed=seed, **given)
        found.append(carry_over(world.log, world.past).p_value)
    return np.array(found)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["none", "this window"])
@pytest.mark.parametrize("all_known", [True, False])
def test_p_values_are_uniform_where_earlier_offers_do_nothing(kind, all_known):
    found = p_values(kind, all_known=all_known)
    assert (found < 0.05).sum() <= binom.ppf(0.999, WORLDS, 0.05)
    assert kstest(found, "uniform").pvalue > 0.001


@pytest.mark.slow
@pytest.mark.parametrize("kind, least", [("carry-over", 0.8), ("pull-forward", 0.8), ("fatigue", 0.3)])
def test_earlier_offers_that_matter_are_found(kind, least):
    assert (p_values(kind, 40, customers=1_000) < 0.05).mean() >= least


def test_too_few_customers_who_were_shown_something_before_are_not_tested():
    world = make_repeated("carry-over", customers=99)
    found = carry_over(world.log, world.past)
    assert (found.p_value, found.matters, found.n_customers) == (None, False, 99)
    assert found.n_decisions == 99 * 9


@given(st.integers(0, 2**32 - 1), st.floats(0.1, 100), st.floats(-100, 100))
def test_the_unit_of_the_outcome_and_its_level_do_not_matter(seed, factor, constant):
    world = make_repeated("carry-over", customers=120, periods=4, seed=seed)
    first = carry_over(world.log, world.past).p_value
    log = replace(world.log, value=factor * world.log.value + constant)
    past = replace(world.past, baseline=factor * world.past.baseline + constant)
    assert carry_over(log, past).p_value == pytest.approx(first, rel=1e-3, abs=1e-9)


def test_scores_that_do_not_vary_are_not_tested():
    rng = np.random.default_rng(1)
    x, y, customer = np.ones((50, 1)), rng.normal(size=50), np.arange(50)
    assert wald(x, np.zeros((50, 2)), y, customer) is None
    assert wald(x, np.full((50, 2), 3.0), y, customer) is None
    doubled = rng.normal(size=(50, 1)) @ np.ones((1, 2))
    assert wald(x, doubled, y, customer) == pytest.approx(wald(x, doubled[:, :1], y, customer))
