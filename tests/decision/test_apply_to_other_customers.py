"""Decisions of some customers, carried out for others within their share of each limit."""

from types import SimpleNamespace

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_campaigns import calibration, campaign, effects, offers

from offerloop.config import ExperimentSettings, Plan
from offerloop.decision import Allowed, CampaignDecisions, Holdback, plan_period
from offerloop.decision.alternatives.reference_policies import LIKELY, SAME
from offerloop.decision.apply_to_other_customers import DecidedPolicy
from offerloop.decision.arms import left_out
from offerloop.money import to_minor
from offerloop.response import HELD_OUT, Corrections, Effects

NOBODY = pl.Series("customer_id", [], dtype=pl.Int64)


def world(seed, budget, customers=60, **changes):
    """Effects on customers, who may get offers at all, and the settings of one campaign that is sent to them."""
    table, fit = effects(seed, customers, level=3.0), calibration()
    views = [(table.select(HELD_OUT), fit)]
    learned = Effects(table, offers(), pl.DataFrame(), fit, views, Corrections({}, {}))
    everyone = table["customer_id"].unique().sort()
    config = SimpleNamespace(
        campaigns=(campaign(budget=budget, **changes),), plan=Plan(), experiment=ExperimentSettings(holdout=0.2),
        business_as_usual=None, shop=SimpleNamespace(currency="USD"),
        minor=lambda amount, _: to_minor(amount, "USD"), unit=lambda _: "USD",
    )  # fmt: skip
    return everyone, learned, Allowed({"one": everyone}, NOBODY, pl.DataFrame()), config


def decided(policy="plan", offer_ids=("a",), depths=(0.1,)):
    depth = pl.Series(list(depths), dtype=pl.Float64)
    return CampaignDecisions({"one": DecidedPolicy(policy, tuple(offer_ids), depth)}, "jointly")


def given_to_all(policy, seed, budget, **changes):
    everyone, learned, allowed, config = world(seed, budget, **changes)
    sent = policy.carried_out(everyone, learned, allowed, config)
    keys = ["customer_id", "campaign_id", "offer_id"]
    return sent.of_everybody.join(learned.effects, on=keys), everyone, config


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 500), st.integers(0, 90), st.sampled_from(["plan", SAME, LIKELY]))
def test_no_part_goes_beyond_its_budget_and_nobody_gets_two_offers(seed, budget, policy):
    found, everyone, config = given_to_all(decided(policy), seed, f"{budget}.00")
    out = everyone.filter(left_out(everyone, config.experiment, 0.0))
    inside = found.filter(~pl.col("customer_id").is_in(out.implode()))
    assert inside["cost_liability_minor"].sum() <= 100 * budget
    assert found["customer_id"].is_unique().all()


def test_the_same_offer_for_all_is_the_one_that_was_decided_on():
    found, everyone, _ = given_to_all(decided(SAME, ["b"]), 1, "10000.00")
    assert set(found["offer_id"]) == {"b"}
    assert found.height > 0.7 * len(everyone)


def test_the_most_likely_buyers_are_ranked_at_the_depth_that_was_decided_on():
    depths = dict(offers().select("offer_id", "depth").iter_rows())
    found, _, _ = given_to_all(decided(LIKELY, ["b"], [depths["b"]]), 2, "20.00")
    assert set(found["offer_id"]) == {"b"}
    others, _, _ = given_to_all(decided(LIKELY, ["b"], [depths["b"]]), 2, "10000.00")
    assert found["p_redeem"].mean() > others["p_redeem"].mean()


def test_more_is_spent_of_a_larger_share():
    little, much = (given_to_all(decided(), 3, budget)[0].height for budget in ("5.00", "20.00"))
    assert 0 < little < much


def test_the_budget_goes_to_customers_outside_of_the_holdback_of_whom_the_plan_has_as_many_offers():
    everyone, learned, allowed, config = world(6, "1200.00", customers=20_000, send="likely")
    holdback = Holdback(0.4, "holdback 1")
    planned = plan_period(pl.DataFrame({"customer_id": everyone}), learned, allowed, config, holdback=holdback)
    sent = planned.sent_offers()
    gets_nothing = holdback.has(everyone) | pl.Series(left_out(everyone, config.experiment, 0.0))
    inside, outside = everyone.filter(~gets_nothing), everyone.filter(gets_nothing)
    assert sent.taken["customer_id"].is_in(inside.implode()).all()
    assert sent.left_out["customer_id"].is_in(outside.implode()).all()
    spent = sent.taken.join(learned.effects, on=["customer_id", "campaign_id", "offer_id"])[
        "cost_liability_minor"
    ].sum()
    assert 0.95 * 120_000 < spent <= 120_000
    shares = sent.taken.height / len(inside), sent.left_out.height / len(outside)
    assert shares[0] == pytest.approx(shares[1], abs=0.015)  # 3.5 errors of the difference between shares of 0.09


@pytest.mark.parametrize("solved", ["jointly", "in order"])
def test_where_no_campaign_is_sent_nobody_gets_anything(solved):
    everyone, learned, allowed, config = world(4, "50.00")
    sent = CampaignDecisions({}, solved).carried_out(everyone, learned, allowed, config)
    assert sent.campaigns == []
    assert sent.of_everybody.is_empty()
