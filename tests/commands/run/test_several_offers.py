"""Customers with offers of several campaigns, from `offerloop run` to what is published, explained and read out."""

import json
import shutil
import sqlite3
from contextlib import closing

import polars as pl
import pytest
from two_campaigns import write_two_campaigns

from offerloop import check, publish, run
from offerloop.commands.evaluate.policies import plan_of
from offerloop.commands.explain.task import explain
from offerloop.errors import ConfigError, InputError
from offerloop.workspace import campaign_reach, open_run

PUBLISH = """
[[publish]]
kind = "csv"
path = "crm.csv"

[[publish]]
kind = "sql"
url = "sqlite:///crm.db"
holdout = true
"""
KEYS = ["customer_id", "campaign_id"]


def shop(folder, plan):
    return write_two_campaigns(folder, plan, PUBLISH)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("shop")


@pytest.fixture(scope="module")
def two(folder):
    return run(shop(folder, "offers_per_customer = 2"))


@pytest.fixture(scope="module")
def one(folder):
    return run(shop(folder, ""))


def table(written, name):
    return pl.read_parquet(written.folder / f"{name}.parquet")


def given(written):
    """All offers by plan."""
    rows = pl.concat([table(written, "assignments"), table(written, "further_offers")])
    return rows.filter((pl.col("arm") == "plan") & (pl.col("offer_id") != "none"))


def claimed(written):
    return sum(float(one["claimed_profit"]) for one in written.summary["campaigns"] if one["send"])


def test_a_customer_gets_one_offer_of_each_campaign(one, two):
    further = table(two, "further_offers")
    assert further.height > 10
    assert given(two).select(KEYS).is_unique().all()
    assert given(two).group_by("customer_id").len()["len"].max() == 2
    assert table(one, "further_offers").is_empty()
    assert given(one)["customer_id"].is_unique().all()
    assert claimed(two) > claimed(one)


def test_who_is_randomised_gets_nothing_beside(two):
    assert set(table(two, "further_offers")["arm"]) == {"plan"}
    first = table(two, "assignments")
    both = table(two, "further_offers").join(first, on="customer_id", suffix="_first")
    assert (both["propensity"] == both["propensity_first"]).all()
    assert (both["propensity"] < 1).all()
    assert (both["profit_minor_first"] >= both["profit_minor"]).all()


def test_limits_count_every_offer(folder):
    plan = 'offers_per_customer = 2\ntotal_budget = "150.00"\ncontacts = 70'
    written = run(shop(folder, plan))
    planned = given(written)
    assert planned["cost_liability_minor"].sum() <= 15_000
    assert 0 < planned.height <= 70
    assert not table(written, "further_offers").is_empty()
    limits = {one["kind"]: one for one in written.summary["plan"]["limits"]}
    assert int(limits["contacts"]["used"]) <= 70


def test_in_order_a_later_campaign_takes_customers_with_room(folder):
    ordered = run(shop(folder, 'campaigns = "in order"\noffers_per_customer = 2'))
    assert given(ordered).group_by("customer_id").len()["len"].max() == 2
    assert given(ordered).select(KEYS).is_unique().all()


def test_each_offer_costs_more_beside_another(two):
    """Of two offers here one at least is for everything, so that the other brings purchases that it is used on."""
    alone = table(two, "effects").select(*KEYS, "offer_id", alone=pl.col("cost_expected_micro"), value="value_minor")
    rows = given(two).join(alone, on=[*KEYS, "offer_id"])
    has_both = pl.len().over("customer_id") > 1
    both = rows.filter(has_both)
    assert (both["cost_expected_micro"] > both["alone"]).mean() > 0.9
    assert (both["cost_expected_micro"] >= both["alone"]).all()
    assert rows.filter(~has_both).select(pl.col("cost_expected_micro") == pl.col("alone")).to_series().all()
    profit = both["value"] - both["cost_expected_micro"] / 1_000_000
    assert (profit - both["profit_minor"]).abs().max() <= 0.5


