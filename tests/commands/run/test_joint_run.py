"""Two campaigns that compete for customers and money, through `offerloop run` and `offerloop explain`."""

import json

import polars as pl
import pytest
from small_shop import CONFIG, write_small_shop

from offerloop.commands.explain.task import explain
from offerloop.commands.run.task import run
from offerloop.config import load_config
from offerloop.errors import ConfigError

SECOND = """
[[campaigns]]
id = "second"
title = "Second offers"
budget = "100.00"
{keys}

[[campaigns.offers]]
kind = "coupon"
on = "kind 1"
percent = 10
max_discount = "2.00"
channel = "app"
assumed = {{ p_redeem = 0.1, incremental = 0.58 }}
"""
SEATS = """
[[campaigns]]
id = "seats"
title = "Seats"
budget = "7"
budget_unit = "seats"

[[campaigns.offers]]
kind = "benefit"
text = "a talk"
takes = "1"
assumed = { p_redeem = 0.5, value = "3.00" }
"""
TOTAL = 3_000


def shop(folder, plan="", keys="", language="en"):
    """The small shop with a second campaign for the same customers."""
    path = write_small_shop(folder)
    first = CONFIG.replace('explore_budget = "20.00"', "").rsplit("[[campaigns.offers]]", 1)[0]
    text = first + SECOND.format(keys=keys)
    path.write_text(f'{text}\n[report]\nlanguage = "{language}"\n\n[plan]\n{plan}\n')
    return path


def outdone(folder, language="en"):
    """The second campaign's offer brings less than one of the first, which has money for everybody."""
    path = write_small_shop(folder)
    path.write_text(CONFIG + SECOND.format(keys="") + f'\n[report]\nlanguage = "{language}"\n')
    path.write_text(path.read_text().replace('budget = "100.00"', 'budget = "200.00"'))
    return path


def planned(written):
    return pl.read_parquet(written.folder / "assignments.parquet").filter(pl.col("planned_offer_id") != "none")


def limits(written):
    table = pl.read_parquet(written.folder / "plan_limits.parquet")
    return {row["kind"] if row["kind"] != "campaign" else row["name"]: row for row in table.iter_rows(named=True)}


def most(written):
    """What the plan can cost, by the table of offers; what it would have for the holdout costs nothing."""
    offers = pl.read_parquet(written.folder / "offers.parquet").select(
        planned_campaign_id="campaign_id", planned_offer_id="offer_id", most="cost_liability_minor", by="channel"
    )
    solved = planned(written).filter(pl.col("arm") != "holdout")
    return solved.join(offers, on=["planned_campaign_id", "planned_offer_id"])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """One place for all of these shops, so that stages that they share are kept."""
    return tmp_path_factory.mktemp("shop")


@pytest.fixture(scope="module")
def together(folder):
    path = shop(folder, f'total_budget = "{TOTAL / 100:.2f}"')
    return run(path, "duckdb", None)


@pytest.fixture(scope="module")
def in_order(folder):
    path = shop(folder, f'campaigns = "in order"\ntotal_budget = "{TOTAL / 100:.2f}"')
    return run(path, "duckdb", None)


def test_both_campaigns_share_the_total_budget(together):
    plan = most(together)
    assert set(plan["planned_campaign_id"]) == {"first", "second"}
    assert plan["customer_id"].is_unique().all()
    found = limits(together)
    assert plan["most"].sum() == found["total"]["used"] <= TOTAL
    assert found["total"]["shadow_price"] > 0
    assert found["total"]["claimed_gain_minor"] > 0
    assert found["first"]["used"] + found["second"]["used"] == found["total"]["used"]


def test_together_is_not_below_the_order(together, in_order):
    claimed = [
        sum(float(one["claimed_profit"]) for one in written.summary["campaigns"] if one["send"])
        for written in (together, in_order)
    ]
    assert claimed[0] > claimed[1] > 0
    for written in (together, in_order):
        assert limits(written)["order"]["claimed_gain_minor"] == pytest.approx(100 * (claimed[0] - claimed[1]), abs=2)
    assert most(in_order)["most"].sum() <= TOTAL
    assert [one.summary["plan"]["campaigns"] for one in (together, in_order)] == ["jointly", "in order"]


