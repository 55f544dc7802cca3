"""Online decisions against the best that could be had of made-up days, and a budget that holds whatever happens."""

import logging

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from made_up_days import HOUR, N_CUSTOMERS, TICK, Day, arrivals_of, bound, day, earned, live, live_expected, traffic

from offerloop.allocation.pacing import Arrivals, Pacer, Purse, issue
from offerloop.allocation.rolling import IssuedSpending, RollingSample, Traffic
from offerloop.errors import ContractError
from offerloop.offers import NOTHING

log = logging.getLogger(__name__)
LIABILITY, EXPECTED = 12_400_000, 3_670_000
"""Budgets: three tenths of what a usual day would cost without any."""
BEST_OF_USUAL, BEST_OF_STRESS = 0.998, 0.96
STRESSES = {"half": {"volume": 0.5}, "double": {"volume": 2.0}, "crowd": {"crowd": 3.0}}
FLAT = np.array([0.0, 1e6]), np.array([1000.0])


def given_offers(chosen):
    rows = np.flatnonzero(chosen != NOTHING)
    return rows, chosen[rows]


def share_of_liability(seed, **stress):
    one = day(seed, **stress)
    chosen, purse = live(one, LIABILITY)
    assert purse.reserved == one.face[given_offers(chosen)].sum() <= LIABILITY
    return earned(one, chosen) / bound(one.profit, one.face, LIABILITY)


def share_of_expected(one, seed, factor=1.0):
    """The best plan knows what redemptions truly cost: what was thought, times `factor`, times the day's luck."""
    chosen, purse = live_expected(one, EXPECTED, seed, factor)
    true = factor * one.p_redeem * one.face
    luck = purse.spent / true[given_offers(chosen)].sum()
    assert purse.reserved == 0
    assert purse.spent <= 1.01 * EXPECTED
    return earned(one, chosen) / bound(one.profit, true * luck, EXPECTED)


@pytest.mark.parametrize("seed", range(4))
def test_usual_day_gets_what_hindsight_would(seed):
    share = share_of_liability(seed)
    log.info("liability, usual, seed %d: %.5f", seed, share)
    assert share >= BEST_OF_USUAL


@pytest.mark.parametrize("seed", range(2))
def test_usual_day_gets_as_much_when_redemptions_come_late(seed):
    """All are redeemed, up to half an hour later: no luck."""
    one = day(seed)
    share = share_of_expected(Day(one.ticks, one.profit, one.expected, np.ones_like(one.p_redeem)), seed)
    log.info("expected, usual, all redeemed, seed %d: %.5f", seed, share)
    assert share >= BEST_OF_USUAL


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("stress", STRESSES)
def test_other_traffic_than_forecast(stress, seed):
    share = share_of_liability(seed, **STRESSES[stress])
    log.info("liability, %s, seed %d: %.5f", stress, seed, share)
    assert share >= BEST_OF_STRESS


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("factor", [0.7, 1.0, 1.4])
def test_other_redemptions_than_planned(factor, seed):
    """Who redeems is luck, for which a usual day pays, the less the more customers it has."""
    share = share_of_expected(day(seed), seed, factor)
    log.info("expected, redemption x %s, seed %d: %.5f", factor, seed, share)
    assert share >= (0.99 if factor == 1 else BEST_OF_STRESS)


@pytest.mark.parametrize("stress", STRESSES)
def test_other_traffic_and_redemptions_that_come_late(stress):
    share = share_of_expected(day(2, **STRESSES[stress]), 2)
    log.info("expected, %s, seed 2: %.5f", stress, share)
    assert share >= BEST_OF_STRESS


def groups(draw, most_cost=30):
    """A few groups of arrivals with two or three offers each."""
    n_offers = draw(st.integers(1, 3))
    made = []
    for _ in range(draw(st.integers(1, 6))):
        shape = (draw(st.integers(0, 8)), n_offers)
        profit = draw(arrays(np.float64, shape, elements=st.one_of(st.floats(-10, 50), st.just(-np.inf))))
        cost = draw(arrays(np.int64, shape, elements=st.integers(0, most_cost)))
        made.append(Arrivals(profit, cost, cost + draw(arrays(np.int64, shape, elements=st.integers(0, 20)))))
    return made


