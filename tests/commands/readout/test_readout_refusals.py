"""When `offerloop readout` shows nothing: groups that are not those drawn, and files and days that cannot be read."""

import json
import re
from datetime import date

import polars as pl
import pytest
from readout_shop import make_orders, make_run

from offerloop.commands.readout.checks import checks, why_too_few, why_unsound
from offerloop.commands.readout.inputs import read_run
from offerloop.commands.readout.shards.survey import decided_tables, survey
from offerloop.commands.readout.side_files import SideFiles
from offerloop.commands.readout.task import read_out
from offerloop.engine.duckdb import DuckDBEngine
from offerloop.errors import InputError


def said_of(run, exposures=None):
    """Why the draw of a run stops its read-out."""
    engine = DuckDBEngine()
    files = SideFiles.read(run, exposures, None, engine)
    counts = survey(run, decided_tables(run, engine).with_tables(files.tables))
    return why_unsound(checks(run, counts, has_exposures=exposures is not None)) or why_too_few(run, counts)


def test_lost_holdout_customers_stop_it(tmp_path):
    kept = (pl.col("arm") != "holdout") | (pl.col("customer_id") % 3 > 0)
    run = make_run(tmp_path / "run", keep=kept)
    make_orders(tmp_path / "orders.csv", run, lambda _: 1.1)
    done = read_out(run, tmp_path / "orders.csv")
    assert re.match(
        r"No effect is shown: holdout among all customers: \d+ held back and [\d,]+ not, .* \(p = ", done.stopped
    )
    assert done.summary["effects"] == []
    assert {one.name for one in done.folder.iterdir()} == {"readout.json", "report.html"}
    page = done.report.read_text()
    assert "✗\u00a0failed" in page
    assert "raised profit" not in page
    assert "$" not in page
    (tmp_path / "used.csv").write_text("customer_id,offer_id,amount\n1,coupon,1.055\n")
    with pytest.raises(InputError, match=r"'1\.055' is not an amount in USD"):
        read_out(run, tmp_path / "orders.csv", redemptions=tmp_path / "used.csv")


def test_an_exposure_log_that_lacks_treated_customers_stops_it(tmp_path):
    run = read_run(make_run(tmp_path / "run"))
    shown = pl.read_parquet(run.folder / "assignments.parquet").select("customer_id", "offer_id")
    shown.write_csv(tmp_path / "all.csv")
    shown.filter((pl.col("offer_id") == "none") | (pl.col("customer_id") % 2 > 0)).write_csv(tmp_path / "half.csv")
    assert said_of(run, tmp_path / "all.csv") is None
    stopped = str(said_of(run, tmp_path / "half.csv"))
    assert "holdout among exposed customers: " in stopped
    assert "log the holdout with an empty offer" in stopped


def test_a_holdout_customer_who_was_shown_two_offers_is_one_customer(tmp_path):
    run, engine = read_run(make_run(tmp_path / "run")), DuckDBEngine()
    assigned = pl.read_parquet(run.folder / "assignments.parquet")
    held = assigned.filter(pl.col("arm") == "holdout")["customer_id"][0]
    (tmp_path / "shown.csv").write_text(f"customer_id,offer_id\n{held},coupon\n{held},flash_sale\n")
    files = SideFiles.read(run, tmp_path / "shown.csv", None, engine)
    assert survey(run, decided_tables(run, engine).with_tables(files.tables)).shown_to_holdout == 1


def test_an_arm_that_its_hash_does_not_name_stops_it(tmp_path):
    folder = make_run(tmp_path / "run")
    table = pl.read_parquet(folder / "assignments.parquet")
    held = table.filter(pl.col("arm") == "holdout")["customer_id"][0]
    assert table["arm"][76] != "holdout"
    moved = pl.when(pl.col("customer_id") == 77).then(pl.lit("holdout")).when(pl.col("customer_id") == held)
    table.with_columns(arm=moved.then(pl.lit("plan")).otherwise(pl.col("arm"))).write_parquet(
        folder / "assignments.parquet"
    )
    run = read_run(folder)
    assert "2 of 3,000 customers are not in the group" in str(said_of(run))


