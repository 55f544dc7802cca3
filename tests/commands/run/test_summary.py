import json
from decimal import Decimal

import pytest

from offerloop.commands.run.summary import summarise
from offerloop.workspace import sent_or_best


@pytest.fixture(scope="module")
def summary(make):
    return summarise(make())


def test_it_is_json(summary):
    assert json.loads(json.dumps(summary, ensure_ascii=False, allow_nan=False)) == summary


def test_money_is_decimal_text(summary):
    shared = summary["campaigns"][1]
    assert shared["profit"] == {"value": "126.00", "low": "52.00", "high": "199.00"}
    assert (shared["budget"], shared["expected_spend"], shared["liability"]) == ("100.00", "20.00", "15.00")


@pytest.mark.parametrize(("basis", "planned", "most"), [("liability", 3, "15.00"), ("expected", 3, None)])
def test_the_most_that_an_unsent_plan_can_cost_is_said_where_the_budget_counts_it(summary, basis, planned, most):
    """Under an expected budget the amount that counts against it is what the plan is expected to cost."""
    campaign = {**summary["campaigns"][1], "budget_basis": basis, "customers_planned": planned}
    assert sent_or_best({**campaign, "send": False})["liability"] == most
    assert sent_or_best({**campaign, "send": True}) == campaign["as_sent"]


def test_a_rule_and_the_plans_lead_add_up_to_the_plan(summary):
    for campaign in summary["campaigns"]:
        for rule in campaign["rules"]:
            together = Decimal(rule["profit"]["value"]) + Decimal(rule["plan_leads_by"]["value"])
            assert together == Decimal(campaign["profit"]["value"])


def test_one_depth_for_everybody_by_category(summary):
    own, shared = (campaign["uniform_depths"] for campaign in summary["campaigns"])
    assert [(one["category"], one["depth"], one["beats_no_discount"]) for one in shared] == [
        ("cheese", 0.0, None), ("milk", 0.2, True),
    ]  # fmt: skip
    assert shared[1] == {
        "category": "milk", "depth": 0.2, "offer": "shared-20 milk", "floor_depth": 0.3, "customers": 3.0,
        "spend": "20.00", "profit": {"value": "126.00", "low": "52.00", "high": "199.00"}, "beats_no_discount": True,
    }  # fmt: skip
    assert [one["offer"] for one in own] == ["none", "none"]


def test_break_even_over_all_pairs(summary):
    response = summary["response"]
    assert response["break_even_margin"]["B"]["value"] == 0.75
    assert response["break_even_supplier_share"]["B"]["value"] == pytest.approx(1 - 0.3 / 0.75)
    assert response["break_even_supplier_share"]["A"]["low"] == pytest.approx(1 - 0.3 / (0.6 - 1.96 * 0.04), abs=1e-5)


def test_arms_add_up_to_the_customers(summary):
    assert sum(arm["customers"] for arm in summary["arms"].values()) == summary["customers"] == 6
    assert summary["arms"]["plan"] == {"customers": 4, "with_offer": 3}


def test_quality_totals(summary):
    assert summary["quality"]["order_lines"] == {"read": 100, "rejected": 2, "kept": 98}


def test_recommenders_say_when_the_winner_is_not_distinguishable(summary):
    chosen = {one["task"]: one for one in summary["recommenders"]}
    assert chosen["repeat"]["not_distinguishable_from"] == []
    assert chosen["new"]["not_distinguishable_from"] == ["ranker", "repeat"]
    assert chosen["new"]["chosen"] == "popularity"


def test_past_campaigns_keep_what_is_missing_empty(summary):
    by_id = {one["id"]: one for one in summary["past_campaigns"]}
    assert by_id["8"]["naive"]["value"] == "36.00"
    assert by_id["9"]["placebo"] is None
    assert by_id["9"]["note"] == "No earlier period is left for a placebo."


def test_limits_name_the_failed_check(summary):
    assert "Failed checks: next week's discount (should have no effect) on units per week." in summary["limits"]
    assert any("Made up for tests." in sentence for sentence in summary["limits"])


def test_no_past_campaigns(make):
    assert summarise(make(without=("campaign_effects",)))["past_campaigns"] == []
