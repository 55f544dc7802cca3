"""The whole flow: a made-up shop through the service, and the sample against what is known of it.

Expected ranges are those of the first release's goal, measured once by a prototype on the same data.
"""

import json
from datetime import date, timedelta
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest
from made_log import learned, log_of
from sample_part import write_sample_part

from offerloop import flow
from offerloop.commands.run.task import run
from offerloop.config import load_config
from offerloop.decision.assignment_rows import as_text
from offerloop.engine import collect
from offerloop.engine.duckdb import DuckDBEngine
from offerloop.errors import ConfigError, InputError
from offerloop.evaluation.hash_groups import in_holdout
from offerloop.flow.stages import LearnedResponse
from offerloop.message import Message
from offerloop.money import DIGITS
from offerloop.offers import read_offers
from offerloop.response import full_weeks, learn_shown, shelf_lines
from offerloop.tables import STAGE_TABLES

MONDAY = date(2024, 1, 1)
PRODUCTS = 6


def quietly(_name, work, *inputs, **named):
    return work(*inputs, **named)


# A made-up shop, in files


def write_shop(folder, slopes=(0.0, 0.0, 0.0, 0.8, 0.8, 0.8), customers=500, weeks=40):
    """Order lines and products as CSV: in category k, depth raises the weekly chance to buy by slopes[k] x depth."""
    rng = np.random.default_rng(0)
    own = rng.integers(0, PRODUCTS, (customers, len(slopes)))
    depth = rng.choice([0, 10, 20, 30], (len(slopes), PRODUCTS, weeks))
    mine = depth[np.arange(len(slopes))[None, :], own]
    chance = 0.2 * rng.uniform(0.5, 1.5, (customers, 1, 1)) + np.array(slopes)[None, :, None] * mine / 100
    customer, category, week = np.nonzero(rng.random(chance.shape) < chance)
    price, off = 2 * (category + 1), mine[customer, category, week]
    days = rng.integers(0, 7, len(week)) + 7 * week
    days[0] = 0  # the first week is a whole one
    lines = pl.DataFrame(
        {
            "order": np.arange(len(week)),
            "who": [f"c{one:03}" for one in customer],
            "what": category * PRODUCTS + own[customer, category],
            "when": [(MONDAY + timedelta(days=day)).isoformat() for day in days.tolist()],
            "n": 1,
            "list": [f"{one:.2f}" for one in price],
            "off": [f"{one:.2f}" for one in price * off / 100],
            "paid": [f"{one:.2f}" for one in price * (100 - off) / 100],
        }
    )
    listed = pl.DataFrame({"what": range(PRODUCTS * len(slopes))}).with_columns(
        kind=pl.format("kind {}", pl.col("what") // PRODUCTS)
    )
    lines.write_csv(folder / "lines.csv")
    listed.write_csv(folder / "products.csv")


CONFIG = """
[shop]
name = "A made-up shop"
currency = "{currency}"

[sources.order_lines]
path = "lines.csv"
columns = {{ order_id = "order", customer_id = "who", product_id = "what", quantity = "n", at = "when", paid = "paid", \
discount = "off", list_value = "list" }}

[sources.products]
path = "products.csv"
columns = {{ product_id = "what", category = "kind" }}

[response]
min_lines_per_product = 10

[experiment]
holdout = 0.2

[[campaigns]]
id = "paid"
title = "Paid by a supplier"
budget = "100.00"
explore_budget = "20.00"

[[campaigns.offers]]
kind = "coupon"
on = "each category"
percent = [10, 20]
funded_share = 0.75
{limit}
"""


JOINED = 'join = [{ path = "products.csv", on = "what" }]'


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A configuration beside its files."""
    folder = tmp_path_factory.mktemp("shop")
    write_shop(folder)
    path = folder / "offerloop.toml"
    config = CONFIG.format(currency="EUR", limit='max_discount = "5.00"')
    path.write_text(config.replace("[sources.products]", f"{JOINED}\n[sources.products]"))
    return path


@pytest.fixture(scope="module")
def written(shop):
    """Two runs of the same configuration."""
    return [run(shop, "duckdb", None) for _ in range(2)]


def test_a_run_leaves_all_its_tables(written):
    folder = written[0].folder
    assert folder.parent.name == "runs"
    assert {path.name for path in folder.iterdir()} >= {
        "assignments.csv", "assignments.parquet", "effects.parquet", "manifest.json", "report.html", "summary.json",
    }  # fmt: skip
    for name, table in STAGE_TABLES.items():
        found = pl.read_parquet(folder / f"{name}.parquet")
        assert table.check(found).equals(found), name
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["inputs"].keys() == {"order_lines", "products"}
    assert manifest["inputs"]["order_lines"]["joined"] == [manifest["inputs"]["products"]]
    assert [stage["stage"] for stage in manifest["stages"]][:2] == ["events", "profiles"]


def test_same_configuration_same_bytes(written):
    one, other = ((of.folder / "assignments.csv").read_bytes() for of in written)
    assert one == other
    assert written[0].folder != written[1].folder
    for name in STAGE_TABLES:
        one, other = (pl.read_parquet(of.folder / f"{name}.parquet") for of in written)
        assert one.equals(other), name


def test_offers_go_where_the_response_is(written):
    """Only three kinds respond; the plan finds them from the order lines alone."""
    assigned = pl.read_parquet(written[0].folder / "assignments.parquet")
    plan = assigned.filter((pl.col("arm") == "plan") & (pl.col("offer_id") != "none"))
    kinds = plan["offer_id"].str.slice(-1).cast(pl.Int64)
    assert plan.height > 40
    assert (kinds >= 3).mean() > 0.95
    assert (plan["product_ids"] != "").all()


def test_one_row_per_customer_and_budgets_hold(written):
    assigned = pl.read_parquet(written[0].folder / "assignments.parquet")
    assert assigned["customer_id"].to_list() == sorted(f"c{one:03}" for one in range(500))
    spent = dict(assigned.group_by("arm").agg(pl.col("cost_liability_minor").sum()).iter_rows())
    assert 0 < spent["plan"] <= 10_000
    assert 0 < spent["explore"] <= 2_000
    assert spent["holdout"] == 0
    held = set(assigned.filter(arm="holdout")["customer_id"])
    assert held == {one for one in assigned["customer_id"] if in_holdout(one, "holdout", 0.2)}


def test_csv_says_the_same_in_major_units(written):
    folder = written[0].folder
    table, text = (
        pl.read_parquet(folder / "assignments.parquet"),
        pl.read_csv(folder / "assignments.csv", infer_schema=False),
    )
    assert text["customer_id"].to_list() == table["customer_id"].to_list()
    assert [round(float(one) * 100) for one in text["cost_liability"]] == table["cost_liability_minor"].to_list()
    assert text["profit"].str.contains(r"^-?\d+\.\d\d$").all()


@pytest.mark.parametrize(
    "change, error, sentence",
    [
        (('path = "products.csv"', 'path = "nothing.csv"'), InputError, "nothing.csv' does not exist"),
        # found by a late stage
        (('max_discount = "5.00"', ""), ConfigError, "nothing limits what the offer"),
    ],
)
def test_a_stage_that_fails_leaves_no_run(shop, written, change, error, sentence):
    before = sorted((shop.parent / "runs").glob("2*"))
    whole = shop.read_text()
    shop.write_text(whole.replace(*change))
    try:
        with pytest.raises(error, match=sentence):
            run(shop, "duckdb", None)
    finally:
        shop.write_text(whole)
    assert len(before) == len(written)
    assert sorted((shop.parent / "runs").glob("2*")) == before


def test_a_shop_whose_discounts_nobody_knows_rests_on_its_assumptions(shop, tmp_path):
    for name in ("lines.csv", "products.csv"):
        (tmp_path / name).write_bytes((shop.parent / name).read_bytes())
    path = tmp_path / "offerloop.toml"
    text = shop.read_text().replace(', discount = "off", list_value = "list"', "")
    path.write_text(text + "assumed = { p_redeem = 0.1, incremental = 0.5 }\n")
    found = flow.plan(load_config(path), DuckDBEngine(), quietly)
    assert any("did not vary" in str(gap) for gap in found.gaps)
    assert set(found.tables["effects"]["basis"]) == {"assumed"}
    assert found.forecasts[0].send
    plan = found.tables["assignments"].filter((pl.col("arm") == "plan") & (pl.col("offer_id") != "none"))
    assert plan.height > 40
    assert plan["cost_liability_minor"].sum() <= 10_000


def test_order_lines_of_a_month_alone_are_enough_for_a_plan(shop, tmp_path):
    lines = pl.read_csv(shop.parent / "lines.csv", infer_schema=False).filter(pl.col("when") < "2024-01-29")
    lines.write_csv(tmp_path / "lines.csv")
    path = tmp_path / "offerloop.toml"
    start, end = shop.read_text().replace(JOINED, "").split("[sources.products]")
    assumed = '{ p_redeem = 0.1, value = "2" }'
    coupon = f'[[campaigns.offers]]\nkind = "coupon"\npercent = 10\nmax_discount = "1.00"\nassumed = {assumed}'
    path.write_text(start + "[[campaigns]]" + end.split("[[campaigns]]")[1].split("[[campaigns.offers]]")[0] + coupon)
    found = flow.plan(load_config(path), DuckDBEngine(), quietly)
    assert len(found.gaps) == 2
    assert set(found.tables["assignments"]["offer_id"]) == {"none", "coupon-10"}
    assert collect(found.affinities).height > 0


# The sample


@pytest.fixture(scope="session")
def sample_run(tmp_path_factory):
    """The flow on a fifth of the sample's households, once, with few recommenders; plans are sent on expectation."""
    path = write_sample_part(tmp_path_factory.mktemp("part"))
    sent = path.read_text().replace('budget = "1000.00"', 'budget = "200.00"\nsend = "expected"')
    path.write_text(sent.replace("funded_share = 0.75", "funded_share = 0.9"))
    config = load_config(path)
    few = config.recommend.model_copy(update={"candidates": ("popularity", "repeat")})
    return flow.plan(config.model_copy(update={"recommend": few}), DuckDBEngine(), quietly)


def row(table, **values):
    return table.row(
        by_predicate=pl.all_horizontal(pl.col(name) == value for name, value in values.items()), named=True
    )


@pytest.mark.sample
def test_usable_lines_and_index_products(sample_events):
    config, engine, events = sample_events
    weeks = full_weeks(events.first_day, events.as_of_day)
    found = shelf_lines(events.order_lines, events.products, weeks, config.response, engine)
    assert weeks == range(2, 54)
    assert found.products["product_id"].n_unique() == 4096
    assert found.n_lines == pytest.approx(1_409_582, rel=1e-4)
    assert len(found.categories) == 80


@pytest.mark.sample
def test_average_response_of_the_sample(sample_run):
    """Shelf discounts raise the chance to buy, and do not pay for themselves at any margin that a grocer has."""
    slopes, checks = sample_run.tables["response_slopes"], sample_run.tables["response_checks"]
    for design in "BA":
        bought = row(slopes, design=design, outcome="bought")
        assert bought["slope"] > 2 * bought["se"]
        assert 0 < bought["slope"] < 0.3
    assert row(slopes, design="B", outcome="bought")["slope"] < row(slopes, design="A", outcome="bought")["slope"]
    lead = row(checks, check="depth of next week", outcome="bought")
    assert abs(lead["estimate"]) < 3 * lead["se"]
    for margin in sample_run.tables["break_even"]["margin"]:
        assert 0.4 < margin < 1.2


@pytest.mark.sample
@pytest.mark.parametrize("campaign", ["8", "13", "18"])
def test_past_campaigns_of_the_sample(sample_run, campaign):
    """Heavy spenders were targeted, so the naive difference is no effect."""
    found = row(sample_run.tables["campaign_effects"], campaign_id=campaign)
    assert found["naive_minor"] > 2_500
    assert abs(found["adjusted_minor"]) < 3 * found["adjusted_se"]
    assert found["note"] == ""


@pytest.mark.sample
def test_a_campaign_with_too_short_a_past_says_so(sample_run):
    found = row(sample_run.tables["campaign_effects"], campaign_id="27")
    assert found["note"].startswith(
        "The comparison needs 56 days before the campaign; the data cover only 38, which were used."
    )
    assert found["placebo_minor"] is None


@pytest.mark.sample
def test_own_funded_coupons_are_not_sent(sample_run):
    own = next(one for one in sample_run.forecasts if one.campaign_id == "own-funded")
    assert not own.send
    assert row(own.comparison, rule="plan")["profit_low_minor"] <= 0
    assigned = sample_run.tables["assignments"]
    assert "own-funded" not in assigned["campaign_id"].to_list()


@pytest.mark.sample
def test_claims_of_the_plan_shrink_when_held_out(sample_run):
    """The plug-in profit of a maximised plan is above its held-out profit in every campaign with a plan."""
    for one in sample_run.forecasts:
        assert one.solution.profit > row(one.comparison, rule="plan")["profit_minor"]


@pytest.mark.sample
def test_every_table_of_the_sample_passes(sample_run):
    tables = {**sample_run.tables, "affinities": collect(sample_run.affinities)}
    for name, table in STAGE_TABLES.items():
        assert table.check(tables[name]).height > 0 or name in {
            "further_offers",
            "further_planned",
            "audience_members",
            "shown_offers",
            "product_texts",
        }, name


@pytest.mark.sample
def test_budgets_hold_on_the_sample(sample_run):
    config, assigned = sample_run.config, sample_run.tables["assignments"]
    for campaign in config.campaigns:
        mine = assigned.filter(campaign_id=campaign.id)
        for arm, budget in (("plan", campaign.budget), ("explore", campaign.explore_budget)):
            assert mine.filter(arm=arm)["cost_liability_minor"].sum() <= config.minor(budget)
    assert set(assigned.filter(pl.col("offer_id") != "none")["arm"]) == {"plan", "explore"}
    assert assigned["customer_id"].is_sorted()
    assert assigned.height == 496
    held = assigned.filter(arm="holdout")
    assert held.height == pytest.approx(50, abs=20)  # three standard errors
    assert (held["offer_id"] == "none").all()


@pytest.mark.sample
def test_what_no_history_shows_is_given_at_random_only(sample_run):
    assigned, effects = sample_run.tables["assignments"], sample_run.tables["effects"]
    unknown = sample_run.tables["offers"].filter(basis="unknown")["offer_id"]
    assert set(unknown) == {"spend-and-save", "flash-sale"}
    assert not effects["offer_id"].is_in(unknown.to_list()).any()
    given = assigned.filter(pl.col("offer_id").is_in(unknown.to_list()))
    assert set(given["arm"]) == {"explore"}
    assert given["profit_minor"].is_null().all()


@pytest.mark.sample
def test_the_same_seed_gives_the_same_bytes(sample_run):
    config = sample_run.config
    again = flow.plan(config, DuckDBEngine(threads=1), quietly)
    texts = [
        as_text(one.tables["assignments"], DIGITS[config.shop.currency]).write_csv().encode()
        for one in (sample_run, again)
    ]
    assert texts[0] == texts[1]


def test_every_loop_is_told_what_a_log_of_shown_offers_could_not_show():
    """Whether it plays in a simulated shop or in tables."""
    offer = {"kind": "coupon", "id": "all", "percent": 10, "max_discount": "0.60"}
    shown = learned([offer], {"all-10": 0.2}, {"all-10": 100})  # a coupon of 1.00, more than it can be
    nothing = flow.MissingEvidence(Message("nothing is known of prices"))
    assert LearnedResponse(nothing, shown, None).gaps_of_shown == list(shown.notes) != []
    assert LearnedResponse(shown, nothing, None).gaps_of_shown == [nothing.reason]


def test_each_campaign_is_asked_for_growth_by_its_own_valid_offers():
    """Or by all offers, where its own were never shown."""
    coupons = [{"kind": "coupon", "id": name, "percent": 10, "max_discount": "1.00"} for name in ("much", "none")]
    offers, engine = read_offers(coupons, ["tea"], "USD"), DuckDBEngine()
    much, none = (one.offer_id for one in offers)
    rows = [
        ("much", much, "estimated"), ("none", none, "estimated"), ("both", much, "estimated"),
        ("both", none, "estimated"), ("over", much, "not_valid"), ("over", none, "estimated"),
        ("unseen", "gift", "transferred"),
    ]  # fmt: skip
    of_campaigns = SimpleNamespace(offers=pl.DataFrame(rows, ["campaign_id", "offer_id", "basis"], orient="row"))
    found = []
    for customers in (300, 3_000):
        shown = learn_shown(log_of(offers, {much: 0.3}, {much: 100, none: 100}, customers, engine), offers, 1, engine)
        found.append(LearnedResponse(flow.MissingEvidence(Message("no prices")), shown, of_campaigns).without_growth)
    assert found == [set(), {"none", "over"}]