def test_summary_and_report_say_what_order_and_limits_cost(together, in_order):
    by_kind = {one["kind"]: one for one in together.summary["plan"]["limits"]}
    assert by_kind["total"]["at_most"] == f"{TOTAL / 100:.2f}"
    assert float(by_kind["total"]["profit_without"]["value"]) > 0
    assert by_kind["order"]["profit_without"]["value"] is not None
    page = together.report.read_text()
    assert "Compared with choosing campaign by campaign, this changes profit by" in page
    assert "What each limit costs" in page
    assert "budget of all campaigns" in page
    assert "that is what the order costs" in in_order.report.read_text()


def test_the_report_says_it_in_chinese(folder):
    written = run(shop(folder, 'total_budget = "25.00"\ncontacts = 20', language="zh"), "duckdb", None)
    page = written.report.read_text()
    for words in ("所有营销活动的优惠是一起选择的", "每个限制的代价", "全部营销活动的总预算", "触达人数"):
        assert words in page


def test_every_choice_is_explained_by_the_prices_of_all_limits(together, in_order):
    for written in (together, in_order):
        for customer in pl.read_parquet(written.folder / "assignments.parquet")["customer_id"].to_list():
            facts = explain(written.folder, customer).facts
            assert facts["plan"]["agreement"] in ("exact", "rounding"), customer
            for one in facts["candidates"]:
                if one["budget_cost_minor"]:
                    spent = one["shadow_price"] * one["budget_cost_minor"]
                    assert one["net_minor"] == pytest.approx(one["profit_minor"] - spent)
            assert not [one for one in facts["candidates"] if one["status"] == "taken" and written is together]


def test_a_customer_without_an_offer_learns_which_price_would_have_to_fall(together):
    kinds = {
        customer: explain(together.folder, customer).facts["changes"]["kind"]
        for customer in pl.read_parquet(together.folder / "assignments.parquet").filter(
            pl.col("reasons") == "budget_spent"
        )["customer_id"]
    }
    assert set(kinds.values()) <= {"limits", "rounding"}
    named = [customer for customer, kind in kinds.items() if kind == "limits"]
    assert "would be given once its budgets and contacts bring less than" in explain(together.folder, named[0]).text


@pytest.mark.parametrize(
    "language, said, why",
    [
        ("en", "but other campaigns bring more with the same customers", "because other campaigns bring more with the"),
        ("zh", "但在相同的用户和限制下，其他营销活动带来更多", "因为在相同的用户和限制下，其他营销活动带来更多"),
    ],
)
def test_a_campaign_that_others_outdo_is_not_said_to_lose_money(folder, language, said, why):
    written = run(outdone(folder, language), "duckdb", None)
    second = written.summary["campaigns"][1]
    assert (second["send"], second["pays_alone"]) == (False, True)
    assert float(second["profit"]["value"]) > 0
    assert said in second["sentence"]
    customer = planned(written)["customer_id"][0]
    assert why in explain(written.folder, customer, language=language).text


def test_contacts_offers_and_teams_are_limits_too(folder):
    plan = 'contacts = 18\ncontacts_by_channel = { app = 5 }\nteam_budgets = { web = "6.00" }'
    keys = 'team = "web"\noffer_budgets = { "coupon-*" = "4.00" }'
    written = run(shop(folder, plan, keys), "duckdb", None)
    chosen, found = most(written), limits(written)
    assert 0 < chosen.height <= 18
    assert chosen.filter(pl.col("by") == "app").height == found["channel"]["used"] <= 5
    assert chosen.filter(planned_campaign_id="second")["most"].sum() == found["offers"]["used"] <= 400
    assert found["team"]["used"] <= found["team"]["at_most"] == 600
    assert found["contacts"]["unit"] == "contacts"