def test_too_few_buyers_stop_it_and_are_kept(tmp_path):
    run = make_run(tmp_path / "run")
    make_orders(tmp_path / "all.csv", run)
    orders = pl.read_csv(tmp_path / "all.csv")
    orders.filter(pl.col("customer") % 60 == 0).write_csv(tmp_path / "orders.csv")
    done = read_out(run, tmp_path / "orders.csv")
    assert re.search(r"held back only \d+ bought in the period, and fewer than 15 on one side say", done.stopped)
    assert done.summary["effects"] == []
    assert pl.read_parquet(done.folder / "outcomes.parquet").height == 3000


def test_too_few_held_back_stop_it(tmp_path):
    few = (pl.col("planned_offer_id") == "none") | (pl.col("customer_id") < 150)
    run = read_run(make_run(tmp_path / "run", keep=few))
    counts = survey(run, decided_tables(run, DuckDBEngine()))
    assert "fewer than 30 on one side say nothing" in str(why_too_few(run, counts))


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plain")
    run = make_run(folder / "run")
    make_orders(folder / "orders.csv", run)
    return run, folder / "orders.csv"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"run": "nowhere"}, "is not the folder of a run: it lacks manifest.json"),
        ({"orders": "nowhere.csv"}, "there is no file of orders"),
        ({"from_day": date(2024, 5, 1)}, "has no order on or after 2024-05-01: its orders run from 2024-02-"),
        (
            {"from_day": date(2024, 3, 6), "until_day": date(2024, 3, 5)},
            "ends on 2024-03-05, before it begins on 2024-03-06",
        ),
        ({"from_day": date(2024, 3, 1)}, "begins on 2024-03-01, before the plan of 2024-03-04"),
        ({"orders": "strangers.csv"}, "is a customer of the run, such as 1; use the same"),
        ({"orders": "nameless.csv"}, "customer"),
        ({"exposures": "nowhere.csv"}, "there is no file of exposures"),
        ({"redemptions": "orders.csv"}, "has no column 'customer_id' (needed: customer_id, offer_id, amount)"),
        (
            {"redemptions": "unknown.csv"},
            "redeems the offer 'cuopon', which the run does not have, did you mean 'coupon'?",
        ),
        ({"redemptions": "words.csv"}, ", line 2, column 'amount': 'a lot' is not an amount of money"),
        ({"redemptions": "below.csv"}, "has an amount below zero, -1.50; write what was taken off as 1.50"),
        ({"redemptions": "digits.csv"}, "'1.055' is not an amount in USD, which has 2 decimal digits"),
        (
            {"redemptions": "blank.csv"},
            "blank.csv' has both an offer_id and an amount, so what the offers cost is not known; fill",
        ),
        ({"redemptions": "others.csv"}, "none of the 2 customers in the file of redemptions"),
        ({"exposures": "others.csv"}, "none of the 2 customers in the file of exposures"),
    ],
)
def test_bad_input_is_one_sentence(plain, tmp_path, changes, says):
    run, orders = plain
    lines = pl.read_csv(orders)
    lines.write_csv(tmp_path / "orders.csv")
    lines.with_columns(pl.col("customer") + 1_000_000).write_csv(tmp_path / "strangers.csv")
    lines.drop("customer").write_csv(tmp_path / "nameless.csv")
    (tmp_path / "unknown.csv").write_text("customer_id,offer_id,amount\n1,cuopon,1.00\n")
    (tmp_path / "words.csv").write_text("customer_id,offer_id,amount\n1,coupon,a lot\n")
    (tmp_path / "below.csv").write_text("customer_id,offer_id,amount\n1,coupon,1.00\n2,coupon,-1.50\n")
    (tmp_path / "blank.csv").write_text("customer_id,offer_id,amount\n1,coupon,\n2,,1.50\n")
    (tmp_path / "digits.csv").write_text("customer_id,offer_id,amount\n1,coupon,1.00\n2,coupon,1.055\n")
    (tmp_path / "others.csv").write_text("customer_id,offer_id,amount\nC-1,coupon,1.00\nC-2,coupon,1.00\n")
    named = {key: tmp_path / one if isinstance(one, str) else one for key, one in changes.items()}
    with pytest.raises(InputError) as refusal:
        read_out(named.pop("run", run), named.pop("orders", orders), **named)
    assert says in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert [one.name for one in run.iterdir() if "readout" in one.name] == []


