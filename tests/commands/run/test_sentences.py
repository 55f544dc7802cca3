import dataclasses

import polars as pl
import pytest
from page_texts import page_of

from offerloop.commands.run.facts import BreakEven, break_even, gather
from offerloop.commands.run.page import render
from offerloop.commands.run.sentences import break_even_sentence, campaign_sentence, claim_sentence, decision, headline
from offerloop.commands.run.summary import summarise
from offerloop.commands.run.terminal_text import screen
from offerloop.events.cleaning.clean import quality_row
from offerloop.events.cleaning.large_quantities import QuantitySums
from offerloop.events.cleaning.quality_notes import NEVER_ORDERED, never_ordered
from offerloop.report.localizer import Localizer

ENGLISH = Localizer("en", "USD")


def sentence(findings, campaign: str) -> str:
    facts = gather(findings)
    one = next(one for one in facts.campaigns if one.findings.campaign_id == campaign)
    return campaign_sentence(one, facts)


def test_a_plan_above_zero_is_sent_and_marked_as_a_forecast(make):
    said = sentence(make(), "shared")
    assert said.startswith("Coupons that suppliers share: send 3 coupons for one week; expected profit $126 [52, 199]")
    assert "expected spend of $20, at most $3.75 " in said
    assert "(forecast from shelf-price discounts, not yet tested with coupons)" in said
    assert "beats the reference policy (a simple rule): the same offer for all earns $5 [1, 9] less" in said


def test_what_goes_out_is_forecast_apart_from_the_full_plan(make):
    findings = make()
    planned = [dataclasses.replace(one, n_planned=4) for one in findings.campaigns]
    whole = findings.tables["comparison"].filter((pl.col("campaign_id") == "shared") & (pl.col("rule") == "plan"))
    money = [name for name in whole.columns if name.endswith("_minor")]
    sent = whole.with_columns(pl.col(money) * 0.75, rule=pl.lit("plan as sent"))
    tables = {**findings.tables, "comparison": pl.concat([findings.tables["comparison"], sent.select(whole.columns)])}
    said = sentence(dataclasses.replace(findings, campaigns=planned, tables=tables), "shared")
    assert "send 3 coupons for one week; expected profit $94 [39, 149] on an expected spend of $15" in said
    assert "The plan chose 4 customers; the random test drew 1 of them. For all 4 the estimated profit is" in said
    assert "estimated profit is $126 [52, 199]" in said
    assert "winner's curse" not in said


def test_it_says_how_much_of_a_forecast_is_left_out_as_luck(make):
    findings = make(shared=(12_600.0, 5_200.0, 20_000.0))
    whole = findings.tables["comparison"].filter((pl.col("campaign_id") == "shared") & (pl.col("rule") == "plan"))
    sent = whole.with_columns(pl.col("profit_minor") - 2_000, rule=pl.lit("plan as sent"))
    tables = {**findings.tables, "comparison": pl.concat([findings.tables["comparison"], sent])}
    said = sentence(dataclasses.replace(findings, tables=tables), "shared")
    assert "expected profit $106 [52, 200]" in said
    assert "Expected profit leaves $20 of the estimated profit out" in said
    assert "beats the reference policy (a simple rule): the same offer for all" in said


@pytest.mark.parametrize(
    ("after", "unit", "says"),
    [(-0.02, None, "About $73 of the $146 that"), (-1.0, None, "About $146 of the $146 that"),
     (-1.0, "seats", "About $126 of the $126 that")],
)  # fmt: skip
def test_what_is_brought_forward_is_never_more_than_what_is_gained(make, after, unit, says):
    """Seats are no money, so that profit does not pay for them."""
    own, shared = make().config.campaigns
    findings = make(campaigns=[own, shared.model_copy(update={"budget_unit": unit})])
    checks = findings.tables["response_checks"]
    moved = pl.when(check="depth of last week").then(after).otherwise("estimate").alias("estimate")
    findings = dataclasses.replace(findings, tables={**findings.tables, "response_checks": checks.with_columns(moved)})
    assert f"{says} is gained before the cost of offers may be purchases brought forward" in sentence(
        findings, "shared"
    )