def test_what_explain_says_of_two_offers_is_what_their_rows_say(two):
    further = table(two, "further_offers")
    for customer in further["customer_id"].head(5):
        listed = {one["offer_id"]: one for one in explain(two.folder, customer).facts["candidates"]}
        own = given(two).filter(pl.col("customer_id") == customer)
        assert own.height == 2
        for row in own.iter_rows(named=True):
            assert listed[row["offer_id"]]["profit_minor"] == pytest.approx(row["profit_minor"], abs=0.5)


def test_where_a_customer_gets_one_offer_explain_counts_each_alone(one):
    planned = given(one).sort("profit_minor", descending=True).head(5)
    for customer in planned["customer_id"]:
        effects = table(one, "effects").filter(pl.col("customer_id") == customer)
        alone = {(row["campaign_id"], row["offer_id"]): row["profit_minor"] for row in effects.iter_rows(named=True)}
        listed = explain(one.folder, customer).facts["candidates"]
        shown = {(row["campaign_id"], row["offer_id"]): row["profit_minor"] for row in listed}
        assert len({campaign for campaign, _ in shown}) == 2
        assert shown == pytest.approx({key: alone[key] for key in shown})


def test_runs_of_earlier_versions_do_not_say_what_offers_bring_beside_each_other(two, tmp_path):
    folder = shutil.copytree(two.folder, tmp_path / "runs" / "earlier")
    pl.read_parquet(folder / "effects.parquet").drop("growth").write_parquet(folder / "effects.parquet")
    customer = table(two, "further_offers")["customer_id"][0]
    effects = table(two, "effects").filter(pl.col("customer_id") == customer)
    alone = {row["offer_id"]: row["profit_minor"] for row in effects.iter_rows(named=True)}
    listed = explain(folder, customer).facts["candidates"]
    assert {row["offer_id"]: row["profit_minor"] for row in listed} == pytest.approx(alone)


def test_the_list_has_a_row_for_each_offer(two):
    listed = pl.read_csv(two.folder / "assignments.csv")
    assert listed.height == table(two, "assignments").height + table(two, "further_offers").height
    assert listed["customer_id"].is_sorted()
    assert two.frames["assignments"].height == listed.height


def test_every_offer_is_published_once(two):
    publish(two.folder)
    offered = two.frames["assignments"].filter(pl.col("offer_id") != "none")
    crm = pl.read_csv(two.folder.parent.parent / "crm.csv")
    assert sorted(crm.select(KEYS).rows()) == sorted(offered.select(KEYS).rows())
    with closing(sqlite3.connect(two.folder.parent.parent / "crm.db")) as database:
        rows = database.execute("select customer_id, campaign_id from offerloop_assignments").fetchall()
    everybody = two.frames["assignments"].select("customer_id", pl.col("campaign_id").fill_null(""))
    assert sorted(rows) == sorted(everybody.rows())
    assert all("already published" in line for line in publish(two.folder).lines)


def test_a_table_whose_key_would_lack_the_campaign_is_refused(two, tmp_path):
    folder = shutil.copytree(two.folder, tmp_path / "runs" / "copy")
    manifest = json.loads((folder / "manifest.json").read_text())
    columns = 'columns = { run = "run", who = "customer_id" }'
    manifest["config"]["text"] = manifest["config"]["text"].replace("holdout = true", columns)
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(InputError, match="must map 'campaign_id' too"):
        publish(folder)


def test_the_report_says_what_is_taken_for_granted(one, two):
    said = "What several offers bring is taken to add up"
    assert said in two.report.read_text()
    assert said not in one.report.read_text()


def test_the_table_of_offers_given_counts_offers(two):
    page = two.report.read_text()
    heads = page[page.index("Offers given by plan") :]
    assert ">offers</th>" in heads[: heads.index("of offers given")]
    assert "Customers with an offer by plan" not in page


def test_both_offers_are_explained(two):
    further = table(two, "further_offers")
    for customer in further["customer_id"].head(5):
        facts = explain(two.folder, customer).facts
        assert facts["plan"]["agreement"] in ("exact", "rounding")
        status = [one["status"] for one in facts["candidates"] if one["status"] == "given"]
        assert len(status) == 1 + len(facts["further"]) == 2
        assert "Also gets" in explain(two.folder, customer).text
        assert "You also get" in explain(two.folder, customer, "customer").text


