"""What a shop sees of its customers: the past alone."""

import numpy as np
import pytest

from offerloop.market.observation import IN_SCOPE, PROFILE, observation_of
from offerloop.market.preset import load_preset
from offerloop.market.simulation import Market


def test_columns_are_those_of_the_lines(market_of):
    market = market_of("grocery", customers=60)
    view = observation_of(market)
    lines = market.observe()["order_lines"]
    bought = lines.filter((lines["quantity"] > 0) & (lines["customer_id"] == 7))
    spend = round(100 * bought["paid"].sum())
    assert view.column("spend_minor")[6] == pytest.approx(spend)
    assert view.profile.shape == (60, len(PROFILE))
    week = 100 * bought["list_value"].sum() / market.week
    whole = int(np.flatnonzero(view.category < 0)[0])
    assert view.in_scope(whole)[6, IN_SCOPE.index("list_minor_week")] == pytest.approx(week, rel=1e-5)
    k = int(np.flatnonzero(view.category >= 0)[0])
    assert (view.in_scope(k) == view.by_category[:, view.category[k]]).all()


def test_the_coming_week_changes_nothing(market_of):
    market = market_of("fashion", customers=60).branch()
    before = observation_of(market)
    market.play(np.full(60, 0), market.noise)
    assert (observation_of(market).profile == before.profile).all()
    market.advance(np.full(60, -1), None)
    assert not (observation_of(market).profile == before.profile).all()


def test_who_never_bought_has_zeros():
    market = Market(load_preset("fashion"), 60, 50, 1, 1)
    strangers = np.setdiff1d(market.ids, market.observe()["order_lines"]["customer_id"].unique()) - 1
    assert len(strangers) > 10
    demographics = len(PROFILE) - 3
    assert (observation_of(market).profile[strangers, :demographics] == 0).all()
    assert (observation_of(market).by_category[strangers] == 0).all()


def test_other_customers_come_to_the_same_shop():
    ours, others = (Market(load_preset("grocery"), 40, 80, 1, 3, first) for first in (1, 1001))
    assert (ours.shop.price_minor == others.shop.price_minor).all()
    assert others.observe()["order_lines"]["customer_id"].min() > 1000
    assert observation_of(others).column("spend_minor").sum() > 0
    assert not np.array_equal(ours.people.visits, others.people.visits)