def test_an_assumption_is_never_passed_off_as_an_estimate(make):
    findings = make()
    assumed = [dataclasses.replace(one, assumed_share=0.5) for one in findings.campaigns]
    assert "50 % of the planned offers count by the shop's own assumption, not by data" in sentence(
        dataclasses.replace(findings, campaigns=assumed), "shared"
    )
    assert "assumption, not by data" not in sentence(findings, "shared")


def test_a_losing_plan_is_not_sent_and_says_what_would_change_that(make):
    said = sentence(make(), "own")
    assert "send none; no targeting of these coupons beats doing nothing at an assumed margin of 30 %" in said
    assert "−$9 [−14, −5]" in said
    assert "it clearly pays once suppliers pay 80 % of each discount" in said


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("en", "Without a budget limit, coupons are not proven to pay at any supplier share"),
        ("zh", "不设预算上限时，无论供应商承担多大比例，优惠券都未证明划算"),
    ],
)
def test_a_supplier_share_that_proves_nothing_is_not_said_to_be_none(make, language, title):
    findings = make()
    proven = findings.tables["break_even_sweep"]
    low = pl.min_horizontal("profit_low_minor", pl.lit(-1.0))
    unsure = dataclasses.replace(
        findings, tables={**findings.tables, "break_even_sweep": proven.with_columns(profit_low_minor=low)}
    )
    assert title in page_of(unsure, language)
    assert title not in page_of(findings, language)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["with 60 % of sales, count as one unit each", "3 listed customers have no usable order"]),
        ("zh", ["占销售额的 60%", "有 3 位用户没有可用的订单"]),
    ],
)
def test_what_cleaning_did_that_a_reader_should_know_is_said_on_terminal_and_page(make, language, said):
    findings = make()
    listed = never_ordered(3)
    rows = [
        QuantitySums(n_large=50, large_minor=60, n_lines=100, paid_minor=100).row(100),
        quality_row("customers", NEVER_ORDERED, "flagged", 3, listed),
    ]
    quality = pl.concat([findings.tables["quality"], pl.DataFrame(rows)])
    odd = dataclasses.replace(findings, tables={**findings.tables, "quality": quality})
    page = page_of(odd, language).split('<section id="quality"')[1].split("</section>")[0]
    summary = summarise(odd, language)
    terminal = screen(summary).replace("\u00a0", " ")
    assert len(summary["notes"]) == 2
    for one in said:
        assert one in terminal
        assert one in page
        assert one not in screen(summarise(findings, language)).replace("\u00a0", " ")


def test_a_gain_whose_interval_includes_zero_is_explained(make):
    said = sentence(make(shared=(900.0, -100.0, 1900.0)), "shared")
    assert "send none" in said
    assert "The interval includes zero, so it may be no better than doing nothing." in said


def kept_for(make, send, plan, **findings_of_campaign):
    """What is said of a plan that is not sent by the rule `send`."""
    findings = make(shared=plan)
    settings = [one.model_copy(update={"send": send}) for one in findings.config.campaigns]
    config = findings.config.model_copy(update={"campaigns": tuple(settings)})
    campaigns = [dataclasses.replace(one, send=False, **findings_of_campaign) for one in findings.campaigns]
    return sentence(dataclasses.replace(findings, config=config, campaigns=campaigns), "shared")


def test_a_plan_that_needs_no_proof_is_not_sent_for_its_distance_from_zero(make):
    said = kept_for(make, "expected", (600.0, -3_800.0, 5_000.0), least_errors=0.6)
    assert "That is 0.26 standard errors above zero" in said
    assert 'this campaign (send = "expected") is only sent above 0.6.' in said
    assert "interval includes zero" not in said


def test_what_a_plan_would_have_to_be_is_what_was_used_and_no_rounding_contradicts_it(make):
    half = 1_959.964 * 1_000 / 599.6  # its forecast is 0.5996 standard errors above zero
    said = kept_for(make, "likely", (1_000.0, 1_000.0 - half, 1_000.0 + half), least_errors=0.6)
    assert "That is 0.59 standard errors above zero" in said
    assert 'this campaign (send = "likely") is only sent above 0.6.' in said


