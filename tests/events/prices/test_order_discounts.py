"""What was taken off whole orders belongs to their lines afterwards, to the last minor unit."""

import csv

import narwhals as nw
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from offerloop.config import load_config
from offerloop.engine import collect
from offerloop.engine.duckdb import DuckDBEngine
from offerloop.events import prepare
from offerloop.events.prices.order_discounts import with_discount_rates, with_order_discounts

ENGINE = DuckDBEngine(threads=1)
LINE = st.tuples(st.integers(0, 2), st.integers(-500, 100_000), st.sampled_from([None, 7]))
ORDERS = st.lists(
    st.tuples(st.lists(LINE, min_size=1, max_size=6), st.integers(-150_000, 150_000), st.booleans()),
    min_size=1,
    max_size=4,
)
CONFIG = """
[shop]
name = "Shop"
currency = "EUR"

[sources.order_lines]
path = "lines.csv"

[sources.order_lines.columns]
order_id = "order"
customer_id = "who"
product_id = "what"
quantity = "n"
paid = "price"
at = "day"
order_discount = "off"

[[campaigns]]
id = "first"
title = "First"
budget = "10.00"
offers = [{ kind = "coupon", on = "all", percent = 10, max_discount = "5.00" }]
"""


def table(orders):
    rows = [
        {
            "order_id": order, "customer_id": "c", "product_id": f"p{product}", "quantity": 1.0, "paid_minor": paid,
            "coupon_minor": coupon, "order_discount_minor": off if everywhere or place == 0 else None,
        }
        for order, (lines, off, everywhere) in enumerate(orders)
        for place, (product, paid, coupon) in enumerate(lines)
    ]  # fmt: skip
    return pl.DataFrame(rows, schema_overrides={"order_discount_minor": pl.Int64, "coupon_minor": pl.Int64})


def divided(lines):
    """In polars, where it takes no time; the tests below are on DuckDB."""
    after = nw.to_native(with_order_discounts(with_discount_rates(nw.from_native(lines.lazy()))))
    return after.select(sorted(after.collect_schema().names())).collect().sort(pl.all())


@given(ORDERS, st.randoms(use_true_random=False))
def test_shares_add_up_in_proportion_to_what_lines_cost_in_any_order_of_rows(orders, draw):
    lines = table(orders).with_columns(was=pl.col("paid_minor"), own=pl.col("coupon_minor").fill_null(0))
    after = divided(lines)
    assert divided(lines[draw.sample(range(lines.height), lines.height)]).equals(after)
    after = after.with_columns(share=pl.col("was") - pl.col("paid_minor"))
    assert after["coupon_minor"].to_list() == (after["own"] + after["share"]).to_list()
    for order, (rows, off, _) in enumerate(orders):
        cost = sum(max(0, paid) for _, paid, _ in rows)
        taken, of_order = min(abs(off), cost), after.filter(pl.col("order_id") == order)
        assert of_order["share"].sum() == taken
        for share, was in of_order.select("share", "was").iter_rows():
            assert 0 <= share <= max(0, was)
            assert abs(share - taken * max(0, was) / max(1, cost)) <= 1


def written(folder, rows):
    (folder / "offerloop.toml").write_text(CONFIG)
    with (folder / "lines.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["order", "who", "what", "n", "price", "day", "off"], *rows])
    events = prepare(load_config(folder / "offerloop.toml"), ENGINE)
    wanted = ("order_id", "quantity", "paid_minor", "coupon_minor", "list_value_minor")
    return collect(events.order_lines.select(wanted), *wanted).rows()


def test_what_came_back_takes_its_part_of_the_discount_with_it(tmp_path):
    rows = [
        ("a", "kim", "tea", 1, 100, "2025-01-01", 10),
        ("b", "kim", "tea", -1, -100, "2025-01-05", ""),
        ("c", "lee", "tea", 1, 60, "2025-01-02", 10),
        ("c", "lee", "pot", 1, 40, "2025-01-02", 10),
        ("d", "lee", "pot", -1, -40, "2025-01-07", -4),
        ("e", "kim", "pot", 1, 50, "2025-01-09", ""),
    ]
    assert written(tmp_path, rows) == [("c", 1.0, 5400, 600, 6000), ("e", 1.0, 5000, 0, 5000)]


def test_copies_of_an_order_take_no_part_of_its_discount(tmp_path):
    rows = [("a", "kim", "tea", 1, 30, "2025-01-01", 9), ("a", "kim", "pot", 1, 60, "2025-01-01", 9)]
    assert written(tmp_path, [*rows, *rows]) == [("a", 1.0, 2700, 300, 3000), ("a", 1.0, 5400, 600, 6000)]


def test_lines_without_such_a_column_stay_as_they_are():
    lines = table([([(0, 600, 7)], 100, True)]).drop("order_discount_minor")
    assert divided(lines).equals(lines.select(sorted(lines.columns)).sort(pl.all()))
