"""What an explanation counts in: money, the unit of a budget, an assumption without an interval, or not known."""

import json

import polars as pl
import pytest
from explained_run import build_run, effect

from offerloop.commands.explain.task import explain
from offerloop.message import packed
from offerloop.offers import read_offers
from offerloop.tables import EFFECTS


@pytest.fixture
def shop(tmp_path):
    return build_run(tmp_path / "run")


def change_json(path, change):
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def change_config(folder, change):
    def of_text(manifest):
        manifest["config"]["text"] = change(manifest["config"]["text"])

    change_json(folder / "manifest.json", of_text)


def change_rows(folder, table, **columns):
    path = folder / f"{table}.parquet"
    pl.read_parquet(path).with_columns(**columns).write_parquet(path)


def change_effect(folder, *row):
    known = pl.read_parquet(folder / "effects.parquet").filter(pl.col("customer_id") != row[0])
    pl.concat([known, pl.DataFrame([effect(*row)], schema=EFFECTS.schema)]).write_parquet(folder / "effects.parquet")


@pytest.fixture
def seats(shop):
    """The first campaign's budget counts seats, its value is money."""
    change_json(shop / "summary.json", lambda summary: summary["campaigns"][0].update(budget_unit="seats"))
    return shop


def test_what_an_offer_takes_is_told_in_the_unit_of_its_budget(seats):
    text = explain(seats, "1").text
    assert "most it can cost us  2 seats\n" in text
    assert "expected cost to us  0.300 seats\n" in text
    assert "€0.700 [0.650, 0.900] (the value itself; seats are not subtracted from it, by the estimates" in text
    assert "€0.700 − 0.1000 x 2 seats = €0.500" in text
    assert "€0.1000 of extra profit for 1 seats more of budget. The budget of 6 seats counts" in text
    assert "The budget of €6 counts" in text  # of the second campaign
    row = next(line for line in text.splitlines() if line.startswith("  10 % off Tea (first)"))
    assert row.split()[5:9] == ["€0.600", "0.100", "seats", "2"]


def test_what_counts_for_more_than_one_use_has_no_limit(shop):
    change_rows(shop, "assignments", cost_liability_minor=pl.col("cost_liability_minor") * 9)
    change_rows(shop, "effects", cost_liability_minor=pl.col("cost_liability_minor") * 9)
    text = explain(shop, "1").text
    assert "most it can cost us  no limit\n" in text
    row = next(line for line in text.splitlines() if line.startswith("  10 % off Tea (first)"))
    assert "no limit" in row


def test_a_change_of_the_budget_is_told_in_its_unit(seats):
    text = explain(seats, "2").text
    assert "its 2 seats of budget bring €0.200" in text
    assert "for 1 seats of budget. By these estimates that takes a budget of about 14" in text
    assert " seats instead of 6" in text
    assert "每 1 seats 预算" in explain(seats, "2", language="zh").text


def test_an_offer_of_a_unit_that_does_not_pay_loses_no_money(seats):
    change_effect(seats, 12, ("first", "coupon-20 Tea"), 0, 0)
    text = explain(seats, "12").text
    assert "is estimated to bring anything. The best is “20 % off Tea”: value €0.0000." in text
    assert "“20 % off Tea”: it is estimated to bring nothing: value €0.0000." in text
    assert "nothing but another estimate would make it worth its budget" in text
    assert "lose money" not in text


def test_an_assumed_profit_has_no_interval_and_is_called_assumed(shop):
    text = explain(shop, "11").text
    assert "profit               €0.800 (assumed: value less expected cost)\n" in text
    assert "€0.800 (assumed)  " in text
    assert "held out" not in text
    assert "€0.800 [" not in text
    assert "€0.800（假设）" in explain(shop, "11", language="zh").text


def test_an_assumed_forecast_has_no_interval_either(shop):
    forecast = dict.fromkeys(("profit_minor", "profit_low_minor", "profit_high_minor"), pl.lit(500.0))
    change_rows(shop, "comparison", **forecast)
    assert "forecast at €5.00 (no interval: assumed), which is not clearly" in explain(shop, "1").text


@pytest.mark.parametrize(
    ("change", "is_said"),
    [({}, True), ({"is_paused": True}, False), ({"pays_alone": True}, False), ({"budget_unit": "seats"}, False)],
)
def test_suppliers_are_asked_for_a_share_only_where_that_would_send_the_campaign(tmp_path, change, is_said):
    folder = build_run(tmp_path / "run", send=False)
    summary = json.loads((folder / "summary.json").read_text())
    campaigns = [one | change for one in summary["campaigns"]]
    (folder / "summary.json").write_text(json.dumps(summary | {"campaigns": campaigns}))
    assert ("clearly pays once suppliers pay 52.5 % of each discount" in explain(folder, "1").text) == is_said
    change_rows(folder, "offers", funded_share=0.75)
    assert "clearly pays once suppliers" not in explain(folder, "1").text


def test_who_was_held_back_would_have_got_what_the_plan_chose(shop):
    change_effect(shop, 4, ("first", "coupon-20 Tea"), 49, 60)
    found = explain(shop, "4")
    assert found.facts["plan"]["agreement"] == "rounding"
    assert "By the plan it would have got “20 % off Tea”, with a profit of €0.190" in found.text
    assert "it got" not in found.text
    change_effect(shop, 1, ("first", "coupon-20 Tea"), 49, 60)
    assert "By the plan it got “20 % off Tea”" in explain(shop, "1").text


def test_without_list_prices_it_is_not_known_who_bought_below_them(shop):
    assert "bought on discount  25 % of order lines" in explain(shop, "1").text
    change_rows(shop, "profiles", discount_share=0.0)
    assert "bought on discount  not known (no list prices or discounts in the data)" in explain(shop, "1").text
    change_config(shop, lambda text: text + '\n[sources.order_lines.columns]\nlist_price = "p"\n')
    assert "bought on discount  0 % of order lines" in explain(shop, "1").text


def test_products_without_a_category_are_no_favourite(shop):
    change_rows(shop, "profiles", top_category=pl.lit("unknown"), top_category_share=1.0)
    assert "spends most on      not known" in explain(shop, "1").text


def test_offers_of_a_table_need_none_in_the_configuration(shop):
    change_config(shop, lambda _: '[[campaigns]]\nid = "first"\n')
    assert "Gets “label of coupon-20 Tea” by plan" in explain(shop, "1").text
    (coupon,) = read_offers([{"kind": "coupon", "on": "Tea", "percent": 20}], ["Tea"], "EUR")
    change_rows(shop, "offers", label_message=pl.lit(packed(coupon.label())))
    assert "Tea 8 折" in explain(shop, "1", language="zh").text
