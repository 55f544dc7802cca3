"""What the report says where the data cannot show everything: never more than is known."""

import re
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from page_texts import Texts, page_of

from offerloop.commands.run.facts import gather
from offerloop.commands.run.sections.first_screen import first_screen
from offerloop.commands.run.shelf_evidence import ShelfEvidence
from offerloop.commands.run.summary import summarise
from offerloop.evaluation import ComingTest

SECTIONS = (
    "quality", "profiles", "recommenders", "past", "response", "budget", "rules", "who", "limits", "words",
)  # fmt: skip
TRANSFERRED = "forecast from shelf-price discounts"


def first_of(page):
    return page.split('<section id="quality"')[0]


@pytest.fixture(scope="module")
def assumed(made):
    return page_of(made["no study, all assumed"])


@pytest.fixture(scope="module")
def unknown(made):
    return page_of(made["no study, nothing known"])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_kind_of_run_has_a_whole_page(case, language):
    _, findings = case
    page = page_of(findings, language)
    assert re.findall(r'<section id="(\w+)"', page) == ["decision", *SECTIONS]
    assert [text for text in Texts(page).found if re.search(r"[{}]|\bNone\b(?! of the)|\bnan\b", text)] == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_interval_has_zero_width(case, language):
    _, findings = case
    page = page_of(findings, language)
    assert [found for found in re.findall(r"\[(\S+), (\S+)\]", page) if found[0] == found[1]] == []


def test_what_is_assumed_says_so_on_the_first_screen_in_charts_and_in_tables(assumed):
    first = first_of(assumed)
    assert "as a test: what it changes is assumed, not measured" in first
    assert "$126 (no interval: assumed)" in first
    assert "Assumed, not measured" in first
    assert "dashed: assumed, without an interval" in first
    rules = assumed.split('<section id="rules"')[1].split("</section>")[0]
    assert ">$126 (assumed)</td>" in rules
    assert "hollow: assumed, without an interval" in rules


def stopped(made, **exploring):
    """A period that sends no plan, and what one customer gets at random."""
    findings = made["all known"]
    given = dict.fromkeys(("campaign_id", "offer_id", "cost_liability_minor"), pl.lit(None))
    shown = {**given, "offer_id": pl.lit("none"), "cost_liability_minor": pl.lit(0), **exploring}
    columns = [pl.when(arm="explore").then(one).otherwise(name).alias(name) for name, one in shown.items()]
    rows = findings.tables["assignments"].with_columns(columns)
    campaigns = [replace(one, send=False) for one in findings.campaigns]
    return replace(findings, campaigns=campaigns, tables={**findings.tables, "assignments": rows})


def screen_of(findings):
    """The headline, and what each tile says."""
    screen = first_screen(findings, gather(findings), ShelfEvidence.read(findings))
    said = [f"{one.label}: {one.value}; {one.note}" for one in screen.tiles]
    return screen.headline, [re.sub("[\u00a0\u2060]", lambda sign: " " * (sign[0] == "\u00a0"), one) for one in said]


def test_a_period_without_a_plan_still_says_who_gets_offers_at_random_and_what_they_can_cost(made):
    drawn = {"campaign_id": pl.lit("own"), "offer_id": pl.lit("own-20 milk"), "cost_liability_minor": pl.lit(500)}
    findings = stopped(made, **drawn)
    headline, (_, spend, treated, _) = screen_of(findings)
    assert headline == "Send no plan this time; 1 customer gets an offer at random."
    assert spend == "Spend: $5.00; at most, for random test offers"
    assert treated == "Customers treated: 1; of 6, with a random test offer"
    own, _ = summarise(findings)["campaigns"]
    assert (own["customers_exploring"], own["liability_exploring"]) == (1, "5.00")
    assert own["as_sent"] == {
        "expected_spend": "0.00", "profit": {"value": "0.00", "low": "0.00", "high": "0.00"}, "liability": "0.00",
    }  # fmt: skip
    assert screen_of(stopped(made))[0] == "Send nothing this time."


