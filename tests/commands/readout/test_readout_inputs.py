"""What `offerloop readout` reads beside the orders: margins of the plan, and files of exposures and redemptions."""

import re

import polars as pl
import pytest
from readout_shop import make_orders, make_run, total

from offerloop.commands.readout.inputs import read_run
from offerloop.commands.readout.task import read_out
from offerloop.events import pseudonym
from offerloop.response import Margins

PRODUCTS = """
[sources.products]
path = "products.csv"
[sources.products.columns]
product_id = "product"
category = "category"
"""
KEY = "a key of more than 16 bytes"
HIDDEN = """
[privacy]
pseudonymise = true
key_env = "READOUT_KEY"
"""


def test_margins_are_those_of_the_plan(tmp_path):
    """Everything sold is of a category that leaves .6 where the rest of the shop leaves .3: the effect is twice."""
    (tmp_path / "products.csv").write_text("product,category\n7,tea\n")
    margins = [(None, 0.3, "configured", None), ("tea", 0.6, "unit costs", None)]
    run = make_run(tmp_path / "runs" / "one", more=PRODUCTS, margins=margins)
    truth = 2 * make_orders(tmp_path / "orders.csv", run, lambda _: 1.1)
    done = read_out(run, tmp_path / "orders.csv")
    value, low, high = total(done.summary, "margin")
    assert low < truth < high
    assert value > 0.75 * truth
    assert "unit costs" in done.report.read_text(encoding="utf-8")


COUPONS = 'coupon = "coupon"\ndiscount = "off"'


def test_a_line_leaves_what_was_paid_before_the_offer_less_what_goods_cost(tmp_path):
    """Goods cost .60 of list price, as all leave .30 of it after shelf discounts of .10; each order has 2.00 off at the
    shelf and, with an offer, a coupon of 0.50."""
    run = make_run(tmp_path / "run", more=COUPONS, margins=[(None, 0.3, "configured", 0.6)])
    make_orders(tmp_path / "orders.csv", run, columns=lambda one: {"coupon": 0.5 * (one > 0), "off": 2.0})
    done = read_out(run, tmp_path / "orders.csv")
    outcomes = pl.read_parquet(done.folder / "outcomes.parquet").filter("bought")
    shelf = outcomes["revenue_minor"] + outcomes["cost_minor"]
    left = shelf - 0.6 * (shelf + 200 * outcomes["n_orders"])
    assert outcomes["margin_minor"].to_list() == pytest.approx(left.to_list(), abs=0.5)
    assert "the unit costs that the products have at the time of this read-out" in done.report.read_text(
        encoding="utf-8"
    )


def test_a_run_of_an_earlier_version_knows_margins_of_categories_alone(tmp_path):
    path = (run := make_run(tmp_path / "run", more=COUPONS)) / "margins.parquet"
    table = pl.read_parquet(path)
    table.drop("cost_share").write_parquet(path)
    assert read_run(run).margins.equals(table)


def test_a_run_of_an_earlier_version_takes_what_goods_cost_to_be_beside_what_they_bring(tmp_path):
    rows = [(None, 0.3, "configured", 0.6), ("tea", 0.4, "unit costs", 0.5)]
    path = (run := make_run(tmp_path / "run", more=COUPONS, margins=rows)) / "margins.parquet"
    table = pl.read_parquet(path)
    table.select("category", "margin", "basis", at_shelf=pl.Series([0.9, None])).write_parquet(path)
    shares = Margins.of_table(read_run(run).margins, tells_shelf=True).cost_shares
    assert shares == pytest.approx({None: 0.6, "tea": 0.5})


def test_a_run_of_an_earlier_version_does_not_say_when_its_offers_end(tmp_path):
    path = (run := make_run(tmp_path / "run")) / "offers.parquet"
    table = pl.read_parquet(path)
    table.drop("starts_at", "ends_at").write_parquet(path)
    assert read_run(run).offers.equals(table)


def _redeemed(run, folder, name="redeemed.csv", ids=str, separator=",", amount="1.50"):
    table = pl.read_parquet(run / "assignments.parquet").filter(pl.col("offer_id") == "coupon")
    lines = [separator.join(["customer_id", "offer_id", "amount"])]
    lines += [separator.join([ids(one), "coupon", amount]) for one in table["customer_id"]]
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder / name


def test_redemptions_may_be_written_as_in_germany(tmp_path):
    run = make_run(tmp_path / "run")
    make_orders(tmp_path / "orders.csv", run)
    path = _redeemed(run, tmp_path, separator=";", amount="1,50 €")
    done = read_out(run, tmp_path / "orders.csv", redemptions=path)
    found = pl.read_parquet(done.folder / "outcomes.parquet")["cost_minor"]
    assert sorted(found.unique()) == [0, 150]


@pytest.mark.parametrize("raw", [True, False])
def test_under_pseudonyms_side_files_may_have_raw_ids_or_pseudonyms(tmp_path, monkeypatch, raw):
    monkeypatch.setenv("READOUT_KEY", KEY)
    run = make_run(tmp_path / "run", more=HIDDEN, hide=lambda one: pseudonym(one, KEY.encode()))
    make_orders(tmp_path / "orders.csv", run, ids=lambda one: pseudonym(one, KEY.encode()))
    ids = {pseudonym(one, KEY.encode()): str(one) for one in range(1, 3001)}
    path = _redeemed(run, tmp_path, ids=lambda one: ids[one] if raw else one)
    done = read_out(run, tmp_path / "orders.csv", redemptions=path)
    assert pl.read_parquet(done.folder / "outcomes.parquet")["redeemed"].sum() > 1000


