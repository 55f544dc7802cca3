"""Amounts in cents, in 分 or in 万元, as the names of columns say."""

import init_shops
import polars as pl
import pytest

from offerloop.mapping import GIVEN, Guess, infer_mapping, sample_sources

LINES = init_shops.order_lines()
IDS = LINES.select("order", "customer", "product", "quantity", init_shops.moment("%Y-%m-%d").alias("date"))


def mapped(folder, columns, **given):
    IDS.with_columns(columns).write_csv(folder / "lines.csv")
    samples = sample_sources({"order_lines": str(folder / "lines.csv")}, folder)
    guesses = {ours: Guess(theirs, (theirs,), GIVEN) for ours, theirs in given.items()}
    match = infer_mapping(samples, {"order_lines": guesses})["order_lines"]
    return match.guesses["paid"].written, [str(one) for one in match.notes]


@pytest.mark.parametrize(
    "name, values, paid",
    [
        ("total_cents", pl.col("amount"), "total_cents / 100"),
        ("Amount (cents)", pl.col("amount"), "`Amount (cents)` / 100"),
        ("实付金额(分)", pl.col("amount"), "`实付金额(分)` / 100"),
        ("实付金额（万元）", pl.col("amount") / 1_000_000, "`实付金额（万元）` * 10000"),
        ("total cents", pl.col("amount") / 100, "total cents"),
        ("paid", pl.col("amount"), "paid"),
    ],
)
def test_amounts_count_in_whole_units(tmp_path, name, values, paid):
    assert mapped(tmp_path, [LINES.select(values.alias(name)).to_series()])[0] == paid


def test_prices_in_cents_are_multiplied_first(tmp_path):
    off = (pl.col("quantity") * 0 + pl.lit(LINES["price"]) // 10).alias("discount_cents")
    columns = [pl.lit(LINES["price"]).alias("price_cents")]
    assert mapped(tmp_path, columns)[0] == "price_cents * quantity / 100"
    listed = [pl.lit(LINES["price"]).alias("list_price_cents"), off]
    assert mapped(tmp_path, listed)[0] == "(list_price_cents * quantity - coalesce(discount_cents, 0)) / 100"


def test_a_column_in_cents_that_was_given_is_a_note(tmp_path):
    paid, notes = mapped(tmp_path, [LINES["amount"].alias("total_cents")], paid="total_cents")
    assert paid == "total_cents"
    assert any('else map paid = "total_cents / 100"' in one for one in notes)


def test_list_prices_are_not_divided_alone(tmp_path):
    columns = [pl.lit(LINES["price"]).alias("list_price_cents"), pl.lit(LINES["price"] // 10).alias("discount")]
    IDS.with_columns(columns).write_csv(tmp_path / "lines.csv")
    match = infer_mapping(sample_sources({"order_lines": str(tmp_path / "lines.csv")}, tmp_path))["order_lines"]
    assert match.guesses["paid"].written == "list_price_cents * quantity - coalesce(discount, 0)"
    assert match.guesses["list_price"].written == "list_price_cents"
    assert any('else map list_price = "list_price_cents / 100"' in str(one) for one in match.notes)