def test_seats_are_in_no_money_budget(folder):
    """The total allows nothing; a campaign that counts seats keeps its own limit only."""
    path = shop(folder, 'total_budget = "0.00"')
    path.write_text(path.read_text().replace("\n[report]", f"\n{SEATS}\n[report]"))
    written = run(path, "duckdb", None)
    assert set(planned(written)["planned_campaign_id"]) == {"seats"}
    assert planned(written).filter(pl.col("arm") == "plan").height == 7


@pytest.mark.parametrize(
    "plan, keys, sentence",
    [
        ("", 'team = "web"', "campaign 'second' names the team 'web', which has no budget in plan.team_budgets"),
        (
            'team_budgets = { wen = "5.00" }',
            'team = "web"',
            "in plan.team_budgets, did you mean 'wen",
        ),
        ('team_budgets = { web = "-5.00" }', 'team = "web"', "'plan.team_budgets.web' is below zero"),
        ('total_budget = "many"', "", "'plan.total_budget': 'many' is not an amount of money"),
        ("offers_per_customer = 0", "", "must be 1 or more"),
        ("contacts = -1", "", "must be 0 or more"),
        ('campaigns = "joint"', "", "did you mean 'jointly'"),
        ("", 'offer_budgets = { "coupon-*" = "x" }', "'offer_budgets.coupon-*' of campaign 'second'"),
        ('team_budgets = { web = "5.00" }', 'team = "web"\nbudget_unit = "seats"', "cannot share the money of team"),
    ],
)
def test_what_cannot_be_is_refused_when_the_configuration_is_read(folder, plan, keys, sentence):
    with pytest.raises(ConfigError, match=sentence.replace("*", r"\*").replace("(", r"\(")):
        load_config(shop(folder, plan, keys))


@pytest.mark.parametrize(
    "plan, keys, sentence",
    [
        ("contacts_by_channel = { ap = 5 }", "", "names the channel 'ap', which no offer has, did you mean 'app'"),
        ('team_budgets = { wen = "5.00" }', "", "names the team 'wen', but no campaign has team"),
        ("", 'offer_budgets = { "cupon-*" = "1.00" }', "offer_budgets names 'cupon-\\*', which no offer's id fits"),
    ],
)
def test_names_of_no_offer_are_refused_before_anything_is_planned(folder, plan, keys, sentence):
    with pytest.raises(ConfigError, match=sentence):
        run(shop(folder, plan, keys), "duckdb", None)


def test_one_campaign_without_further_limits_has_no_new_text(folder):
    written = run(write_small_shop(folder), "duckdb", None)
    assert "What each limit costs" not in written.report.read_text()
    (only,) = json.loads((written.folder / "summary.json").read_text())["plan"]["limits"]
    assert only["kind"] == "campaign"


def test_a_run_of_before_is_explained_by_the_price_in_its_summary(folder):
    """Such runs have no table of prices, and their campaigns chose in order."""
    written = run(write_small_shop(folder), "duckdb", None)
    (written.folder / "offer_prices.parquet").unlink()
    summary = json.loads((written.folder / "summary.json").read_text())
    del summary["plan"], summary["campaigns"][0]["pays_alone"]
    (written.folder / "summary.json").write_text(json.dumps(summary))
    for customer in planned(written)["customer_id"].to_list()[:5]:
        assert explain(written.folder, customer).facts["plan"]["agreement"] in ("exact", "rounding")


def test_the_budget_is_spent_on_those_who_can_get_an_offer(folder):
    """The holdout has a plan to be compared by, beyond the budget."""
    path = shop(folder, f'total_budget = "{TOTAL / 100:.2f}"')
    path.write_text(path.read_text().replace("holdout = 0.10", "holdout = 0.20"))
    table = planned(run(path, "duckdb", None))
    spent = table.filter(pl.col("offer_id") != "none")["cost_liability_minor"].sum()
    assert 0.9 * TOTAL < spent <= TOTAL
    assert table.filter(pl.col("arm") == "holdout").height > 0
