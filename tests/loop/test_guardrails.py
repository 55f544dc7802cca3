"""Plans that help, harm or do nothing, read off customers from whom they were held back."""

from dataclasses import replace

import made_periods
import numpy as np
import pytest
from made_periods import MENU, settled, sight

from offerloop.loop.guardrails import REST, Drawn, Guardrails
from offerloop.loop.learning import Loop
from offerloop.loop.shop import Period, Pulse
from offerloop.loop.watch import MARGIN, OPT_OUTS, RATINGS, RETURNS
from offerloop.offers import NOTHING
from offerloop.tables import HOLDBACK, PLAN

HELD_SHARE = 0.2


def period(gain, rng, *, n=4_000, held=HELD_SHARE, more=None):
    """Everybody has an offer in the plan; who gets it leaves `gain` more of the usual profit."""
    seen = sight(n, rng)
    arm = np.where(rng.random(n) < held, HOLDBACK, PLAN)
    given = np.where(arm == PLAN, 0, NOTHING)
    profit = 0.3 * seen.spend * (1 + gain * (arm == PLAN)) * rng.gamma(2, 0.5, n)
    sales = np.maximum(seen.spend, 1.0)
    watched = {MARGIN: (profit, sales)}
    for name, (plain, told) in (more or {}).items():
        watched[name] = ((rng.random(n) < np.where(arm == PLAN, told, plain)).astype(float), np.ones(n))
    chance = np.tile([1 - held, 0.0, 0.0], (n, 1))
    planned = np.zeros(n, dtype=np.int64)
    return Period(seen, given, chance, profit, np.zeros(n), planned, arm, HELD_SHARE, None, watched)


def actions(gain, periods=26, seed=1, **more):
    rng, guardrails, found = np.random.default_rng(seed), Guardrails(HELD_SHARE), []
    for _ in range(periods):
        reading = guardrails.see(Drawn.of(period(gain, rng, **more)))
        found.append(None if reading is None else reading.action)
    return found, guardrails


def test_a_plan_that_harms_is_rolled_back_rests_and_is_tried_again():
    found, _ = actions(-0.3)
    back = found.index("roll back")
    assert back <= 5
    assert found[back + 1 : back + REST] == [None] * (REST - 1)
    assert found[back + REST] is not None


def test_a_plan_that_helps_ships():
    assert "ship" in actions(0.3)[0]


def test_a_plan_that_does_nothing_goes_on():
    assert set(actions(0.0)[0]) == {"go on"}


@pytest.mark.parametrize(
    ("name", "plain", "told"), [(RETURNS, 0.1, 0.2), (OPT_OUTS, 0.0, 0.03), (RATINGS, 0.8, 0.6)], ids=str
)
def test_what_customers_do_not_like_is_rolled_back_although_it_pays(name, plain, told):
    found, _ = actions(0.3, more={name: (plain, told)})
    assert "ship" not in found[: found.index("roll back")]


def test_a_broken_draw_stops_it_for_good():
    found, guardrails = actions(0.0, held=0.5)
    assert found[0] == "stop"
    assert guardrails.state == "stopped"
    assert found[1:] == [None] * 25


def test_a_budget_too_small_to_hold_anything_back_is_not_a_broken_draw():
    rng, guardrails = np.random.default_rng(6), Guardrails(HELD_SHARE)
    for _ in range(10):
        assert guardrails.see(Drawn.of(replace(period(0.0, rng, held=0.0), held=0.0))) is None
    assert guardrails.state == "trial"


def test_a_coupon_that_both_groups_have_does_not_count_against_the_plan():
    rng, guardrails = np.random.default_rng(7), Guardrails(HELD_SHARE)
    for _ in range(20):
        made = period(0.0, rng)
        told, coupon = made.arm == PLAN, 0.1 * made.sight.spend
        cost, profit = np.where(told, coupon, 0.0), made.value_minor - coupon
        guardrails.see(Drawn.of(replace(made, cost_minor=cost, profit_minor=profit)))
    assert guardrails.state == "trial"


def test_periods_without_a_plan_say_nothing():
    guardrails, rng = Guardrails(HELD_SHARE), np.random.default_rng(2)
    plain = replace(period(0.0, rng), planned=None, arm=None)
    assert guardrails.see(Drawn.of(plain)) is None


@pytest.fixture
def gaining():
    """A loop that is sure of its plan, and what it sees."""
    rng, loop = np.random.default_rng(3), Loop(MENU, 50_000)
    for _ in range(4):
        loop.learn(replace(made_periods.period(5_000, np.full(3, 0.2), rng), planned=None))
    return loop, sight(1_000, rng), rng


def test_nothing_goes_out_but_by_lot_while_a_plan_rests(gaining):
    loop, seen, rng = gaining
    assert loop.decide(seen, rng).sent
    for state in ("rest", "stopped"):
        loop.guardrails.begin(state)
        made = loop.decide(seen, rng)
        assert not made.sent
        assert made.explorers > 0


def test_the_last_good_plan_goes_out_while_a_newer_one_rests(gaining):
    loop, seen, rng = gaining
    loop.good = loop.known(seen)
    good = loop.decide(seen, np.random.default_rng(1)).planned
    loop.learn(made_periods.period(5_000, np.full(3, -0.3), rng))
    loop.learn(made_periods.period(5_000, np.full(3, -0.3), rng))
    loop.guardrails.begin("rest")
    assert np.array_equal(loop.decide(seen, np.random.default_rng(1)).planned, good)
    loop.guardrails.begin("stopped")
    assert not loop.decide(seen, rng).sent


def test_after_an_alarm_what_was_learned_counts_less_and_more_is_explored(gaining):
    loop, seen, rng = gaining
    before, usual = settled(loop.known(seen).belief), loop.decide(seen, rng).explorers
    pulses = [Pulse(np.arange(3), np.full(3, 100.0), np.full(3, cut), 10) for cut in [0.1, 0.11] * 6 + [0.9] * 2]
    for pulse in pulses:
        loop.learn(replace(made_periods.period(50, np.full(3, 0.2), rng), pulse=pulse))
        if loop.alarms:
            break
    assert loop.alarms
    assert settled(loop.known(seen).belief) < before
    assert loop.decide(seen, rng).explorers == pytest.approx(2 * usual, abs=1)