def test_a_table_of_another_version_is_named(tmp_path):
    run = make_run(tmp_path / "run")
    pl.read_parquet(run / "assignments.parquet").drop("propensity").write_parquet(run / "assignments.parquet")
    with pytest.raises(InputError, match="is not as this version writes it: table 'assignments' lacks"):
        read_run(run)


def test_a_plan_that_offers_nothing_has_no_effect_to_read(tmp_path):
    run = make_run(tmp_path / "run")
    table = pl.read_parquet(run / "assignments.parquet").with_columns(planned_offer_id=pl.lit("none"))
    table.write_parquet(run / "assignments.parquet")
    with pytest.raises(InputError, match="offers nothing to anybody"):
        read_run(run)


FOREIGN = "'EUR' is not USD, in which the run counts, and the amounts cannot be added; write them in USD, leave"


@pytest.mark.parametrize(("column", "euro"), [("currency", "EUR"), ("Währung", "EUR"), ("currency", "€")])
def test_an_order_in_another_currency_than_the_run_is_refused_with_its_line(plain, tmp_path, column, euro):
    """The run maps no currency, so it would add up dollars and euros."""
    run, orders = plain
    written = pl.when(pl.int_range(pl.len()) == 2500).then(pl.lit(euro)).otherwise(pl.lit("USD"))
    pl.read_csv(orders).with_columns(written.alias(column)).write_csv(tmp_path / "mixed.csv")
    with pytest.raises(InputError) as refusal:
        read_out(run, tmp_path / "mixed.csv")
    said = f"'{tmp_path / 'mixed.csv'}', line 2502, column '{column}': {FOREIGN.replace('EUR', euro)}"
    assert str(refusal.value).startswith(said)


@pytest.mark.parametrize("cells", [["USD", "usd ", "$", ""], ["online", "store"], ["¥", "$"]])
def test_a_column_of_that_name_without_another_currency_is_no_reason_to_refuse(plain, tmp_path, cells):
    run, orders = plain
    lines = pl.read_csv(orders)
    column = pl.Series("currency", [cells[place % len(cells)] for place in range(lines.height)])
    lines.with_columns(column).write_csv(tmp_path / "orders.csv")
    assert read_out(run, tmp_path / "orders.csv").stopped is None


def one_in_a_hundred_in_euros(folder, run):
    make_orders(folder / "plain.csv", run)
    written = pl.when(pl.int_range(pl.len()) % 100 == 99).then(pl.lit("EUR")).otherwise(pl.lit("USD"))
    pl.read_csv(folder / "plain.csv").with_columns(currency=written).write_csv(folder / "orders.csv")
    return folder / "orders.csv"


@pytest.mark.parametrize("more", ['currency = "currency"', "discount = \"switch(currency, 'USD', 0, 'EUR', 0)\""])
def test_a_mapping_that_reads_the_currency_says_itself_what_becomes_of_others(tmp_path, more):
    run = make_run(tmp_path / "run", more=more)
    assert read_out(run, one_in_a_hundred_in_euros(tmp_path, run)).stopped is None


def test_orders_that_the_filter_leaves_out_may_be_in_another_currency(tmp_path):
    run = make_run(tmp_path / "run")
    manifest = json.loads((run / "manifest.json").read_text())
    of_lines, text = "[sources.order_lines]\n", manifest["config"]["text"]
    manifest["config"]["text"] = text.replace(of_lines, f"""{of_lines}where = "currency == 'USD'"\n""")
    (run / "manifest.json").write_text(json.dumps(manifest))
    assert read_out(run, one_in_a_hundred_in_euros(tmp_path, run)).stopped is None