def test_a_plan_of_nobody_is_not_the_best_plan(made):
    findings = made["all known"]
    own, shared = (replace(one, send=False) for one in findings.campaigns)
    best = screen_of(replace(findings, campaigns=[own, replace(shared, n_planned=0)]))[1][0]
    assert best == "Profit of the best plan, not sent: −$9; 95 % interval [−14, −5], one week"
    nobody = screen_of(replace(findings, campaigns=[replace(one, n_planned=0) for one in (own, shared)]))[1]
    assert nobody[:2] == [
        "Profit of the best plan, not sent: none; no offer is planned", "Spend: $0; no offer is planned",
    ]  # fmt: skip


def test_the_sum_of_an_assumption_and_an_estimate_has_no_interval(made):
    findings = made["all known"]
    own = pl.col("campaign_id") == "own"
    ends = [pl.when(own).then(None).otherwise(name).alias(name) for name in ("profit_low_minor", "profit_high_minor")]
    value = pl.when(own).then(100_000.0).otherwise("profit_minor").alias("profit_minor")
    comparison = findings.tables["comparison"].with_columns(value, *ends)
    campaigns = [replace(one, send=True) for one in findings.campaigns]
    campaigns[0] = replace(campaigns[0], bases=("assumed",), assumed_share=1.0)
    both = replace(findings, campaigns=campaigns, tables={**findings.tables, "comparison": comparison})
    profit = screen_of(both)[1][0]
    assert (
        profit == "Expected profit, one week: $1,126; no interval: partly assumed; for the 3 who get the plan's offer"
    )


def test_the_budget_is_named_beside_the_most_only_where_it_limits_that(made):
    findings = made["all known"]
    plan = findings.config.plan.model_copy(update={"total_budget": "50.00"})
    shared = replace(findings, config=findings.config.model_copy(update={"plan": plan}))
    expected = replace(findings, campaigns=[replace(one, budget_basis="expected") for one in findings.campaigns])
    spends = [screen_of(one)[1][1].split("; ")[1].split(", plus")[0] for one in (findings, shared, expected)]
    assert spends == ["at most $3.75 of a budget of $100", "at most $3.75", "at most $3.75"]


@pytest.mark.parametrize(
    ("limits", "team", "said"),
    [
        ({}, None, "$100"),
        ({"total_budget": "70.00"}, None, "$70"),
        ({"total_budget": "500.00"}, None, "$100"),
        ({"team_budgets": {"growth": "20.00", "other": "10.00"}}, "growth", "$20"),
        ({"team_budgets": {"growth": "20.00"}, "total_budget": "15.00"}, "growth", "$15"),
    ],
)
def test_the_budget_is_what_the_campaigns_that_are_sent_can_spend_together(made, limits, team, said):
    findings = made["all known"]
    config = findings.config
    campaigns = tuple(one.model_copy(update={"team": team}) for one in config.campaigns)
    config = config.model_copy(update={"plan": config.plan.model_copy(update=limits), "campaigns": campaigns})
    rows = findings.tables["assignments"].with_columns(cost_liability_minor=pl.lit(None, dtype=pl.Int64))
    unlimited = replace(findings, config=config, tables={**findings.tables, "assignments": rows})
    assert f"expected, of a budget of {said}; not every offer's cost has a limit" in screen_of(unlimited)[1][1]