def test_the_first_screen_counts_customers_and_their_offers(one, two):
    first, further = (table(two, name) for name in ("assignments", "further_offers"))
    n_customers = first.filter((pl.col("arm") == "plan") & (pl.col("offer_id") != "none")).height
    n_random = first.filter((pl.col("arm") == "explore") & (pl.col("offer_id") != "none")).height
    n_drawn = first.filter((pl.col("arm") == "explore") & (pl.col("n_planned") > 0)).height
    screen = two.report.read_text()
    assert (
        f"of 60: {n_customers} get the plan&#39;s offer, {n_random} a random test offer. {n_drawn} of the "
        f"{n_customers + n_drawn} planned are in the random test. The plan gives them {n_customers + further.height} "
        "offers."
    ) in screen.replace("\u00a0", " ")
    assert "The plan gives them" not in one.report.read_text()


@pytest.mark.parametrize("arm", ["explore", "holdout"])
def test_who_is_randomised_is_told_all_offers_of_the_plan(two, arm):
    drawn = table(two, "assignments").filter((pl.col("arm") == arm) & (pl.col("n_planned") == 2))
    facts = explain(two.folder, drawn["customer_id"][0]).facts
    assert {facts["plan"]["campaign_id"], facts["plan"]["further"][0]["campaign_id"]} == {"first", "second"}
    kept = [one["campaign_id"] for one in facts["candidates"] if one["status"] == f"kept_back_{arm}"]
    assert sorted(kept) == ["first", "second"]
    assert "together with" in explain(two.folder, drawn["customer_id"][0]).text


def test_all_offers_that_the_plan_has_for_who_is_randomised_are_kept(two):
    beside, first = table(two, "further_planned"), table(two, "assignments")
    planned = first.filter(pl.col("arm") != "plan", pl.col("n_planned") > 1).select("customer_id", "arm")
    assert {"explore", "holdout"} == set(planned["arm"])
    assert sorted(beside.select("customer_id", "arm").rows()) == sorted(planned.rows())
    both = beside.join(first, on="customer_id", suffix="_first")
    assert (both["campaign_id"] != both["planned_campaign_id"]).all()
    assert beside.join(table(two, "effects"), on=["customer_id", "campaign_id", "offer_id"]).height == beside.height


def test_every_campaign_counts_all_customers_for_whom_the_plan_chose_it(two):
    finished = open_run(two.folder)
    sizes = [one for each in ("first", "second") for one in campaign_reach(finished, each, None, ()).arms]
    by_arm = {arm: sum(one["n_customers"] for one in sizes if one["arm"] == arm) for arm in ("explore", "holdout")}
    n_planned = table(two, "assignments").group_by("arm").agg(pl.col("n_planned").sum()).rows()
    assert by_arm.items() <= dict(n_planned).items()


def test_what_counts_for_more_than_one_use_of_an_offer_is_no_most_of_its_campaign(two, tmp_path):
    run = shutil.copytree(two.folder, tmp_path / "run")
    most = [campaign_reach(open_run(run), name, None, ()).plan["liability_minor"] for name in ("first", "second")]
    raised = pl.col("cost_liability_minor") + pl.when(pl.col("campaign_id") == "first").then(100_000).otherwise(0)
    for name in ("assignments", "further_offers"):
        pl.read_parquet(run / f"{name}.parquet").with_columns(raised).write_parquet(run / f"{name}.parquet")
    after = [campaign_reach(open_run(run), name, None, ()).plan["liability_minor"] for name in ("first", "second")]
    assert most[0] is not None
    assert after == [None, most[1]]


THIRD = """
[[campaigns]]
id = "third"
title = "Third offers"
budget = "100.00"

[[campaigns.offers]]
kind = "spend_and_save"
id = "small-save"
spend = "10.00"
save = "1.00"
stackable = true
assumed = { p_redeem = 0.1, incremental = 0.6 }
"""