def test_customers_of_a_side_file_who_are_not_in_the_run_are_counted(tmp_path):
    run = make_run(tmp_path / "run")
    make_orders(tmp_path / "orders.csv", run)
    path = _redeemed(run, tmp_path)
    path.write_text(path.read_text() + "999999,coupon,1.00\nC-1,coupon,1.00\n")
    done = read_out(run, tmp_path / "orders.csv", redemptions=path)
    assert "2 customers of the file of redemptions are not in the run" in done.report.read_text(encoding="utf-8")


def test_redemptions_without_an_amount_or_an_offer_are_counted_and_their_customers_have_redeemed(tmp_path):
    run = make_run(tmp_path / "run")
    make_orders(tmp_path / "orders.csv", run)
    path = _redeemed(run, tmp_path)
    head, *rows = path.read_text().splitlines()
    blank = [row.replace("1.50", "") for row in rows[:500]]
    path.write_text("\n".join([head, *blank, rows[500].replace("coupon", ""), *rows[501:]]) + "\n")
    done = read_out(run, tmp_path / "orders.csv", redemptions=path)
    outcomes = pl.read_parquet(done.folder / "outcomes.parquet")
    assert outcomes["redeemed"].sum() == len(rows) - 1
    assert (outcomes["cost_minor"] > 0).sum() == len(rows) - 501
    page = done.report.read_text(encoding="utf-8")
    assert "500 redemptions have no amount, so the cost leaves them out and the profit is too high; fill in" in page
    assert "1 redemption has no offer_id and is left out" in page
    assert any("500 redemptions have no amount" in one for one in done.summary["warnings"])


def test_where_order_lines_say_what_coupons_cost_redemptions_need_no_amount(tmp_path):
    run = make_run(tmp_path / "run", more=COUPONS)
    make_orders(tmp_path / "orders.csv", run, columns=lambda _: {"coupon": 2.0, "off": 0.0})
    done = read_out(run, tmp_path / "orders.csv", redemptions=_redeemed(run, tmp_path, amount=""))
    assert pl.read_parquet(done.folder / "outcomes.parquet")["redeemed"].sum() > 1000
    assert "amount" not in str(done.summary["warnings"])


def test_the_lot_of_a_campaign_with_an_audience_is_read_out(tmp_path):
    """Customers outside the audience could draw nothing, though effects.parquet knows offers for them."""
    run = make_run(tmp_path / "run", explore=0.8, kinds=lambda one: ("coupon",) if one % 2 else ())
    effects = pl.read_parquet(run / "effects.parquet")
    pl.concat([effects, effects.with_columns(pl.col("customer_id") + 1)]).write_parquet(run / "effects.parquet")
    make_orders(tmp_path / "orders.csv", run, lambda _: 1.5)
    done = read_out(run, tmp_path / "orders.csv")
    drawn = next(one for one in done.summary["effects"] if (one["comparison"], one["outcome"]) == ("explore", "margin"))
    assert float(drawn["per_customer"]["low"]) > 0


def _with_order_values(run):
    """Profiles as runs write them: a customer had two orders, of $30 each in the median."""
    path = run / "profiles.parquet"
    table = pl.read_parquet(path)
    known = {"n_orders": pl.lit(2), "basket_minor": 1500.0 + 1.0 * pl.int_range(pl.len())}
    table.with_columns(**known).write_parquet(path)


@pytest.mark.parametrize(("factor", "since"), [(100, "$2,9"), (0.01, "$0."), (15, None), (0.1, None)])
def test_orders_in_another_unit_than_before_the_plan_are_named(tmp_path, factor, since):
    run = make_run(tmp_path / "run")
    _with_order_values(run)
    make_orders(tmp_path / "orders.csv", run, before=False)
    path = tmp_path / "scaled.csv"
    orders = pl.read_csv(tmp_path / "orders.csv").with_columns(pl.col("paid") * factor)
    orders.write_csv(path, float_precision=2)
    said = [one for one in read_out(run, path).summary["warnings"] if "per order" in one]
    assert len(said) == (since is not None)
    for one in said:
        assert one.startswith(f"In '{path}' customers held out spent {since}")
        assert re.search(r" per order, and \$(29|3[01])\.\d\d before the plan \(medians\)", one)


def test_a_few_orders_say_nothing_of_their_unit(tmp_path):
    run = make_run(tmp_path / "run")
    _with_order_values(run)
    held = pl.read_parquet(run / "assignments.parquet").filter(pl.col("arm") == "holdout")["customer_id"]
    make_orders(tmp_path / "orders.csv", run)
    is_kept = ~pl.col("customer").is_in(held[19:].implode()) | (pl.col("day") < "2024-03-04")
    orders = pl.read_csv(tmp_path / "orders.csv").filter(is_kept)
    orders.with_columns(pl.col("paid") * 100).write_csv(tmp_path / "orders.csv")
    assert not any("per order" in one for one in read_out(run, tmp_path / "orders.csv").summary["warnings"])
