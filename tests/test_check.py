"""`offerloop check`: what a run would start from, and what it could not find out."""

import json

import polars as pl
import pytest

import init_shops
from offerloop.errors import SourceError
from offerloop.service.check import check
from offerloop.service.init import write_shop


def shop(tmp_path, shape):
    place, _ = shape(tmp_path)
    return write_shop(tmp_path / "shop", {"order_lines": str(place)}, None, None).config


@pytest.fixture(scope="module")
def german(tmp_path_factory):
    return check(shop(tmp_path_factory.mktemp("german"), init_shops.german))


def test_a_shop_without_products_can_run_and_is_told_what_that_costs(german):
    assert german.ok
    assert german.lines[-1].startswith("Ready. Next: offerloop run")
    text = "\n".join(german.lines)
    assert "no products: offers cannot be limited to a category" in text
    assert "offers rest on what the configuration assumes" in text
    assert german.facts["gaps"]["response"] == "no order line has a category: give a list of products with 'category'"


def test_counts_are_those_of_the_file(german):
    lines, orders = init_shops.order_lines(), german.facts["orders"]
    assert orders["n_lines"] == lines.height
    assert orders["n_customers"] == init_shops.N_CUSTOMERS
    assert orders["n_orders"] == init_shops.N_ORDERS
    assert orders["sales_minor"] == lines["amount"].sum()
    assert orders["median_basket_minor"] == lines.group_by("order").agg(pl.col("amount").sum())["amount"].median()
    assert orders["days"] == (lines["moment"].max().date() - lines["moment"].min().date()).days + 1
    source = german.facts["sources"]["order_lines"]
    assert (source["read"], source["kept"], source["rejected"]) == (lines.height, lines.height, 0)


def test_every_offer_shows_what_it_can_cost_and_what_it_rests_on(german):
    offers = german.facts["offers"]
    assert [one["basis"] for one in offers] == ["assumed", "assumed"]
    assert all(one["liability_minor"] > 0 and not one["problem"] for one in offers)


def test_facts_are_json(german):
    assert json.loads(json.dumps(german.facts))["ok"] is True


def with_discounts(table, folder, depth):
    """The shop's lines over 26 weeks, with a shelf discount that is `depth`, an expression over the line."""
    before = (pl.col("amount") / 100).alias("list_value")
    lines = table.select("order", "customer", "product", "category", "quantity", before, "moment", "amount")
    lines = lines.with_columns(discount=(pl.col("list_value") * depth).round(2))
    lines = lines.with_columns(paid=(pl.col("list_value") - pl.col("discount")).round(2)).drop("amount")
    lines.write_parquet(folder / "lines.parquet")
    return write_shop(folder / "shop", {"order_lines": str(folder / "lines.parquet")}, None, None).config


@pytest.mark.parametrize("varies", [True, False])
def test_discounts_must_vary_for_the_response_to_be_estimated(tmp_path, varies):
    week = pl.col("moment").dt.week()
    depth = pl.when((week + pl.col("quantity")) % 2 == 0).then(0.2).otherwise(0.0) if varies else pl.lit(0.1)
    found = check(with_discounts(init_shops.order_lines(), tmp_path, depth))
    assert found.facts["orders"]["full_weeks"] >= 12
    assert (found.facts["gaps"]["response"] == "") is varies
    assert found.facts["orders"]["with_category"] == 1.0


def test_an_offer_without_a_limit_is_a_problem_and_not_ready(tmp_path):
    path = shop(tmp_path, init_shops.german)
    kept = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("max_discount")]
    path.write_text("\n".join(kept), encoding="utf-8")
    found = check(path)
    assert not found.ok
    assert found.lines[-1] == "Cannot run yet."
    assert any("needs 'max_discount'" in one for one in found.facts["problems"])


def test_a_category_that_nobody_sells_is_a_problem(tmp_path):
    path = shop(tmp_path, init_shops.chinese)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('on = "Group', 'on = "Gruop'), encoding="utf-8")
    found = check(path)
    assert not found.ok
    assert any("did you mean 'Group" in one for one in found.facts["problems"])


def test_a_short_history_is_told_with_what_it_costs(tmp_path):
    early = init_shops.order_lines().filter(pl.col("moment") < init_shops.FIRST + pl.duration(weeks=5))
    found = check(with_discounts(early, tmp_path, pl.lit(0.1)))
    assert found.ok
    assert "at least 12 are needed" in found.facts["gaps"]["response"]
    assert "two windows of 28 days" in found.facts["gaps"]["recommenders"]


def test_a_file_that_went_away_is_one_sentence(tmp_path):
    path = shop(tmp_path, init_shops.german)
    (tmp_path / "verkauf.csv").unlink()
    with pytest.raises(SourceError, match="does not exist"):
        check(path)