@st.composite
def periods(draw):
    return groups(draw), draw(st.integers(0, 200)), draw(st.one_of(st.none(), st.floats(0, 100)))


@settings(max_examples=200, deadline=None)
@given(periods(), st.randoms(use_true_random=False), st.sampled_from([None, 2.0]), st.booleans())
def test_what_is_reserved_never_exceeds_the_budget(period, luck, life, stubborn):
    """Whatever the first price, the costs and their order, a guard's moods, and what is released or redeemed."""
    arrivals, budget, price = period
    purse, held = Purse(budget), []

    def reserve(amount):
        return not (stubborn and luck.random() < 0.3) and purse.reserve(amount)

    pacer = Pacer(budget, Traffic(*FLAT), reserve, life=life, price=price, every=luck.randint(1, 5))
    for at, group in enumerate(arrivals):
        pick = given_offers(pacer.decide(group, float(at)))
        assert np.isfinite(pacer.price)
        assert (group.profit[pick] > 0).all()
        held += [(amount, at) for amount in group.most[pick].tolist()]
        assert purse.reserved == sum(amount for amount, _ in held)
        assert purse.spent + purse.reserved <= budget
        while life and held and luck.random() < 0.5:
            amount, issued_at = held.pop()
            cost = luck.randint(0, amount)
            purse.settle(amount, cost)
            pacer.spent(cost, float(issued_at))


@settings(max_examples=100, deadline=None)
@given(periods())
def test_free_offers_are_always_given_and_a_budget_of_nothing_gives_no_other(period):
    arrivals, _, price = period
    pacer = Pacer(0, Traffic(*FLAT), Purse(0).reserve, price=price)
    for at, group in enumerate(arrivals):
        chosen = pacer.decide(group, float(at))
        free = np.where(group.most == 0, group.profit, 0.0).max(axis=1, initial=0.0)
        assert np.array_equal(chosen != NOTHING, free > 0)
        pick = given_offers(chosen)
        assert np.array_equal(group.profit[pick], free[pick[0]])
        assert not group.most[pick].any()


