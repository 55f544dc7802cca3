"""What is sent: the plan, a simpler policy where left-out customers say so beyond noise, or nothing."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_campaigns import campaign, effects, offers

from offerloop.decision.alternatives.reference_policies import SAME
from offerloop.decision.campaign_case import PLAN, CampaignCase
from offerloop.decision.forecast import held_out
from offerloop.decision.policy_choice import may_be_sent, select_policy
from offerloop.evaluation import se_of
from offerloop.money import MICRO
from offerloop.tables import CALIBRATION

BUDGET = 2_000


def case(table, se=5.0, send="proven", budget=BUDGET):
    """A campaign whose held-out errors are those of each offer alone."""
    fits = CALIBRATION.empty()
    table = table.with_columns(value_se_minor=pl.lit(se), d_value=0.0, d_discount=0.0)
    own = campaign(send=send, budget_basis="expected")
    return CampaignCase.of([(table, fits)], offers(), own, budget)


def world(misled):
    """200 customers and three offers that cost 10 each. a truly brings 30, b and c nothing; of half of the customers it
    may be believed (`misled`) that b and c bring more than a."""
    customer, offer = np.repeat(np.arange(200), 3), np.tile(["a", "b", "c"], 200)
    best = offer == "a"
    believed = np.where(best, 30.0, np.where((customer % 2 == 0) & misled, 33.0, 20.0))
    table = effects(1, 200).head(1)
    rows = pl.DataFrame(
        {"customer_id": customer, "offer_id": offer, "_value": believed, "_truth": np.where(best, 30.0, 0)}
    )
    return (
        table.drop("customer_id", "offer_id").join(rows, how="cross")
        .with_columns(
            value_minor="_value", held_out_value_minor="_truth", profit_minor=pl.col("_value") - 10,
            cost_expected_micro=pl.lit(10 * MICRO, pl.Int64), held_out_discount_minor=pl.lit(10.0),
            discount_minor=pl.lit(10.0), fold=pl.lit(0, pl.Int64),
        )
        .select(table.columns)
    )  # fmt: skip


def best_rows(one):
    """The plan without a budget."""
    best = one.effects.with_row_index("row").sort("profit_minor", descending=True).unique("customer_id", keep="first")
    return np.sort(best["row"].to_numpy().astype(np.int64))


def test_the_plan_is_sent_where_no_simpler_policy_is_ahead():
    one = case(world(misled=False))
    assert select_policy(one, best_rows(one)) is one


def test_the_same_offer_for_all_is_sent_where_left_out_customers_say_so_beyond_noise():
    one = case(world(misled=True))
    found = select_policy(one, best_rows(one))
    assert found.policy == SAME
    assert set(found.offers) == {"a"}
    assert found.effects["customer_id"].is_unique().all()
    assert found.cost.sum() <= BUDGET * found.unit
    assert held_out(found, np.arange(found.effects.height)).value > held_out(one, best_rows(one)).value / 2


def test_noise_alone_does_not_replace_the_plan():
    one = case(world(misled=True).with_columns(pl.col("held_out_value_minor").clip(5.0)), se=12.0, send="expected")
    assert may_be_sent(one, best_rows(one))
    assert select_policy(one, best_rows(one)) is one


@pytest.mark.parametrize(
    "send, lacks_growth, least",
    [("proven", True, 1.96), ("expected", False, 0.6), ("expected", True, 0.6), ("likely", True, 1.281552)],
)
def test_a_forecast_must_be_so_many_errors_above_zero(send, lacks_growth, least):
    def one(se):
        return replace(case(world(misled=False), se, send), lacks_growth=lacks_growth)

    rows = best_rows(one(5.0))
    profit = held_out(one(5.0), rows)
    most = 5.0 * profit.value / se_of(profit) / least
    assert may_be_sent(one(most / 1.02), rows)
    assert not may_be_sent(one(most * 1.02), rows)


def test_any_forecast_above_zero_is_likely_to_pay_unless_growth_should_be_seen():
    one, bad = world(misled=False), world(misled=False).with_columns(held_out_value_minor=0.0)
    rows = best_rows(case(one))
    assert may_be_sent(case(one, 1_000.0, "likely"), rows)
    assert not may_be_sent(case(bad, 1_000.0, "likely"), rows)


def test_a_simpler_policy_is_sent_where_the_plan_may_not_be():
    one = case(world(misled=True).with_columns(held_out_value_minor=pl.col("held_out_value_minor") * 0.62), se=2.0)
    assert not may_be_sent(one, best_rows(one))
    assert select_policy(one, best_rows(one)).policy == SAME


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 500), st.integers(0, 9_000))
def test_what_is_launched_keeps_the_budget_and_is_judged_only_once(seed, budget):
    one = CampaignCase.of([(effects(seed), CALIBRATION.empty())], offers(), campaign(), budget)
    found = select_policy(one, np.arange(0))
    if found.policy != PLAN:
        assert found.cost.sum() <= budget * found.unit
        assert may_be_sent(found, np.arange(found.effects.height))
        assert found.profit == pytest.approx(found.profit.mean())
    assert select_policy(found, np.arange(0)).policy == found.policy


def test_a_simpler_policy_can_be_sent_where_customers_were_divided_several_times():
    """Later divisions of the customers hold held-out values only."""
    table = world(misled=True).with_columns(value_se_minor=pl.lit(5.0), d_value=0.0, d_discount=0.0)
    names = ("campaign_id", "customer_id", "offer_id", "fold", "held_out_value_minor", "held_out_discount_minor")
    again = table.select(*names, "d_value", "d_discount", "centred", "value_se_minor", "basis")
    views = [(one, CALIBRATION.empty()) for one in (table, again)]
    one = CampaignCase.of(views, offers(), campaign(send="proven", budget_basis="expected"), BUDGET)
    found = select_policy(one, best_rows(one))
    assert found.policy == SAME
    assert set(found.effects["offer_id"]) == {"a"}
