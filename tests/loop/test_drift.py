"""Signs of a shop that change when it does, and hardly ever otherwise."""

import numpy as np
import pytest

from offerloop.loop.drift import LEAST, RATE, SPAN, Drift, PeriodSales, price_response, shift


def sales(rng, *, slope=1.5, products=40, share=0.3):
    """A period in which products are cut at random, and sell by their cut."""
    cut = np.where(rng.random(products) < share, rng.choice([0.1, 0.2, 0.3], products), 0.0)
    units = rng.poisson(200 * np.exp(slope * cut) * np.linspace(0.5, 2, products)).astype(float)
    return PeriodSales(np.arange(products), units, cut, 5_000)


def alarms(slopes, indicators=None, seed=1):
    """By period, the indicators that raised an alarm."""
    drift, rng, found = Drift(), np.random.default_rng(seed), []
    for period, slope in enumerate(slopes):
        found.append(
            [
                one.indicator
                for one in drift.add_period(sales(rng, slope=slope), indicators(period, rng) if indicators else {})
            ]
        )
    return found


def test_a_price_response_that_falls_by_half_is_seen_within_three_periods():
    seen = [alarms([1.5] * 14 + [0.75] * 3, seed=seed) for seed in range(20)]
    assert sum(any("price response" in one for one in each[14:]) for each in seen) >= 18


def test_the_slope_is_that_of_the_products():
    rng = np.random.default_rng(2)
    found = price_response([sales(rng, slope=2.0) for _ in range(15)], 15)
    assert found.mean() == pytest.approx(2.0, abs=0.1)


def test_products_that_come_and_go_do_not_disturb():
    rng = np.random.default_rng(3)
    periods = [sales(rng) for _ in range(12)]
    shorter = [
        PeriodSales(one.product[k % 3 :], one.units[k % 3 :], one.cut[k % 3 :], 1) for k, one in enumerate(periods)
    ]
    assert np.all(np.isfinite(price_response(shorter, 12)))


def test_without_a_change_there_are_as_few_false_alarms_as_said():
    def indicators(period, rng):
        names = ("value", "orders at random", "cost at random")
        return {name: float(rng.normal()) + (0.5 * period if name == "orders at random" else 0.0) for name in names}

    seen = [alarms([1.5] * SPAN, indicators, seed) for seed in range(100)]
    assert sum(any(each) for each in seen) <= 3 * 100 * RATE


def test_signs_of_a_plan_are_not_compared_with_those_of_random_offers():
    def indicators(period, rng):
        return {
            "cost at random" if period < 14 else "cost of the plan": float(rng.normal()) + (0 if period < 14 else 50)
        }

    assert not any(alarms([1.5] * 20, indicators))


def test_costs_that_jump_raise_an_alarm_and_then_no_other():
    def indicators(period, rng):
        return {"cost of the plan": float(rng.normal()) + (0 if period < 14 else 50)}

    found = alarms([1.5] * 24, indicators)
    assert found[14] == ["cost of the plan"]
    assert not any(found[15:])


def test_nothing_is_said_before_there_is_enough_to_compare():
    assert not any(alarms([1.5] * LEAST, lambda period, _: {"value": 1e6 * (period == LEAST - 1)}))


def test_a_trend_is_no_change_and_a_jump_is():
    rng = np.random.default_rng(4)
    season = 0.3 * np.arange(15) + rng.normal(0, 0.1, 15)
    assert shift(season[:14], season[14:], trend=True)[1] > 0.001
    assert shift(season[:14], season[14:] + 2, trend=True)[1] < 0.0001


def test_the_p_value_is_that_of_students_t():
    rng = np.random.default_rng(5)
    p = [shift(rng.normal(size=10), rng.normal(size=3), trend=bool(k % 2))[1] for k in range(2_000)]
    assert np.mean(np.array(p) < 0.1) == pytest.approx(0.1, abs=0.025)
    assert shift(np.ones(10), np.ones(1), trend=False)[1] == pytest.approx(1.0)
    assert shift(np.ones(10), np.zeros(1), trend=False)[1] < 1e-9


def test_the_first_cut_ever_is_no_alarm():
    assert shift(np.full(10, np.log(0.01)), np.array([np.log(0.0101)]), trend=False)[1] > 0.01
