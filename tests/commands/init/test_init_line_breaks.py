"""Line breaks in names of columns and in cells, as spreadsheets and exports of orders have them."""

import re

import init_shops
import polars as pl
import pytest

from offerloop.commands.check.task import check
from offerloop.commands.init.task import write_shop
from offerloop.config import load_config

LINES = init_shops.order_lines().select(
    "order", "customer", "product", "quantity", init_shops.money("amount").alias("paid"),
    init_shops.moment("%Y-%m-%d").alias("date"),
)  # fmt: skip


def started(folder, table, **files):
    table.write_csv(folder / "lines.csv")
    wanted = {"order_lines": str(folder / "lines.csv"), **{source: str(place) for source, place in files.items()}}
    return write_shop(folder / "shop", wanted, None, None)


def test_cells_of_several_lines_stand_in_comments_of_one(tmp_path):
    items = pl.format("{} x Tea {}", "quantity", "product").str.join("\n").alias("items")
    table = LINES.group_by("order", maintain_order=True).agg(pl.col("customer", "date", "paid").first(), items)
    made = started(tmp_path, table)
    said = made.config.read_text(encoding="utf-8")
    assert re.search(r"^# 'items' holds several products in a cell, such as '\d x Tea P\d+ \d x", said, re.MULTILINE)
    assert load_config(made.config).sources["order_lines"].columns["product_id"] == "'everything'"


def test_an_offer_whose_id_has_a_line_break_is_named_in_one_line(tmp_path):
    offers = pl.DataFrame({"offer": ["A\nx", "B"], "kind": ["coupon"] * 2, "percent": [10, 20]})
    offers.write_csv(tmp_path / "offers.csv")
    made = started(tmp_path, LINES, offers=tmp_path / "offers.csv")
    assert "limits what an offer can cost: A x, B." in made.config.read_text(encoding="utf-8")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("inside", ["\n", "\r\n"])
def test_a_name_of_a_column_may_have_a_line_break(tmp_path, end, inside):
    status = pl.when(pl.col("order") % 8 == 0).then(pl.lit("cancelled")).otherwise(pl.lit("paid"))
    table = LINES.with_columns(status.alias("state"))
    head = ['"Order\nNo"', "Customer", "Product", "Qty", "Paid", '"Order\nDate"', '"Order\nStatus"']
    rows = [",".join(head).replace("\n", inside), *(",".join(map(str, row)) for row in table.iter_rows())]
    (tmp_path / "lines.csv").write_bytes((end.join(rows) + end).encode())
    made = write_shop(tmp_path / "shop", {"order_lines": str(tmp_path / "lines.csv")}, None, None)
    source = load_config(made.config).sources["order_lines"]
    assert (source.columns["order_id"], source.columns["at"]) == (f"Order{inside}No", f"Order{inside}Date")
    assert source.where == f"`Order{inside}Status` not in ['cancelled']"
    sold = table.filter(pl.col("state") == "paid")
    assert check(made.config).shape.n_orders == sold["order"].n_unique()