def test_same_days_get_the_same_decisions_and_what_never_pays_is_not_given():
    one = day(5, volume=0.1)
    first, again = (live(one, LIABILITY // 10)[0] for _ in range(2))
    assert np.array_equal(first, again)
    assert (first != NOTHING).any()
    assert (live(Day(one.ticks, -abs(one.profit), one.face, one.p_redeem), LIABILITY)[0] == NOTHING).all()


def test_who_comes_alone_is_decided_alone():
    """Groups are for speed: one by one the same day gets as much."""
    one = day(6, volume=0.05)
    purse = Purse(LIABILITY // 20)
    pacer = Pacer(purse.budget, Traffic(np.arange(25) * HOUR, np.full(24, N_CUSTOMERS / 480)), purse.reserve)
    at = np.linspace(TICK, 24 * HOUR, len(one.ticks))
    rows = [slice(row, row + 1) for row in range(len(at))]
    chosen = [
        pacer.decide(Arrivals(one.profit[row], one.face[row], one.face[row]), float(when))
        for row, when in zip(rows, at, strict=True)
    ]
    share = earned(one, np.concatenate(chosen)) / bound(one.profit, one.face, purse.budget)
    assert share >= 0.99


def test_a_refused_offer_gives_way_to_a_cheaper_one():
    """By hand, at a price of 1: nets are 6, 4, 2 for the first customer; the second has one offer, the third a free."""
    profit, cost = np.array([[16.0, 9, 4], [9, -1, -1], [3, 2, 1]]), np.array([[10, 5, 2], [3, 1, 1], [2, 0, 1]])
    arrivals, asked = Arrivals(profit, cost, cost), []

    def with_budget(budget):
        purse = Purse(budget)

        def reserve(amount):
            asked.append(amount)
            return purse.reserve(amount)

        return issue(arrivals, 1.0, reserve).tolist()

    assert with_budget(13) == [0, 0, 1]
    assert asked == [13]
    asked.clear()
    assert with_budget(8) == [1, 0, 1]
    assert asked == [13, 10, 5, 3]
    asked.clear()
    assert with_budget(3) == [2, NOTHING, 1]
    assert asked == [13, 10, 5, 2, 3]


def test_a_first_price_holds_until_enough_have_come_and_a_wrong_one_is_mended():
    one = day(7)
    purse = Purse(LIABILITY)
    pacer = Pacer(LIABILITY, traffic(), purse.reserve, price=7.0)
    few = Arrivals(one.profit[:100], one.face[:100], one.face[:100])
    pacer.decide(few, TICK)
    assert pacer.price == 7.0
    chosen, _ = live(one, LIABILITY, price=7.0)
    assert earned(one, chosen) / bound(one.profit, one.face, LIABILITY) > 0.99


def test_yesterdays_customers_tell_the_first_price():
    one, yesterday = day(8), day(9)
    pacer = Pacer(LIABILITY, traffic(), Purse(LIABILITY).reserve)
    pacer.learn(yesterday.profit, yesterday.face)
    pacer.decide(next(arrivals_of(one, one.face))[1], TICK)
    usual = RollingSample(len(one.ticks))
    usual.add(one.profit, one.face)
    assert pacer.price == pytest.approx(usual.price(LIABILITY / N_CUSTOMERS), rel=0.25)


def spend(profit, cost, price):
    """By the decision rule; the highest of offers that are equally good."""
    net = profit - price * cost
    best = np.maximum(net.max(axis=1, keepdims=True), 0)
    return np.where(net >= best - 1e-9, cost, 0).max(axis=1, initial=0).sum()


@settings(max_examples=300, deadline=None)
@given(
    arrays(np.int64, (6, 3), elements=st.integers(-5, 20)), arrays(np.int64, (6, 3), elements=st.integers(0, 9)),
    st.floats(0, 12),
)  # fmt: skip
def test_price_is_where_the_sample_stops_to_fit(profit, cost, each):
    sample = RollingSample(6)
    sample.add(np.full((9, 3), 99.0), np.full((9, 3), 99))
    sample.add(profit[:2].astype(float), cost[:2])
    sample.add(profit[2:].astype(float), cost[2:])
    price = sample.price(each)
    assert spend(profit, cost, price + 1e-6) <= 6 * each
    assert price == 0 or spend(profit, cost, price) > 6 * each


def test_rate_of_traffic_is_steady_until_a_crowd_comes():
    rng = np.random.default_rng(3)
    known = Traffic(np.array([0.0, 100.0]), np.array([10_000.0]))
    for minute in range(1, 81):
        known.saw(int(rng.poisson(200)), float(minute))
    assert known.rate() == pytest.approx(2, rel=0.02)
    for minute in range(81, 84):
        known.saw(int(rng.poisson(600)), float(minute))
    assert known.rate() == pytest.approx(6, rel=0.1)
    assert known.to_come() == pytest.approx(6 * 1700, rel=0.1)


def test_traffic_that_nobody_forecast_is_survived():
    known = Traffic(np.array([0.0, 1.0, 2.0]), np.array([0.0, 100.0]))
    known.saw(50, 0.5)
    known.saw(50, 5.0)
    assert np.isfinite(known.rate())
    assert known.to_come() == 0


def test_true_cost_is_learned_of_offers_whose_time_is_over():
    """Half of the open offers have redeemed at once: no sign yet that offers cost less than planned."""
    known = IssuedSpending(1000, life=10.0)
    known.issued(400, 0.0)
    known.redeemed(200, 0.0)
    assert known.so_far(5.0) == (400.0, 1.0)
    known.issued(100, 8.0)
    committed, ratio = known.so_far(10.0)
    assert ratio == pytest.approx(0.5, abs=0.01)
    assert committed == pytest.approx(200 + ratio * 100)
    known.redeemed(90, 8.0)
    known.redeemed(40, 0.0)
    assert known.so_far(11.0)[0] == 240 + 90


def test_bad_arrivals_are_refused():
    fine, whole = np.ones((2, 3)), np.ones((2, 3), dtype=np.int64)
    for profit, cost, most in [(fine[:1], whole, whole), (fine, -whole, whole), (fine * np.nan, whole, whole)]:
        with pytest.raises(ContractError):
            Arrivals(profit, cost, most)
    with pytest.raises(ContractError, match="life"):
        Pacer(1, Traffic(*FLAT), Purse(1).reserve).spent(1, 0.0)
