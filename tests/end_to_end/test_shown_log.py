"""A log of whole-shop discounts that another program wrote as CSV: init and run alone turn it into an assignment."""

import importlib
import json
from dataclasses import replace
from pathlib import Path

import narwhals as nw
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from typer.testing import CliRunner

from offerloop.cli import app
from offerloop.config import load_config
from offerloop.engine import collect
from offerloop.engine.duckdb import DuckDBEngine
from offerloop.events import listed_offers, prepare
from offerloop.events.offers_table import without_offers_of_nothing
from offerloop.flow import MissingEvidence, estimate, offers_to_learn, shown_log, study_shown
from offerloop.message import Message
from offerloop.response import shown_effects

BUDGET = "30.00"
FOREIGN = {
    "customers": {"customer_id": "shopper"},
    "orders": {"customer_id": "shopper", "at": "day"},
    "exposures": {"customer_id": "shopper", "offer_id": "discount", "at": "week", "propensity": "prob"},
    "offers": {"percent": "depth"},
}
"""How another house names its columns."""
ROUNDING = 1e-6
"""Minor units."""


@pytest.fixture(scope="module")
def shop():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(Path(__file__).parents[2] / "benchmarks")
        yield importlib.import_module("shown_log_shop")


@pytest.fixture(scope="module")
def market(shop):
    """Six weeks of offers at random after four without."""
    return shop.logged(shop.whole_shop("grocery"), 3, 300, 60, shop.ShownWeeks(4, 6))


