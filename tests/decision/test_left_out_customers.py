"""Customers whom a hash leaves out: what the plan would have for them follows from its prices."""

from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_campaigns import calibration, campaign, campaign_limit, case, effects, offers

from offerloop.decision import choices_left_out, plan_campaigns
from offerloop.decision.alternatives.reference_policies import LIKELY, SAME

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


def test_an_offer_for_customers_who_are_left_out_alone_costs_as_much_of_the_budget():
    one, found = planned(4, 1_000)
    without = case([(effects(4).filter(pl.col("offer_id") != "c"), calibration())], offers(), campaign(), 1_000)
    prices = plan_campaigns([without], [campaign_limit(one)], "jointly").prices
    assert prices["offer_id"].to_list() == found.prices["offer_id"].to_list() == ["a", "b", "c"]
    assert prices["budget_price"].n_unique() == 1
    assert prices["budget_price"][0] > 0


@pytest.mark.parametrize("policy", [SAME, LIKELY])
def test_a_simpler_policy_has_its_offer_for_the_same_share_of_them(policy):
    one, found = planned(2, 10**6)
    few = found.forecasts[0].plan.filter(pl.col("offer_id") == "c")
    parts = [replace(found.forecasts[0], policy=policy, plan=few)]
    chosen = left_out(replace(found, forecasts=parts), one)
    assert set(chosen["offer_id"]) == {"c"}
    assert chosen.height == pytest.approx(few.height, abs=max(2, 0.5 * few.height))


@pytest.mark.parametrize("n_offers", [1, 2])
def test_of_customers_who_are_alike_as_many_have_an_offer_as_in_the_plan(n_offers):
    """A shop that assumes one value for everybody, and a budget that pays for half of them.

    The plan takes the last ones by id, so it must have its offers for the last ones of those who are left out.
    """
    same = {"value_minor": 90.0, "profit_minor": 60.0, "cost_liability_minor": 200, "cost_expected_micro": 30 * 10**6}
    everyone = effects(3, 200).with_columns(**{name: pl.lit(value) for name, value in same.items()})
    everyone = everyone.filter(pl.col("offer_id").is_in(["a", "b"][:n_offers])).cast(dict(everyone.schema))
    is_out = pl.col("customer_id") % 5 == 0
    inside, outside = (
        case([(everyone.filter(one), calibration())], offers(), campaign(send="expected"), 200 * 80)
        for one in (~is_out, is_out)
    )
    found = plan_campaigns([inside], [campaign_limit(inside)], "jointly")
    plan = found.forecasts[0].plan
    assert plan.height == 80
    left = choices_left_out([(found.forecasts[0], outside, inside)], found.prices, inside.keys().clear())
    offer_of, sets = dict(plan.select("customer_id", "offer_id").iter_rows()), []
    for one in (inside, outside):
        by_customer = one.keys().group_by("customer_id").agg(pl.col("offer_id").sort().str.join()).sort("customer_id")
        sets.append(list(by_customer.iter_rows()))
    expected = {
        customer: offer_of.get(next(other for other, others in sets[0] if others == own and other >= customer))
        for customer, own in sets[1]
    }
    assert dict(left.select("customer_id", "offer_id").iter_rows()) == {
        customer: offer for customer, offer in expected.items() if offer
    }
    assert left.height > 0.3 * len(sets[1])