def held_out(made, per_customer):
    """A plan on assumption whose customers bought like this in the week before."""
    findings = made["no study, all assumed"]
    return replace(findings, test=ComingTest.of(np.array(per_customer), len(per_customer) - 40, 40, 7))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_plan_on_assumption_is_a_test_where_a_read_out_can_show_it(made, language):
    """A profit of 126.00 a week in total, where customers left 1.50 or 3.50 each."""
    findings = held_out(made, [150.0, 350.0] * 200)
    first, summary = first_of(page_of(findings, language)), summarise(findings, language)
    assert summary["coming_test"]["days_to_show_it"] == 14
    assert summary["coming_test"]["shows_it_within_a_year"]
    assert summary["coming_test"]["sentence"] in summary["decision"]
    if language == "en":
        assert "as a test over 2 weeks: what it changes is assumed, not measured" in first
        assert "the plan is sent anew each period, 2 weeks of it show this in 80 of 100 cases" in first
        assert "on trust" not in first


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_plan_on_assumption_is_not_called_a_test_where_no_read_out_can_show_it(made, language):
    """The same profit where customers left nothing or 200.00: the headline knows what section 9 says."""
    findings = held_out(made, [0.0, 20_000.0] * 200)
    page, summary = page_of(findings, language), summarise(findings, language)
    assert summary["coming_test"]["days_to_show_it"] > 364
    assert not summary["coming_test"]["shows_it_within_a_year"]
    assert summary["coming_test"]["customers_to_show_it_within_a_year"] > 400
    assert summary["coming_test"]["sentence"] in summary["decision"]
    assert summary["coming_test"]["sentence"] in summary["limits"]
    if language == "en":
        first = first_of(page)
        assert "as a test" not in page
        assert "no test of this plan could show it within a year" in first
        assert "keep the budget small, because it is spent on trust" in first
        assert "How to find out" not in page


@pytest.mark.parametrize(
    ("n_control", "says"),
    [
        (14, "It would need about 370 customers instead of 171 ("),
        (0, "none of the customers planned for an offer is held out"),
    ],
)
def test_groups_too_small_for_any_read_out_are_said_in_the_decision(made, n_control, says):
    findings = made["no study, all assumed"]
    test = ComingTest.of(np.array([100.0] * 100 + [300.0] * 71), 171 - n_control, n_control, 7)
    assert says in summarise(replace(findings, test=test))["decision"]


def limit_row(kind, used, at_most, price=0.0, name="", unit="contacts", campaign_id=None):
    return {
        "kind": kind, "name": name, "campaign_id": campaign_id, "unit": unit, "at_most": at_most, "used": used,
        "shadow_price": price, "claimed_gain_minor": 0.0, "gain_minor": 0.0, "gain_low_minor": 0.0,
        "gain_high_minor": 0.0,
    }  # fmt: skip