@pytest.mark.parametrize("send", ["proven", "likely"])
@pytest.mark.parametrize("low", [500.0, 900.0])
def test_a_campaign_that_rests_is_not_said_to_be_unsure(make, send, low):
    said = kept_for(make, send, (900.0, low, 1_800.0 - low), least_errors=0.0, is_paused=True)
    assert "guardrails stopped this campaign" in said
    assert "suppliers pay" not in said
    assert "includes zero" not in said
    assert "standard errors" not in said


def sent_by(make, least_errors, share_sent=1.0):
    """What is said of a plan of 9.00 [-1, 19] times a share, of which the rest went to the random draw."""
    findings = make(shared=(900.0, -100.0, 1_900.0))
    whole = findings.tables["comparison"].filter((pl.col("campaign_id") == "shared") & (pl.col("rule") == "plan"))
    sent = whole.with_columns(rule=pl.lit("plan as sent"))
    above = (
        pl.when(pl.col("campaign_id") == "shared", rule="plan").then(1_500 * share_sent).otherwise("profit_low_minor")
    )
    planned = findings.tables["comparison"].with_columns(above.alias("profit_low_minor") if share_sent < 1 else [])
    campaigns = [dataclasses.replace(one, send=True, least_errors=least_errors) for one in findings.campaigns]
    tables = {**findings.tables, "comparison": pl.concat([planned, sent])}
    return sentence(dataclasses.replace(findings, campaigns=campaigns, tables=tables), "shared")


def test_a_plan_whose_interval_holds_zero_names_the_rule_that_sends_it(make):
    assert "it is sent because the campaign only requires a positive expected profit" in sent_by(make, 0.0)
    assert "because the estimated profit is more than 0.6 standard errors above zero" in sent_by(make, 0.6)
    proven = sent_by(make, 1.96, 0.5)
    assert "The interval of the whole plan lies above zero; that of those who get its offers does not." in proven
    assert "it is sent because" not in proven


def test_no_share_of_suppliers_is_asked_for_that_they_pay_or_that_changes_nothing(make):
    losing = {"shared": (-200.0, -900.0, 500.0)}
    assert "it clearly pays once suppliers pay 80 %" in sentence(make(**losing), "shared")
    findings = make(**losing)
    offers = findings.tables["offers"].with_columns(funded_share=pl.lit(0.9))
    paid = dataclasses.replace(findings, tables={**findings.tables, "offers": offers})
    assert "without limits it would clearly pay as it is" in sentence(paid, "shared")
    alone = [dataclasses.replace(one, pays_alone=True) for one in findings.campaigns]
    assert "suppliers pay" not in sentence(dataclasses.replace(findings, campaigns=alone), "shared")
    units = [one.model_copy(update={"budget_unit": "seats"}) for one in findings.config.campaigns]
    config = findings.config.model_copy(update={"campaigns": tuple(units)})
    assert "suppliers pa" not in sentence(dataclasses.replace(findings, config=config), "shared")
    assert gather(dataclasses.replace(findings, config=config)).charted is None


def test_a_plan_that_may_or_may_not_lose_is_not_called_a_loss(make):
    said = sentence(make(own=(-200.0, -900.0, 500.0)), "own")
    assert "which is not above zero" in said
    assert "no targeting" not in said


def test_a_plan_level_with_a_simple_rule_says_so(make):
    said = sentence(make(lead_low=-50.0), "shared")
    assert "Personalising is not distinguishable from the same offer for all" in said
    assert "beats the reference polic" not in said


def test_an_empty_plan_has_no_forecast(make):
    findings = make(own=(0.0, 0.0, 0.0))
    empty = dataclasses.replace(findings.campaigns[0], n_planned=0)
    nobody = findings.tables | {"budget_curve": findings.tables["budget_curve"].with_columns(n_customers=pl.lit(0.0))}
    said = sentence(dataclasses.replace(findings, tables=nobody, campaigns=[empty, findings.campaigns[1]]), "own")
    assert "no offer is estimated to pay for any customer" in said


