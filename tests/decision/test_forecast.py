"""One campaign's decision, from effects to whether anything is sent."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_campaigns import calibration, campaign, effects, forecast_alone, offers

from offerloop.errors import ConfigError
from offerloop.evaluation import luck_of_passing
from offerloop.money import MICRO

PAID = (0.9, 0.9, 0.9)


def forecast(table, budget=3000, error=0.2, funded=PAID, **changes):
    return forecast_alone([(table, calibration(error=error))], offers(funded), campaign(**changes), budget)


def funded(seed, share=0.9):
    """Effects whose costs are the shop's part only."""
    return effects(seed).with_columns(
        cost_expected_micro=(pl.col("cost_expected_micro") * (1 - share)).ceil().cast(pl.Int64),
        profit_minor=pl.col("value_minor") - pl.col("discount_minor") * (1 - share),
    )


def rule(found, name):
    return found.comparison.row(by_predicate=pl.col("rule") == name, named=True)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000), st.integers(0, 1000), st.sampled_from(["liability", "expected"]), st.integers(0, 9000))
def test_row_order_does_not_matter_and_the_budget_holds(seed, order, basis, budget):
    table = funded(seed)
    found, again = (
        forecast(one, budget, budget_basis=basis)
        for one in (table, table.sample(fraction=1.0, shuffle=True, seed=order))
    )
    assert found.plan.equals(again.plan)
    assert found.comparison.equals(again.comparison)
    column = {"liability": "cost_liability_minor", "expected": "cost_expected_micro"}[basis]
    assert found.plan[column].sum() == found.solution.used[0] <= budget * found.budget_unit
    assert found.plan["customer_id"].is_unique().all()
    assert (found.plan["profit_minor"] > 0).all()


def test_a_plan_that_pays_is_sent():
    found = forecast(funded(1))
    assert found.send
    assert rule(found, "plan")["profit_low_minor"] > 0
    assert found.plan.height > 0


def test_a_plan_that_may_not_pay_is_not_sent():
    """The same plan, with an uncertainty that reaches below zero; the reader still sees what it would be."""
    found = forecast(funded(1), error=2.0)
    assert not found.send
    assert rule(found, "plan")["profit_minor"] > 0 > rule(found, "plan")["profit_low_minor"]
    assert found.plan.height > 0


@pytest.mark.parametrize("held_out_share, sent", [(1.0, True), (0.0, False)])
def test_expected_sends_what_is_forecast_to_pay_and_nothing_else(held_out_share, sent):
    """The interval holds zero both times; in the second the customers left out of the choice show a loss."""
    table = funded(1).with_columns(pl.col("held_out_value_minor") * held_out_share)
    found = forecast(table, error=2.0, send="expected")
    plan = rule(found, "plan")
    assert plan["profit_low_minor"] < 0 < plan["profit_high_minor"]
    assert (plan["profit_minor"] > 0) is sent
    assert found.send is sent


@pytest.mark.parametrize("send, sent", [("proven", False), ("expected", False), ("likely", True)])
def test_likely_sends_what_is_barely_forecast_to_pay(send, sent):
    """The forecast is above zero, by less than six tenths of its standard error."""
    found = forecast(funded(1), error=40.0, send=send)
    plan = rule(found, "plan")
    se = (plan["profit_high_minor"] - plan["profit_low_minor"]) / 3.92
    assert 0 < plan["profit_minor"] < 0.6 * se
    assert found.send is sent


@pytest.mark.parametrize("send", ["expected", "likely"])
def test_what_is_forecast_to_lose_is_never_sent(send):
    found = forecast(funded(1).with_columns(pl.lit(0.0).alias("held_out_value_minor")), error=40.0, send=send)
    assert rule(found, "plan")["profit_minor"] < 0
    assert not found.send


def test_a_plan_without_budget_is_not_sent():
    found = forecast(funded(1), budget=0)
    assert not found.send
    assert found.plan.is_empty()
    assert found.comparison["rule"].to_list() == ["nothing", "plan"]
    assert rule(found, "plan")["profit_minor"] == 0


def test_simple_rules_are_compared_at_the_plans_spend():
    found = forecast(funded(1))
    assert found.comparison["rule"].to_list() == [
        "nothing", "plan", "same offer for all", "random customers", "most likely buyers",
    ]  # fmt: skip
    plan = rule(found, "plan")
    for row in found.comparison.iter_rows(named=True):
        if row["rule"] != "nothing":
            assert row["spend_minor"] <= plan["spend_minor"] + 1e-6
        assert row["plan_leads_by_minor"] == pytest.approx(plan["profit_minor"] - row["profit_minor"])
        assert row["profit_low_minor"] <= row["profit_minor"] <= row["profit_high_minor"]
        assert row["plan_leads_low_minor"] <= row["plan_leads_by_minor"] <= row["plan_leads_high_minor"]
    assert rule(found, "nothing")["plan_leads_low_minor"] == pytest.approx(plan["profit_low_minor"])