BUDGET = {"kind": "campaign", "at_most": 5000.0, "name": "shared", "unit": "USD", "campaign_id": "shared"}


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([limit_row(used=4990.0, price=0.2, **BUDGET)], "That takes a larger budget."),
        (
            [limit_row(used=100.0, **BUDGET), limit_row("contacts", 171.0, 171.0)],
            "These limits of the plan are used up: contacts.",
        ),
        (
            [limit_row(used=5000.0, **BUDGET), limit_row("channel", 9.0, 10.0, 40.0, "sms")],
            "These limits of the plan are used up: budget of “Coupons that suppliers share”, contacts by sms.",
        ),
        (
            [limit_row(used=100.0, **BUDGET), limit_row("customer", 1.0, 1.0, None)],
            "That takes more customers for whom an offer pays.",
        ),
    ],
)
def test_a_test_that_needs_more_customers_names_the_limits_that_keep_them_out(made, rows, says):
    findings = made["no study, all assumed"]
    test = ComingTest.of(np.array([100.0] * 100 + [300.0] * 71), 157, 14, 7)
    everyone = findings.tables["assignments"]
    many = pl.concat([everyone] * (400 // everyone.height + 1))  # as many customers as the test needs
    tables = {**findings.tables, "plan_limits": pl.DataFrame(rows, infer_schema_length=None), "assignments": many}
    assert summarise(replace(findings, test=test, tables=tables))["coming_test"]["sentence"].endswith(says)


def test_without_a_study_nothing_is_called_transferred(assumed, unknown):
    for page in (assumed, unknown):
        assert TRANSFERRED not in page.split('<section id="words"')[0]


def test_what_the_data_could_not_show_stands_near_the_top_and_in_the_limits(assumed):
    gap = "Discounts at the shelf did not vary between products and weeks"
    assert gap in first_of(assumed)
    assert "What to do next: send the plan as written, with its holdout and its exploration" in first_of(assumed)
    assert gap in assumed.split('<section id="limits"')[1]


def test_where_nothing_is_known_nothing_is_forecast(unknown):
    first = first_of(unknown)
    assert "Send nothing: nothing shows what these offers do." in first
    assert "<figure" not in first
    assert "say what you expect of an offer" in first
    assert "There is no plan to compare: nothing shows what the offers do" in unknown
    assert "95 % interval" not in first


def test_a_section_without_evidence_is_one_paragraph(assumed):
    section = assumed.split('<section id="response"')[1].split("</section>")[0]
    assert "<figure" not in section
    assert section.count("<p") == 2  # label and text
    assert "not known from these data" in section


def test_machines_get_no_interval_of_an_assumption(made):
    summary = summarise(made["no study, all assumed"])
    shared = summary["campaigns"][1]
    assert shared["basis"] == "assumed"
    assert shared["profit"] == {"value": "126.00", "low": None, "high": None}
    assert summary["response"]["basis"] is None


def test_some_assumed_is_marked_as_mixed(made):
    page = first_of(page_of(made["some assumed"]))
    assert "partly from data, partly assumed" in page
    assert "50 % of the planned offers count by the shop's own assumption" in page.replace("&#39;", "'")


def test_recommenders_that_were_not_compared_claim_nothing(made):
    page = page_of(made["recommenders not compared"])
    section = page.split('<section id="recommenders"')[1].split("</section>")[0]
    assert "nDCG" not in section
    assert "was not measured" in section
    assert "In the 28 days from 2017-12-01 no earlier customer bought" in first_of(page)
    assert "What to do next" not in first_of(page)


def test_a_few_bad_days_are_named_and_samples_are_shown(made):
    section = page_of(made["all known"]).split('<section id="quality"')[1].split("</section>")[0]
    assert "Corrections are concentrated: half of the 60 order lines concerned lie in 1 of 53 weeks" in section
    assert section.count("order_id=") == 3


def quality_with(make, rows, **days):
    """The section on data quality with further rows of order lines that the rules touched."""
    findings = make()
    table = findings.tables["quality_by_day"]
    more = pl.DataFrame(rows, schema=table.schema, orient="row")
    tables = {**findings.tables, "quality_by_day": pl.concat([table, more])}
    page = page_of(replace(findings, tables=tables, **days))
    return page.split('<section id="quality"')[1].split("</section>")[0]


def test_days_outside_the_time_that_is_studied_are_not_in_the_chart(make):
    outside = [(0, "before first_day", "rejected", 30), (17532, "after last_day", "rejected", 9)]
    assert "half of the 60 order lines concerned lie in 1 of 53 weeks" in quality_with(make, outside)


def test_weeks_of_the_chart_begin_on_monday_and_all_are_counted(make):
    sunday = 17195
    section = quality_with(make, [], first_day=sunday, as_of_day=sunday + 142)
    assert "half of the 60 order lines concerned lie in 1 of 22 weeks" in section


def test_no_chart_of_days_without_a_case(make):
    section = page_of(make(without=("quality_by_day", "rejected"))).split('<section id="quality"')[1]
    assert "chart-quality-by-day" not in section
    assert "sample rows" not in section


def budget_of(page):
    return page.split('<section id="budget"')[1].split("</section>")[0]


def test_one_depth_for_everybody_stands_by_category_with_its_interval(made):
    section = budget_of(page_of(made["all known"]))
    assert (
        "One depth for everybody, “Coupons that suppliers share”: if every eligible customer gets the same discount, "
        "the best depth clearly beats no discount in 1 of 2 categories. In 1 of the 2 categories, the "
        "estimates favour giving no discount."
    ) in section
    assert "clearly beats no discount in 0 of 2 categories. In 2 of the 2 categories, the estimates favour" in section
    assert "Left out of this choice: 1 of 3 depths, where" in section
    table = section.split("The best depth for everybody")[-1].split("</table>")[0]
    cells = [cell.strip() for cell in re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", table)]
    assert cells[-5:] == ["milk", "20 %", "3", "$20", "$126 [52, 199]"]


def test_one_depth_that_is_assumed_has_no_interval(assumed):
    section = budget_of(assumed)
    assert "if the assumptions hold, some depth brings more than no discount in 1 of 2 categories" in section
    assert "beyond its interval" not in section.split("One depth for everybody")[1].split("</p>")[0]
    assert ">$126 (assumed)</td>" in section


def test_without_a_depth_there_is_nothing_for_everybody(unknown):
    assert "One depth for everybody" not in budget_of(unknown)


@pytest.mark.parametrize(
    ("gain", "says"),
    [
        ((2500, 800, 4300), "is used up; without the limit, profit would be $25 [8, 43] higher"),
        ((2500, -800, 5800), "is used up; that profit would be higher without the limit is not shown ($25 [−8, 58])"),
        (None, "is used up</h2>"),
    ],
)
def test_the_paired_difference_says_what_more_budget_would_earn(make, gain, says):
    findings = make()
    campaigns = [replace(one, budget_minor=5000) for one in findings.campaigns]
    limits = {
        "plan_limits": pl.DataFrame(
            {
                "kind": ["campaign"], "name": [""], "campaign_id": ["shared"], "unit": ["USD"], "at_most": [5000.0],
                "used": [5000.0], "shadow_price": [0.1], "claimed_gain_minor": [2500.0],
                "gain_minor": [None if gain is None else float(gain[0])],
                "gain_low_minor": [None if gain is None else float(gain[1])],
                "gain_high_minor": [None if gain is None else float(gain[2])],
            }
        )
    }  # fmt: skip
    page = page_of(replace(findings, campaigns=campaigns, tables={**findings.tables, **limits}))
    assert says in budget_of(page)


# In Chinese, with no English left in it

NAMES = ("Coupons that we pay", "Coupons that suppliers share", "Made up for tests.", "Corner shop")
"""What comes from the data."""
ENGLISH = re.compile(r"[A-Za-z][A-Za-z']+(?: [A-Za-z][A-Za-z']*){3,}")


def test_a_chinese_page_has_no_english_sentence(case):
    _, findings = case
    page = page_of(findings, "zh")
    assert '<html lang="zh">' in page
    texts = [re.sub("|".join(map(re.escape, NAMES)), "", text) for text in Texts(page).found]
    assert [text for text in texts if ENGLISH.search(text)] == []


def test_a_chinese_page_has_full_width_punctuation(case):
    _, findings = case
    texts = Texts(page_of(findings, "zh")).found
    assert [text for text in texts if re.search(r"[\u4e00-\u9fff][,;:!?(]|[,;:!?)][\u4e00-\u9fff]", text)] == []


def test_a_chinese_page_has_no_space_between_chinese_signs(case):
    _, findings = case
    texts = Texts(page_of(findings, "zh")).found
    assert [
        text for text in texts if re.search("[\u3000-\u9fff\uff00-\uffef] [\u3000-\u9fff\uff00-\uffef]", text)
    ] == []


def test_a_chinese_summary_decides_in_chinese(make):
    summary = summarise(make(), "zh")
    assert summary["language"] == "zh"
    assert "发放 3 份优惠券，为期一周；预期增量利润 $126 [52, 199]" in summary["decision"]
    assert not ENGLISH.search(re.sub("|".join(NAMES), "", summary["decision"]))
    assert [text for text in summary["limits"] if ENGLISH.search(text.replace(NAMES[2], ""))] == []


def test_numbers_and_days_are_written_as_the_language_does(make):
    page = page_of(make(), "zh")
    assert "2018 年 1 月 1 日" in page
    assert "30%" in page
    body = re.sub('<span lang="en">.*?</span>|' + "|".join(NAMES), "", page.split("</style>")[1])
    assert not re.search(r"\d %", body)