@pytest.mark.parametrize(
    ("budget", "price", "says"),
    [
        (0, 0.0, "send none; the budget is 0."),
        (50, 1.0, "the budget of $0.50 does not pay for a single offer."),
        (50, 0.0, "the limits that campaigns share do not allow a single offer."),
    ],
)
def test_a_plan_without_a_budget_says_so_and_not_which_share_of_suppliers_pays(make, budget, price, says):
    findings = make(own=(0.0, 0.0, 0.0))
    sweep = findings.tables["break_even_sweep"].with_columns(profit_low_minor=pl.lit(10.0), profit_minor=pl.lit(20.0))
    empty = dataclasses.replace(findings.campaigns[0], n_planned=0, budget_minor=budget, shadow_price=price)
    short = dataclasses.replace(findings, campaigns=[empty, findings.campaigns[1]])
    said = sentence(dataclasses.replace(short, tables=findings.tables | {"break_even_sweep": sweep}), "own")
    assert says in said
    assert "0 %" not in said
    assert "without limits it would clearly pay" in said
    assert "suppliers" not in sentence(short, "own")


def test_headlines(make):
    both, none = make(own=(900.0, 500.0, 1300.0)), make(shared=(-900.0, -1400.0, -500.0))
    assert str(headline(gather(make()))) == "Send “Coupons that suppliers share”; do not send “Coupons that we pay”."
    assert str(headline(gather(both))) == "Send “Coupons that we pay” and “Coupons that suppliers share”."
    assert str(headline(gather(none))) == "Send nothing this time."
    assert Localizer("zh")(headline(gather(both))) == "发放“Coupons that we pay”和“Coupons that suppliers share”。"


def test_the_decision_covers_all_campaigns(make):
    said = decision(gather(make()))
    assert said.count("Coupons that") == 2
    assert "  " not in said


def test_break_even_where_no_level_pays():
    never = break_even_sentence(BreakEven(None, None), ENGLISH)
    assert never == "It would not pay even if suppliers paid the whole discount."
    assert "do not show that clearly at any share" in break_even_sentence(BreakEven(0.9, None), ENGLISH)


def test_break_even_is_the_least_level_above_zero(make):
    sweep = make().tables["break_even_sweep"]
    assert break_even(sweep, "own", "supplier share") == BreakEven(0.6, 0.8)


def test_the_claim_is_only_shown_as_the_winners_curse(make):
    facts = gather(make())
    said = claim_sentence(facts.campaigns[0], facts.localizer)
    assert "claim $3.87" in said
    assert "winner's curse" in said
    assert "never shows the claim as a forecast" in said


def test_a_plan_whose_estimates_value_it_themselves_shows_no_winners_curse(made):
    facts = gather(made["all estimated"])
    said = claim_sentence(facts.campaigns[0], facts.localizer)
    assert said.startswith("The estimates that chose this plan also value it. They were judged on customers left out")
    assert claim_sentence(facts.campaigns[1], facts.localizer, again=True) == ""


def test_a_plan_worth_more_than_claimed_shows_no_winners_curse(make):
    facts = gather(make(own=(900.0, -100.0, 1900.0)))
    said = claim_sentence(facts.campaigns[0], facts.localizer)
    assert "the plan is worth $9 [−1, 19], which is no less" in said
    assert "The difference is the winner's curse" not in said


def test_what_may_cost_more_than_one_use_of_each_offer_has_no_most_and_is_said(make):
    findings = make()
    raised = findings.tables["effects"].with_columns(pl.col("cost_liability_minor") + 1_000)
    used_again = dataclasses.replace(findings, tables={**findings.tables, "effects": raised})
    once, several = ([one for one in summarise(each)["campaigns"] if one["send"]] for each in (findings, used_again))
    assert [one["as_sent"]["liability"] for one in (*once, *several)] == ["3.75", None]
    assert [one["liability"] for one in (*once, *several)] == ["15.00", None]
    assert "can be exceeded" in screen(summarise(used_again))
    assert "can be exceeded" not in screen(summarise(findings))
    limited, unlimited = (render(each, summarise(each)) for each in (findings, used_again))
    assert ("can be exceeded" in limited, "can be exceeded" in unlimited) == (False, True)
    axis = "budget (one use of coupons, or their expected cost)"
    assert (axis in limited, axis in unlimited) == (False, True)