def test_the_next_best_offer_is_one_that_could_be_given_in_place_of_the_first(tmp_path):
    written = run(write_two_campaigns(tmp_path, "offers_per_customer = 2", THIRD))
    several = table(written, "further_offers")["customer_id"].head(10)
    seconds = set()
    for customer in several:
        facts = explain(written.folder, customer).facts
        (beside,) = facts["further"]
        left = [
            one
            for one in facts["candidates"]
            if one["status"] != "given" and beside["campaign_id"] != one["campaign_id"]
        ]
        best = max(left, key=lambda one: one["net_minor"])
        assert facts["changes"]["runner_up"]["offer_id"] == best["offer_id"]
        seconds.add(best["campaign_id"] != facts["plan"]["campaign_id"])
    assert True in seconds


SEATS = """
[[campaigns]]
id = "seats"
title = "Evenings"
budget = "12"
budget_unit = "seats"

[[campaigns.offers]]
kind = "benefit"
text = "Evening"
takes = "1"
assumed = { p_redeem = 1.0, value = "0.40" }
"""


def test_reasons_are_those_of_the_offer_that_is_named_first(tmp_path):
    """Of a scarce budget the offer of most profit may leave least when what the budget is worth is taken off."""
    written = run(write_two_campaigns(tmp_path, "offers_per_customer = 3", SEATS))
    first = table(written, "assignments").filter((pl.col("arm") == "plan") & (pl.col("campaign_id") == "seats"))
    facts = [explain(written.folder, one).facts for one in first["customer_id"].head(5)]
    assert {one["plan"]["campaign_id"] for one in facts} == {"seats"}
    assert {one["plan"]["agreement"] for one in facts} <= {"exact", "rounding"}
    nets = [{its["offer_id"]: its["net_minor"] for its in one["candidates"]} for one in facts]
    assert any(
        net[one["plan"]["offer_id"]] < net[one["further"][0]["offer_id"]]
        for net, one in zip(nets, facts, strict=True)
        if one["further"]
    )


def test_offers_with_the_same_id_are_refused_where_a_customer_could_get_both(tmp_path):
    path = shop(tmp_path, "offers_per_customer = 2")
    text = path.read_text().replace('on = "kind 1"', 'on = "kind 0"')
    path.write_text(text)
    with pytest.raises(ConfigError, match="'first' and 'second' both have an offer 'coupon-10 kind 0'"):
        run(path)
    finished = {one.name.rsplit("-", 1)[0] for one in (tmp_path / "runs/.stages/offerloop").iterdir()}
    assert finished == {".lock", "events"}, "learning takes long"
    assert "both have an offer" in str(check(path).problems[0])
    path.write_text(text.replace("offers_per_customer = 2", ""))
    assert check(path).problems == []


def test_a_plan_of_several_offers_is_not_valued_by_logs_of_single_ones(two):
    with pytest.raises(InputError, match="gives customers several offers"):
        plan_of(two.folder, None)


def test_the_report_says_what_one_offer_for_each_customer_costs(one, two):
    (row,) = table(one, "plan_limits").filter(pl.col("kind") == "customer").iter_rows(named=True)
    assert (row["at_most"], row["used"], row["shadow_price"]) == (1, 1, None)
    assert row["claimed_gain_minor"] == pytest.approx(100 * (claimed(two) - claimed(one)), abs=2)
    # All is assumed, so that held-out customers show the same: what offers cost beside each other counts there too.
    assert row["gain_minor"] == pytest.approx(row["claimed_gain_minor"], abs=2)
    assert "offers of each customer" in one.report.read_text()
    assert "customer" not in table(two, "plan_limits")["kind"]


def test_two_campaigns_never_give_a_customer_the_same_category(folder):
    path = shop(folder, "offers_per_customer = 2")
    path.write_text(
        path.read_text().replace(
            'on = "kind 1"\npercent = 10', 'id = "other"\non = "each category"\npercent = [10, 20]'
        )
    )
    for order in ("jointly", "in order"):
        path.write_text(path.read_text().replace("[plan]", f'[plan]\ncampaigns = "{order}"', 1))
        written = run(path)
        path.write_text(path.read_text().replace(f'\ncampaigns = "{order}"', ""))
        categories = table(written, "offers").select("campaign_id", "offer_id", "category")
        rows = given(written).join(categories, on=["campaign_id", "offer_id"]).drop_nulls("category")
        assert not table(written, "further_offers").is_empty()
        assert rows.select("customer_id", "category").is_unique().all()
