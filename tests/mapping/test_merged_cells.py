"""Files in which only the first line of an order says which order it is, whose it is and when it was."""

import init_shops
import polars as pl
import pytest

from offerloop.mapping import infer_mapping, sample_sources

LINES = init_shops.order_lines().select(
    "order", "customer", init_shops.moment("%Y-%m-%d").alias("date"), "product", "quantity",
    init_shops.money("amount").alias("paid"),
)  # fmt: skip
OF_ORDERS = ("order", "customer", "date")
NOTE = "'order', 'customer', 'date' are empty in the same rows, 50 % of all, which are left out"


def notes(folder, table):
    table.write_csv(folder / "lines.csv")
    samples = sample_sources({"order_lines": str(folder / "lines.csv")}, folder)
    return [str(one) for one in infer_mapping(samples)["order_lines"].notes]


@pytest.mark.parametrize("columns, is_noted", [(OF_ORDERS, True), (("customer",), False)])
def test_further_lines_without_order_customer_and_time_are_a_note(tmp_path, columns, is_noted):
    first = pl.col("order") != pl.col("order").shift().fill_null(-1)
    table = LINES.with_columns(pl.when(first).then(name).alias(name) for name in columns)
    assert any(one.startswith(NOTE) for one in notes(tmp_path, table)) is is_noted


def test_lines_that_say_nothing_of_their_customer_are_no_further_lines(tmp_path):
    known = pl.col("order") % 3 > 0
    table = LINES.with_columns(pl.when(known).then("customer").alias("customer"))
    assert not any("fill the empty cells down" in one for one in notes(tmp_path, table))
