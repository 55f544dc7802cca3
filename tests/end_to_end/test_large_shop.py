"""A shop of more customers than are planned together: a sample decides, all others follow in shards."""

import json
import shutil
from contextlib import contextmanager

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from offerloop import run
from offerloop.config import load_config
from offerloop.errors import ConfigError
from offerloop.flow import large_shop
from support.small_shop import write_small_shop
from support.two_campaigns import write_two_campaigns

BUDGET = 60_000
"""Enough of each of two campaigns for nearly everybody, in minor units."""
CUSTOMERS = 300
EMPTY_SHARDS = 21
"""Of so many shards of 40 customers one that follows has nobody."""
USUAL = """
[business_as_usual]
share = 0.2
budget = "150.00"

[[business_as_usual.rules]]
offer = "spend-and-save"
"""


@contextmanager
def few_together(planned=100, shard=60):
    """A shop is large from `planned` customers on, and `shard` of them are a shard."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(large_shop, "PLANNED_CUSTOMERS", planned)
        patch.setattr(large_shop, "SHARD_CUSTOMERS", shard)
        yield


@pytest.fixture
def few():
    """Two of five shards decide."""
    with few_together():
        yield


@pytest.fixture(scope="module")
def together(tmp_path_factory):
    """What is decided where all customers are planned together."""
    return run(write_small_shop(tmp_path_factory.mktemp("together"), customers=CUSTOMERS)).folder


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """A large shop that ran once: its configuration, its run and a copy of its folder."""
    path = write_small_shop(tmp_path_factory.mktemp("ran"), customers=CUSTOMERS)
    with few_together():
        folder = run(path).folder
    return path, folder, shutil.copytree(path.parent, tmp_path_factory.mktemp("copy") / "shop")


@pytest.fixture(scope="module")
def in_shards(ran):
    """What is decided in shards."""
    return ran[1]


@pytest.fixture
def shop_that_ran(ran):
    """The configuration of the shop as it was after its run, at its place, which stages depend on."""
    path, _, copy = ran
    shutil.rmtree(path.parent)
    shutil.copytree(copy, path.parent)
    with few_together():
        yield path


def table(folder, name, *keys):
    return pl.read_parquet(folder / f"{name}.parquet").sort(keys or "customer_id")


def test_everybody_has_an_assignment_and_no_budget_is_exceeded(ran, in_shards, together):
    assigned, whole = table(in_shards, "assignments"), table(together, "assignments")
    assert assigned["customer_id"].equals(whole["customer_id"])
    held = pl.col("arm") == "holdout"
    assert assigned.filter(held)["customer_id"].equals(whole.filter(held)["customer_id"])
    (campaign,) = load_config(ran[0]).campaigns
    for arm, budget, least in (("plan", campaign.budget, 0.8), ("explore", campaign.explore_budget, 0.1)):
        spent, most = assigned.filter(arm=arm)["cost_liability_minor"].sum(), round(100 * float(budget))
        assert least * most <= spent <= most
    assert pl.read_csv(in_shards / "assignments.csv").height == CUSTOMERS


def test_the_others_are_told_of_as_if_all_were_planned_together(in_shards, together):
    """Assumed effects follow from the own baskets, profiles from the own purchases on the scale of a sample."""
    keys = ("customer_id", "campaign_id", "offer_id")
    assert_frame_equal(table(in_shards, "effects", *keys), table(together, "effects", *keys))
    own = ["customer_id", "n_orders", "spend_minor", "recency_days", "top_category"]
    assert_frame_equal(table(in_shards, "profiles").select(own), table(together, "profiles").select(own))
    loyal = [table(one, "profiles")["tags"].list.contains("big basket").mean() for one in (in_shards, together)]
    assert loyal[0] == pytest.approx(loyal[1], abs=0.1)


def test_the_summary_is_about_everybody_with_the_budgets_of_everybody(in_shards):
    summary = json.loads((in_shards / "summary.json").read_text())
    assigned = table(in_shards, "assignments")
    planned = assigned.filter((pl.col("arm") == "plan") & (pl.col("offer_id") != "none"))
    (campaign,) = summary["campaigns"]
    assert summary["customers"] == CUSTOMERS
    assert campaign["customers_sent"] == planned.height
    assert (campaign["budget"], campaign["explore_budget"]) == ("100.00", "20.00")
    assert campaign["customers_planned"] == pytest.approx(planned.height, rel=0.25)
    assert float(campaign["as_sent"]["liability"]) == planned["cost_liability_minor"].sum() / 100
    counted = assigned.group_by("arm").agg(n=pl.len(), with_offer=(pl.col("offer_id") != "none").sum())
    arms = {arm: {"customers": n, "with_offer": with_offer} for arm, n, with_offer in counted.iter_rows()}
    assert summary["arms"] == arms
    profit = planned["profit_minor"].sum() / 100
    assert float(campaign["as_sent"]["profit"]["value"]) == pytest.approx(profit, rel=0.25)
    assert summary["others"]["sentence"] in (in_shards / "report.html").read_text()


def test_another_number_of_shards_takes_another_sample(shop_that_ran, tmp_path):
    again = run(shop_that_ran, shards=7).folder
    afresh = run(write_small_shop(tmp_path, customers=CUSTOMERS), shards=7).folder
    assert_frame_equal(table(again, "assignments"), table(afresh, "assignments"))


@pytest.mark.parametrize("shards", [1, EMPTY_SHARDS])
def test_shards_may_be_all_that_decide_or_have_no_customers(tmp_path, shards):
    with few_together(planned=35):
        folder = run(write_small_shop(tmp_path, customers=40), shards=shards).folder
    summary = json.loads((folder / "summary.json").read_text())
    assert (summary["others"] is None) == (shards == 1)
    assert table(folder, "assignments").height == 40


@pytest.mark.usefixtures("few")
def test_an_attribute_of_few_customers_is_no_fault_of_a_shard_that_has_none_of_them(tmp_path):
    path = write_small_shop(tmp_path, customers=CUSTOMERS)
    rare = [(f"c{one:03}", "vip" if one % 100 == 0 else None) for one in range(CUSTOMERS)]
    pl.DataFrame(rare, ["who", "rank"], orient="row").write_csv(tmp_path / "customers.csv")
    source = '[sources.customers]\npath = "customers.csv"\ncolumns = { customer_id = "who" }\nattributes = ["rank"]\n'
    rule = '\n[audiences.vips]\nfield = "rank"\nequals = "vip"\n'
    text = path.read_text().replace("[recommend]", source + "\n[recommend]")
    path.write_text(text.replace("[shop]", 'exclude = "vips"\n\n[shop]') + rule)
    assigned = table(run(path).folder, "assignments")
    vips = [name for name, rank in rare if rank]
    assert set(assigned.filter(pl.col("customer_id").is_in(vips))["offer_id"]) == {"none"}


@pytest.mark.usefixtures("few")
def test_a_run_that_ends_in_a_shard_goes_on_from_the_shards_that_are_done(tmp_path, monkeypatch):
    path, write, begun = write_small_shop(tmp_path, customers=CUSTOMERS), large_shop.Follower.write, []

    def failing(follower, shard):
        begun.append(shard)
        if len(begun) == 3:
            raise OSError("no space is left")
        write(follower, shard)

    monkeypatch.setattr(large_shop.Follower, "write", failing)
    with pytest.raises(OSError, match="no space"):
        run(path)
    done = begun[:]
    folder = run(path).folder
    assert len(set(begun)) < len(begun) < len(set(begun)) + len(done)
    assert table(folder, "assignments").height == CUSTOMERS
    assert not list((tmp_path / "runs" / ".stages").glob("*/.other-customers-*"))


def test_other_suggestions_are_made_for_the_others_as_well(shop_that_ran, in_shards):
    path, before = shop_that_ran, table(in_shards, "assignments")
    assert before["product_ids"].str.contains("2").any()
    path.write_text(path.read_text().replace("top_k = 5", 'top_k = 5\nexclude_products = ["2"]'))
    assert not table(run(path).folder, "assignments")["product_ids"].str.contains("2").any()


def test_a_run_goes_on_after_the_shards_of_an_earlier_one_are_gone(shop_that_ran, in_shards):
    first = table(in_shards, "assignments")
    (kept,) = (shop_that_ran.parent / "runs" / ".stages").glob("*/other-customers-*")
    shutil.rmtree(kept)
    again = run(shop_that_ran)
    stages = json.loads((again.folder / "manifest.json").read_text())["stages"]
    assert [one["stage"] for one in stages if not one["kept"]] == ["other customers", "report"]
    assert_frame_equal(table(again.folder, "assignments"), first)


def test_business_as_usual_is_what_its_rules_say_and_never_a_file(shop_that_ran):
    path = shop_that_ran
    text = path.read_text()
    offer = "spend-and-save"
    path.write_text(text + USUAL)
    written = run(path)
    usual = table(written.folder, "assignments").filter(arm="usual")
    assert 0.1 * CUSTOMERS < usual.height < 0.3 * CUSTOMERS
    assert set(usual["offer_id"]) == {offer}
    liability = usual["cost_liability_minor"].sum()
    assert written.summary["business_as_usual"]["liability"] == f"{liability / 100:.2f}"
    assert f"{usual.height} get an offer and 0 get none" in (written.folder / "report.html").read_text()
    (path.parent / "today.csv").write_text(f"customer_id,offer_id\nc001,{offer}\n")
    path.write_text(text + '\n[business_as_usual]\nbudget = "60.00"\npath = "today.csv"\n')
    with pytest.raises(ConfigError, match=r"planned in shards, none of which has the whole file"):
        run(path)


def test_customers_who_follow_get_offers_of_several_campaigns_too(tmp_path):
    path = write_two_campaigns(tmp_path, "offers_per_customer = 2", customers=CUSTOMERS)
    path.write_text(path.read_text().replace('budget = "100.00"', f'budget = "{BUDGET // 100}.00"'))
    with few_together():
        written = run(path)
    first, further = table(written.folder, "assignments"), table(written.folder, "further_offers")
    assert first.height == CUSTOMERS
    assert further.height > 0
    most = pl.concat([first, further]).filter(pl.col("arm") == "plan")
    for campaign, cost in most.group_by("campaign_id").agg(pl.col("cost_liability_minor").sum()).iter_rows():
        assert campaign is None or 0 < cost <= BUDGET
    offered = first.filter(pl.col("offer_id") != "none").group_by("arm").len()
    assert {arm: one["with_offer"] for arm, one in written.summary["arms"].items() if one["with_offer"]} == dict(
        offered.iter_rows()
    )
    assert sum(one["customers"] for one in written.summary["arms"].values()) == CUSTOMERS
    counted = dict(most.drop_nulls("campaign_id").group_by("campaign_id").len().iter_rows())
    assert {one["id"]: one["customers_sent"] for one in written.summary["campaigns"]} == counted