def command(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def begun(files, folder):
    """`offerloop init` on the files."""
    given = [f"--{name}={path}" for name, path in files.items()]
    return command("init", folder, *given, f"--budget={BUDGET}")


@pytest.fixture(scope="module")
def foreign(shop, market, tmp_path_factory):
    """The folder of a shop whose log has other names, and lists nothing as an offer of 0 %."""
    folder = tmp_path_factory.mktemp("foreign")
    files = shop.write_log(market, folder, shop.Spelling(FOREIGN, "off-0", lists_nothing=True))
    assert begun(files, folder / "shop").exit_code == 0
    return folder / "shop"


@pytest.fixture(scope="module")
def prepared(foreign):
    """What the stages in process read of it."""
    config, engine = load_config(foreign / "offerloop.toml"), DuckDBEngine()
    return config, engine, prepare(config, engine)


UNSTUDIED = MissingEvidence(Message("shelf prices do not vary in this shop"))


@pytest.fixture(scope="module")
def studied(prepared):
    """What they learn of the offers that were shown."""
    config, engine, events = prepared
    return study_shown(events, offers_to_learn(events, UNSTUDIED, config), config, engine)


@pytest.fixture(scope="module")
def run(foreign):
    said = command("run", foreign)
    assert said.exit_code == 0, said.output
    (folder,) = (foreign / "runs").glob("2*")
    return folder


def test_the_plan_is_learned_from_the_log_and_keeps_to_the_budget_in_expectation(run, market):
    assigned = pl.read_parquet(run / "assignments.parquet")
    bought = pl.concat([part["order_lines"] for part in market.parts])["customer_id"].unique()
    assert assigned["customer_id"].to_list() == bought.sort().to_list()
    assert set(assigned["offer_id"]) <= {"none", *market.terms.ids}
    assert (assigned["offer_id"] != "none").sum() > 30
    planned = assigned.filter(pl.col("planned_offer_id") != "none")
    effects = pl.read_parquet(run / "effects.parquet")
    own = planned.select("customer_id", offer_id="planned_offer_id").join(effects, on=["customer_id", "offer_id"])
    assert own.height == planned.height
    paid = own.join(planned.filter(pl.col("arm") != "holdout"), on="customer_id", how="semi")
    assert paid["cost_expected_micro"].sum() <= float(BUDGET) * 100 * 1_000_000
    summary = json.loads((run / "summary.json").read_text())
    (campaign,) = summary["campaigns"]
    assert (campaign["basis"], campaign["budget_basis"], campaign["send"]) == ("estimated", "expected", True)
    assert campaign["as_sent"]["liability"] is None  # a percentage without a maximum may cost any amount


def test_the_stages_in_process_learn_what_the_command_learns(run, prepared, studied):
    config, _, events = prepared
    learned, key = estimate(events, UNSTUDIED, studied, config).effects, ["customer_id", "offer_id"]
    own = pl.read_parquet(run / "effects.parquet").select(learned.columns)
    assert_frame_equal(own.sort(key), learned.sort(key), rel_tol=1e-9)


def test_customers_who_taught_nothing_are_told_of_by_those_who_did(prepared, studied):
    (config, engine, events), shown = prepared, studied
    log, offer = shown_log(events, config), next(iter(shown.made_of))
    whole = shown.effects(offer)
    assert_frame_equal(shown_effects(log, shown, engine).effects(offer), whole)
    half = whole["customer_id"][::2].to_list()
    of_half = nw.col("customer_id").is_in(half)
    some = replace(log, exposures=log.exposures.filter(of_half), order_lines=log.order_lines.filter(of_half))
    told = shown_effects(some, shown, engine).effects(offer)
    assert told["customer_id"].to_list() == half
    both = told.join(whole, on="customer_id")
    assert both.select(pl.corr("value_minor", "value_minor_right")).item() > 0.98
    silent = replace(some, exposures=some.exposures.filter(nw.col("customer_id").is_null()))
    assert shown_effects(silent, shown, engine).effects(offer)["value_minor"].is_finite().all()


def test_more_depth_is_never_held_to_bring_less(run):
    effects = pl.read_parquet(run / "effects.parquet").filter(pl.col("customer_id") == pl.col("customer_id").first())
    depth = effects["offer_id"].str.strip_prefix("off-").cast(pl.Int64)
    table = effects.with_columns(depth=depth).sort("depth")
    assert table.height == 10
    assert (table["value_minor"].diff().drop_nulls() >= -ROUNDING).all()
    assert (table["discount_minor"].diff().drop_nulls() >= -ROUNDING).all()


def test_the_report_says_whether_earlier_offers_still_matter(run):
    page = (run / "report.html").read_text()
    assert "told by the estimator “growth of purchases”" in page
    assert any(
        one in page for one in ("earlier offers still matter", "Offers last", "Offers take purchases in advance")
    )
    found = json.loads((run / "summary.json").read_text())["shown_offers"]
    assert 0 <= found["carries_over_p"] <= 1


def test_the_configuration_says_why_offers_count_at_their_expected_cost(foreign):
    text = (foreign / "offerloop.toml").read_text()
    assert "# Nothing limits what an offer can cost: off-" in text
    config = load_config(foreign / "offerloop.toml")
    assert config.campaigns[0].budget_basis == "expected"
    assert config.sources["exposures"].columns == {
        "customer_id": "shopper", "offer_id": "discount", "at": "week", "propensity": "prob"
    }  # fmt: skip
    assert config.sources["offers"].columns["percent"] == "depth"


def test_offers_that_all_have_a_maximum_count_at_the_most_they_can_cost(shop, market, tmp_path):
    files = shop.write_log(market, tmp_path)
    pl.read_csv(files["offers"]).with_columns(max_discount=pl.lit("5.00")).write_csv(files["offers"])
    assert begun(files, tmp_path / "shop").exit_code == 0
    assert load_config(tmp_path / "shop" / "offerloop.toml").campaigns[0].budget_basis == "liability"


def with_few_recommenders(path):
    text = path.read_text(encoding="utf-8")
    assert "[recommend]" in text
    path.write_text(text.replace("[recommend]", '[recommend]\ncandidates = ["popularity", "repeat"]'), encoding="utf-8")


def read(folder):
    return prepare(load_config(folder / "offerloop.toml"), DuckDBEngine())


def test_an_offer_of_0_percent_and_no_offer_read_alike(shop, market, prepared, tmp_path):
    files = shop.write_log(market, tmp_path)
    assert begun(files, tmp_path / "shop").exit_code == 0
    shown, other = (
        collect(events.exposures, "customer_id", "shown_day")["offer_id"].fill_null("none").to_list()
        for events in (read(tmp_path / "shop"), prepared[2])
    )
    assert shown == other
    assert 0 < shown.count("none") < len(shown) / 5


@pytest.mark.parametrize("nothing", ["0", "0.0", "0 %", "off-0"], ids=["zero", "point", "percent", "listed"])
def test_every_spelling_of_nothing_becomes_the_empty_offer(nothing):
    engine = DuckDBEngine()
    offers = pl.DataFrame({"offer_id": ["off-0", "off-10"], "percent": [0, 10]})
    shown = engine.table(pl.DataFrame({"offer_id": [nothing, "off-10", None, "none"]}))
    found = collect(without_offers_of_nothing(shown, offers))["offer_id"].to_list()
    assert sorted(map(str, found)) == ["None", "None", "none", "off-10"]
    assert [one["id"] for one in listed_offers(offers)] == ["off-10"]


def test_what_an_offer_took_off_is_told_from_shelf_discounts(prepared, market):
    """The log has one discount for everything; the market knows the coupons. A tenth of so few lines had no offer."""
    lines = collect(prepared[2].order_lines)
    known = pl.concat([part["order_lines"] for part in market.parts]).filter(pl.col("quantity") > 0)
    coupons = 100 * known["coupon"].sum()
    assert lines["coupon_minor"].sum() == pytest.approx(coupons, rel=0.2)
    assert (lines["list_value_minor"] - lines["discount_minor"] - lines["coupon_minor"]).sum() == pytest.approx(
        lines["paid_minor"].sum(), abs=5
    )


def test_depths_name_offers_where_no_column_does_and_shares_are_percentages(shop, market, tmp_path):
    files = shop.write_log(market, tmp_path)
    depth = pl.col("offer_id").str.strip_prefix("off-").cast(pl.Float64, strict=False) / 100
    pl.read_csv(files["exposures"]).with_columns(depth.fill_null(0.0)).rename({"offer_id": "discount"}).write_csv(
        files["exposures"]
    )
    pl.read_csv(files["offers"]).select(discount=pl.col("percent") / 100).write_csv(files["offers"])
    said = begun(files, tmp_path / "shop")
    assert said.exit_code == 0, said.output
    events = read(tmp_path / "shop")
    assert [(one["id"], one["kind"], one["percent"]) for one in events.offers[:2]] == [
        ("0.05", "coupon", 5), ("0.1", "coupon", 10)
    ]  # fmt: skip
    assert set(collect(events.exposures)["offer_id"].drop_nulls()) == {one["id"] for one in events.offers}


def test_a_log_without_chances_is_told_at_once_and_again_by_the_run(shop, market, tmp_path):
    files = shop.write_log(market, tmp_path, shop.Spelling(without={"exposures": ("propensity",)}))
    said = begun(files, tmp_path / "shop")
    assert said.exit_code == 0
    assert "exposures.csv' has no column with the probability with which each offer was chosen" in said.output


def test_costs_that_no_order_line_tells_are_not_taken_for_nothing(shop, market, tmp_path):
    without = {"orders": ("list_value", "discount"), "products": ("list_price",)}
    files = shop.write_log(market, tmp_path, shop.Spelling(without=without))
    assert begun(files, tmp_path / "shop").exit_code == 0
    said = " ".join(command("check", tmp_path / "shop").output.split())
    assert "no order line says that anything was taken off, so what they cost is not known" in said
    assert "offers' discounts" not in said
    with_few_recommenders(tmp_path / "shop" / "offerloop.toml")
    assert command("run", tmp_path / "shop").exit_code == 0
    (folder,) = (tmp_path / "shop" / "runs").glob("2*")
    assert pl.read_parquet(folder / "shown_offers.parquet").is_empty()


@pytest.mark.parametrize(
    "change, words",
    [
        ({"propensity": pl.col("propensity") * 100}, ["row 2", "'propensity'", "from 0 to 1", "9.09"]),
        ({"offer_id": pl.col("offer_id") + "x"}, ["row 2", "'offer_id'", "none of the offers", "use the same ids"]),
    ],
    ids=["chance", "offer"],
)
def test_what_is_wrong_with_the_log_is_told_with_its_place(shop, market, tmp_path, command, change, words):
    files = shop.write_log(market, tmp_path)
    table = pl.read_csv(files["exposures"]).drop_nulls("offer_id").with_columns(**change)
    table.write_csv(files["exposures"])
    given = [f"--{name}={path}" for name, path in files.items()]
    code, printed, said = command("init", tmp_path / "shop", *given)
    assert (code, printed) == (2, "")
    assert len(said.splitlines()) == 1
    assert all(word in said for word in (*words, "exposures.csv"))


def test_attributes_that_the_owner_names_reach_what_is_learned(prepared):
    config, engine, events = prepared
    ids = collect(events.order_lines.select("customer_id").unique(), "customer_id").with_row_index("number")
    regions = ids.select("customer_id", region=pl.format("r{}", pl.col("number") % 2))
    named = config.model_copy(update={"profiles": config.profiles.model_copy(update={"fixed_attributes": ("region",)})})
    attributes = shown_log(replace(events, customers=engine.table(regions)), named).attributes
    assert attributes is not None
    assert_frame_equal(collect(attributes, "customer_id"), regions)
    assert shown_log(events, config).attributes is None
