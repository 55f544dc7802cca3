"""Customers whom a hash leaves out: what the plan would have for them follows from its prices."""

from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_campaigns import calibration, campaign, campaign_limit, case, effects, offers

from offerloop.decision import choices_left_out, plan_campaigns
from offerloop.decision.rules import LIKELY, SAME

KEYS = ["customer_id", "campaign_id", "offer_id"]


def planned(seed, budget):
    one = case([(effects(seed), calibration())], offers(), campaign(send="expected"), budget)
    found = plan_campaigns([one], [campaign_limit(one)], "jointly")
    return one, replace(found, forecasts=[replace(part, send=True) for part in found.forecasts])


def left_out(found, one):
    """What the plan has for its own customers, as if they were left out."""
    sent = [(forecast, one, one) for forecast in found.forecasts if forecast.send]
    return choices_left_out(sent, found.prices, one.keys().clear())


@settings(max_examples=30)
@given(st.integers(0, 1_000), st.integers(500, 12_000))
def test_the_prices_say_of_customers_in_the_plan_what_the_plan_says(seed, budget):
    """But for a few at the margin, whom the last of the budget does not reach."""
    one, found = planned(seed, budget)
    by_price = left_out(found, one).rows()
    plan = found.forecasts[0].plan.select(KEYS).rows()
    assert len(set(by_price) ^ set(plan)) <= 6
    assert len({customer for customer, _, _ in by_price}) == len(by_price)


def test_a_campaign_that_is_not_sent_has_nothing_for_anybody():
    one, found = planned(1, 5_000)
    assert choices_left_out([], found.prices, one.keys().clear()).is_empty()


@pytest.mark.parametrize("policy", [SAME, LIKELY])
def test_a_simpler_policy_has_its_offer_for_the_same_share_of_them(policy):
    one, found = planned(2, 10**6)
    few = found.forecasts[0].plan.filter(pl.col("offer_id") == "c")
    parts = [replace(found.forecasts[0], policy=policy, plan=few)]
    chosen = left_out(replace(found, forecasts=parts), one)
    assert set(chosen["offer_id"]) == {"c"}
    assert chosen.height == pytest.approx(few.height, abs=max(2, 0.5 * few.height))