def test_without_an_interval_its_ends_are_empty():
    """Exactly nothing has one; so has a plan of which something was measured."""
    found, measured = forecast(funded(1), error=0.0), forecast(funded(1))
    ends = ("profit_low_minor", "profit_high_minor")
    for table in (found.comparison, found.curve, found.sweep):
        assert table.filter(pl.col("profit_minor") != 0).select(pl.col(ends).is_null().all()).row(0) == (True, True)
    assert [rule(found, "nothing")[end] for end in ends] == [0, 0]
    assert rule(found, "plan")["plan_leads_low_minor"] == 0
    assert found.send
    assert not measured.comparison.select(pl.col(ends).is_null().any()).to_series().any()


@pytest.mark.parametrize("basis", ["liability", "expected"])
def test_the_curve_ends_where_offers_stop_paying(basis):
    table = funded(1)
    found = forecast(table, budget_basis=basis)
    unlimited = forecast(table, budget=10**7, budget_basis=basis)
    first, last = found.curve.row(0, named=True), found.curve.row(-1, named=True)
    assert (first["budget_minor"], first["n_customers"], first["profit_minor"]) == (0, 0, 0)
    assert last["budget_minor"] == pytest.approx(unlimited.solution.used[0] / unlimited.budget_unit)
    assert last["n_customers"] == unlimited.plan.height
    assert last["profit_minor"] == pytest.approx(rule(unlimited, "plan")["profit_minor"])
    assert found.curve["budget_minor"].is_sorted()
    assert found.budget_unit == (MICRO if basis == "expected" else 1)


def test_the_budget_of_a_point_on_the_curve_buys_that_point():
    table = funded(1)
    curve = forecast(table).curve
    row = curve.row(curve.height // 2, named=True)
    plan = rule(forecast(table, budget=int(row["budget_minor"])), "plan")
    assert plan["profit_minor"] == pytest.approx(row["profit_minor"])
    assert plan["n_customers"] == row["n_customers"]


def test_a_campaign_that_concerns_nobody():
    found = forecast(effects(1).clear())
    assert not found.send
    assert found.plan.is_empty()
    assert found.sweep["profit_minor"].unique().to_list() == [0.0]


def test_a_liability_without_limit_is_refused():
    table = effects(1).with_columns(cost_liability_minor=pl.lit(None, dtype=pl.Int64))
    with pytest.raises(ConfigError, match="nothing limits what the offer 'a' can cost"):
        forecast(table)


@pytest.mark.parametrize(
    "send, least, error",
    [
        ("proven", 1.959964, 0.2),
        ("expected", 0.6, 0.2),
        ("expected", 0.6, 2.0),
        ("likely", 0.0, 2.0),
        ("likely", 0.0, 40.0),
    ],
)
def test_the_forecast_of_what_is_sent_leaves_out_the_luck_of_being_sent(send, least, error):
    found = forecast(funded(1), error=error, send=send)
    assert found.send
    plan = rule(found, "plan")
    sent = found.as_sent(found.plan["customer_id"]).row(0, named=True)
    se = (plan["profit_high_minor"] - plan["profit_low_minor"]) / 2 / 1.959964
    luck = luck_of_passing(plan["profit_minor"] / se, least) * se
    assert sent["profit_minor"] == pytest.approx(max(plan["profit_minor"] - luck, 0.0))
    assert 0 <= sent["profit_minor"] < plan["profit_minor"]
    assert (sent["profit_low_minor"], sent["profit_high_minor"]) == pytest.approx(
        (plan["profit_low_minor"], plan["profit_high_minor"])
    )


def test_the_luck_of_being_sent_is_shared_by_those_who_get_the_offer():
    """It is as many standard errors of their profit as of the plan's."""
    found = forecast(funded(1), error=0.2)
    half = found.plan["customer_id"].gather_every(2)
    whole, part = (found.as_sent(ids).row(0, named=True) for ids in (found.plan["customer_id"], half))
    assert found.send
    assert 0 < part["profit_minor"] < whole["profit_minor"]
    assert found.as_sent(half.clear()).row(0, named=True)["profit_minor"] == 0.0
