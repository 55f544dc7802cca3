"""What is believed after some periods, where the truth is known."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_periods import MENU, period, settled

from offerloop.loop.belief import Prior, Scaling, Sums, believe
from offerloop.loop.shop import Period, Sight
from offerloop.offers import NOTHING

WIDE = Prior(mean=0.0, common=1.0, own=1.0, tired=0.0, unsure=0.001)


def sums(periods):
    scaling = Scaling.of(periods[0].sight)
    found = [Sums.of(one, MENU, scaling) for one in periods]
    return sum(found[1:], found[0])


def test_nothing_seen_leaves_the_prior():
    prior = Prior()
    found = believe(None, prior, 3)
    assert found.mean == pytest.approx([prior.mean] * 3 + [-prior.tired * prior.mean])
    assert settled(found) == 0


def test_effects_are_found_where_there_is_much_to_see():
    rng = np.random.default_rng(1)
    found = believe(sums([period(20_000, np.array([0.1, 0.2, -0.1]), rng) for _ in range(5)]), WIDE, 3)
    se = np.sqrt(np.diag(found.covariance))[:3]
    assert np.all(se < 0.02)
    assert np.all(np.abs(found.mean[:3] - [0.1, 0.2, -0.1]) < 4 * se)
    assert settled(found) > 0.99


def test_little_to_see_leaves_much_of_the_prior():
    rng = np.random.default_rng(2)
    found = believe(sums([period(200, np.zeros(3), rng)]), Prior(), 3)
    assert 0 < settled(found) < 0.5
    assert np.all(np.abs(found.mean[:3] - Prior().mean) < 0.02)


def test_a_plan_that_favours_large_customers_does_not_look_like_an_effect():
    rng = np.random.default_rng(3)

    def chance(seen):
        large = seen.spend > np.quantile(seen.spend, 0.7)
        return np.where(large[:, None], 0.3, 0.01) * np.ones((1, 3))

    found = believe(sums([period(20_000, np.zeros(3), rng, chance=chance) for _ in range(5)]), WIDE, 3)
    assert np.all(np.abs(found.mean) < 4 * np.sqrt(np.diag(found.covariance)))


def test_intervals_cover_as_often_as_they_say():
    truth, hits = np.array([0.03, 0.0, 0.05]), []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        found = believe(sums([period(2_000, truth, rng) for _ in range(3)]), WIDE, 3)
        hits.append(np.abs(found.mean[:3] - truth) < 1.645 * np.sqrt(np.diag(found.covariance))[:3])
    assert 0.8 < np.mean(hits) < 0.97


@settings(max_examples=20)
@given(st.integers(1, 199), st.integers(0, 1_000))
def test_periods_add_up_in_any_division(first, seed):
    rng = np.random.default_rng(seed)
    whole = period(200, np.zeros(3), rng)
    scaling = Scaling.of(whole.sight)
    parts = [some(whole, slice(None, first)), some(whole, slice(first, None))]
    one, other = Sums.of(whole, MENU, scaling), Sums.of(parts[0], MENU, scaling) + Sums.of(parts[1], MENU, scaling)
    assert np.allclose(one.gram, other.gram)
    assert np.allclose(one.moment, other.moment)
    assert (one.rows, one.value) == (other.rows, pytest.approx(other.value))


def some(whole, rows):
    sight = whole.sight
    seen = Sight(sight.spend[rows], sight.scope[rows], sight.traits[rows], sight.told[rows])
    return Period(seen, whole.given[rows], whole.chance[rows], whole.value_minor[rows], whole.cost_minor[rows])


def test_one_that_is_surely_below_the_others_does_not_pull_them_down():
    rng = np.random.default_rng(4)
    found = believe(sums([period(20_000, np.array([0.03, -0.2, 0.03]), rng) for _ in range(5)]), Prior(), 3)
    assert found.mean[1] < -0.15
    assert np.all(found.mean[[0, 2]] > 0.01)


def test_evidence_that_counts_less_moves_beliefs_less():
    rng = np.random.default_rng(5)
    seen = sums([period(5_000, np.full(3, 0.1), rng) for _ in range(3)])
    assert settled(believe(seen * 0.25, Prior(), 3)) < settled(believe(seen, Prior(), 3))
    assert np.all(believe(seen * 0.25, Prior(), 3).mean[:3] < believe(seen, Prior(), 3).mean[:3])


def test_customers_who_tire_are_found_out_where_there_is_much_to_see():
    rng = np.random.default_rng(6)

    def tiring(seen):
        effect = np.where(seen.given != NOTHING, -0.15 * seen.sight.told, 0.0)
        return replace(seen, value_minor=seen.value_minor * (1 + effect))

    made = [tiring(period(20_000, np.full(3, 0.2), rng)) for _ in range(6)]
    found = believe(sums(made), Prior(common=1.0, own=0.1, unsure=0.2), 3)
    assert found.mean[3] == pytest.approx(-0.15 * 1.1, abs=0.05)
    tired = found.shares(np.array([0.0, 1.0]))
    assert np.all(tired[1] < tired[0])


def test_three_customers_do_not_make_it_sure():
    rng = np.random.default_rng(7)
    found = believe(sums([period(3, np.zeros(3), rng)]), Prior(), 3)
    assert settled(found) < 0.2
