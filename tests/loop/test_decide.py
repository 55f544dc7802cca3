"""Decisions of a loop: within the budget, with the chances that they are drawn with, and only when they may pay."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_periods import MENU, period, sight

from offerloop.loop.costs import Costs, possible_minor
from offerloop.loop.decide import Rules
from offerloop.loop.learning import Loop
from offerloop.offers import NOTHING
from offerloop.tables import EXPLORE, HOLDBACK


def loop(shares, *, n=2_000, periods=6, budget=20_000, rules=None, seed=1, noise=1.0):
    rng = np.random.default_rng(seed)
    found = Loop(MENU, budget, rules or Rules())
    for _ in range(periods):
        found.learn(period(n, np.asarray(shares), rng, noise=noise))
    return found


@settings(max_examples=25)
@given(st.integers(0, 60_000), st.integers(0, 10_000), st.floats(0, 1))
def test_liabilities_stay_within_the_budget(budget, seed, explore):
    rng = np.random.default_rng(seed)
    made = loop([0.2, 0.2, 0.2], n=300, periods=2, budget=budget, rules=Rules(explore=explore))
    found = made.decide(sight(300, rng), rng)
    told = found.given[found.given != NOTHING]
    assert MENU.liability_minor[told].sum() <= budget
    assert np.all(found.chance >= 0)
    assert np.all(found.chance.sum(axis=1) <= 1 + 1e-9)
    assert np.all(found.propensity > 0)


@pytest.mark.slow
def test_chances_are_those_of_the_draw():
    made, seen = loop([0.3, 0.3, 0.3], budget=50_000), sight(400, np.random.default_rng(5))
    draws = [made.decide(seen, np.random.default_rng(seed)) for seed in range(400)]
    counts = np.stack([(one.given[:, None] == np.arange(3)) for one in draws]).mean(axis=0)
    assert counts == pytest.approx(draws[0].chance, abs=0.13)
    assert counts.mean(axis=0) == pytest.approx(draws[0].chance.mean(axis=0), abs=0.005)


def test_the_same_past_and_luck_give_the_same_decision():
    one, other = (
        loop([0.1, 0.1, 0.1]).decide(sight(500, np.random.default_rng(3)), np.random.default_rng(4)) for _ in "12"
    )
    assert np.array_equal(one.given, other.given)
    assert np.array_equal(one.chance, other.chance)


def test_what_surely_harms_goes_to_explorers_alone():
    found = loop([-0.3, -0.3, -0.3], n=20_000).decide(sight(500, np.random.default_rng(3)), np.random.default_rng(4))
    assert not found.sent
    assert (found.given != NOTHING).sum() <= found.explorers


def test_what_does_nothing_is_not_sent_once_that_could_have_been_seen():
    made = [
        loop([0.0, 0.0, 0.0], n=20_000, seed=seed, noise=0.3).decide(
            sight(500, np.random.default_rng(seed)), np.random.default_rng(4)
        )
        for seed in range(20)
    ]
    assert all(one.evidence.hoped > Rules().proof + Rules().power for one in made if one.evidence.hoped)
    assert sum(one.sent for one in made) <= 2


def test_what_pays_is_sent_to_who_spends_most():
    seen = sight(1_000, np.random.default_rng(3))
    found = loop([0.1, 0.1, 0.1], n=20_000).decide(seen, np.random.default_rng(4))
    told = found.given != NOTHING
    assert found.sent
    assert seen.spend[told].mean() > 1.5 * seen.spend.mean()


def test_the_more_could_have_been_seen_the_more_must_have_been():
    rules = Rules()
    assert rules.needed(0.0) == -rules.power
    assert rules.needed(1.0) < rules.needed(2.0) < rules.needed(100.0) == rules.proof


def test_before_anything_is_seen_offers_go_out_by_lot_only():
    found = Loop(MENU, 20_000).decide(sight(500, np.random.default_rng(3)), np.random.default_rng(4))
    assert (found.sent, found.evidence.shown, found.evidence.hoped) == (False, 0.0, 0.0)
    assert found.explorers > 0


@settings(max_examples=25)
@given(st.integers(20_000, 60_000), st.integers(0, 10_000), st.floats(0.01, 0.5))
def test_a_share_of_the_plan_is_held_back_and_the_budget_holds(budget, seed, held):
    rng = np.random.default_rng(seed)
    made = loop([0.3, 0.3, 0.3], n=600, periods=3, budget=budget, rules=Rules(held=held))
    found = made.decide(sight(600, rng), rng)
    drawn = (found.planned != NOTHING) & (found.arm != EXPLORE)
    back = found.arm == HOLDBACK
    assert np.all(found.given[back] == NOTHING)
    assert np.all(found.given[drawn & ~back] == found.planned[drawn & ~back])
    told = (found.planned != NOTHING).sum()
    assert abs(back.sum() - held * told) <= 1 + found.explorers
    assert MENU.liability_minor[found.given[found.given != NOTHING]].sum() <= budget


def test_an_offer_that_surely_harms_is_off_and_the_others_stay_on():
    found = loop([0.05, -0.3, 0.05], n=20_000).decide(sight(500, np.random.default_rng(3)), np.random.default_rng(4))
    assert found.sent
    assert not (found.planned == 1).any()


def test_a_group_that_nobody_drew_is_not_thought_to_be_free():
    seen = period(
        500, np.zeros(3), np.random.default_rng(8), chance=lambda seen: np.full((len(seen.spend), 3), [0.5, 0, 0])
    )
    expected = Costs.of(seen, MENU).expected_minor(seen.sight, MENU)
    assert np.all(expected[:, 1:].sum(axis=0) > 0.4 * possible_minor(seen.sight, MENU)[:, 1:].sum(axis=0))


def test_costs_are_what_was_seen_of_what_could_have_been():
    rng = np.random.default_rng(7)
    seen = period(5_000, np.zeros(3), rng)
    small = replace(seen, cost_minor=0.5 * seen.cost_minor)
    full, half = (Costs.of(one, MENU).expected_minor(seen.sight, MENU)[:, 0].sum() for one in (seen, small))
    assert half / full == pytest.approx(0.5, abs=0.05)
    both = Costs.of(seen, MENU) + Costs.of(small, MENU)
    assert both.cost == pytest.approx(1.5 * Costs.of(seen, MENU).cost)
