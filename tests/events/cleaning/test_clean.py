from functools import partial

import narwhals as nw
import polars as pl
import pytest

from offerloop.engine import InMemoryEngine, collect
from offerloop.engine.duckdb import DuckDBEngine
from offerloop.events import Cleaned, CleaningRule, apply_rules, merge_scans
from offerloop.events.cleaning.clean import drop_copies
from offerloop.message import Message

NO_REASON = Message("nothing was said", context="cleaning rule")
BELOW = CleaningRule("below", "rejected", nw.col("n") < 0, NO_REASON)
SMALL = CleaningRule("small", "rejected", nw.col("n") < 3, NO_REASON)
RAISE = CleaningRule("raise", "repaired", nw.col("n") < 5, NO_REASON, {"n": nw.lit(5)})
FIVE = CleaningRule("five", "flagged", nw.col("n") == 5, NO_REASON)


def cleaned(numbers, *rules):
    frame = DuckDBEngine().table(pl.DataFrame({"n": numbers}, schema={"n": pl.Int64}).with_row_index("row"))
    stage = Cleaned("numbers", frame)
    apply_rules(stage, list(rules))
    assert stage.frame.collect_schema().names() == ["row", "n"]
    return collect(stage.frame, "row")["n"].to_list(), {(q["rule"], q["action"]): q["rows"] for q in stage.quality}


def copied(numbers, drop, *more, **how):
    columns = {"order_id": [row[0] for row in numbers], "quantity": [row[1] for row in numbers]}
    columns |= {"product_id": columns["quantity"], "paid_minor": columns["quantity"]}
    stage = Cleaned("numbers", DuckDBEngine().table(pl.DataFrame(columns)))
    drop(stage, *more, **how)
    rows = collect(stage.frame, "order_id", "quantity").select("order_id", "quantity").rows()
    return rows, {q["rule"]: q["rows"] for q in stage.quality}, stage


def test_without_rules_every_row_is_kept():
    assert cleaned([1, 1, 2]) == ([1, 1, 2], {})


def test_exact_copies_are_rejected_and_counted():
    rows, counts, stage = copied([(1, 7), (1, 7), (1, 7), (2, 8)], drop_copies)
    assert rows == [(1, 7), (2, 8)]
    assert counts == {"exact copy": 2}
    assert collect(stage.rejected[0]).rows() == [
        ("numbers", "exact copy", "order_id=1; quantity=7; product_id=7; paid_minor=7", 2, None)
    ]


def test_copies_that_are_expected_are_no_loss():
    rows, counts, stage = copied([(1, 7), (1, 7), (1, 7), (2, 8)], drop_copies, are_expected=True)
    assert (rows, counts) == ([(1, 7), (2, 8)], {"exact copy": 2})
    assert (stage.losses, stage.rejected) == ([], [])
    assert stage.quality[0]["action"] == "merged"


def test_copies_are_told_by_columns_of_any_name():
    names = ["address.city", "a b", "it's", "1+1"]
    stage = Cleaned("customers", DuckDBEngine().table(pl.DataFrame({name: [1, 1, 2] for name in names})))
    drop_copies(stage)
    assert collect(stage.frame, *names).rows() == [(1,) * 4, (2,) * 4]


def test_an_order_that_is_there_twice_is_a_copy_and_a_product_scanned_twice_is_not():
    lines = [(1, 1), (1, 2)] * 2 + [(2, 1), (2, 1), (2, 3)] + [(3, 5)] + [(4, 1), (4, 1), (4, 2)] * 2
    rows, counts, _ = copied(lines, merge_scans, ("quantity", "paid_minor"), "USD")
    assert rows == [(1, 1), (1, 2), (2, 2), (2, 3), (3, 5), (4, 2), (4, 2)]
    assert counts == {"exact copy": 2 + 3, "scanned again": 1 + 1}


def test_lines_without_an_order_are_no_scans_of_each_other():
    lines = [(None, 1), (None, 1), (None, 2), (1, 3), (1, 3), (1, 4)]
    rows, counts, _ = copied(lines, merge_scans, ("quantity", "paid_minor"), "USD")
    assert sorted(rows, key=str) == [(1, 4), (1, 6), (None, 1), (None, 1), (None, 2)]
    assert counts == {"exact copy": 0, "scanned again": 1}


@pytest.mark.parametrize("keep_copies", [False, True])
def test_lines_with_numbers_are_copies_where_the_number_is_there_again(keep_copies):
    """A product twice in an order of its own: two units; an order, or one of its lines, written again: copies."""
    numbers = [(1, 9, "1"), (1, 9, "2"), (2, 9, "1"), (2, 9, "1"), (3, 4, "1"), (3, 5, "2"), (3, 5, "2")]
    lines = pl.DataFrame(numbers, ["order_id", "quantity", "line"], orient="row")
    lines = lines.with_columns(product_id=pl.lit("tea"), paid_minor="quantity")
    stage = Cleaned("order_lines", DuckDBEngine().table(lines))
    merge_scans(stage, ("quantity", "paid_minor"), "USD", keep_copies=keep_copies)
    sums = collect(stage.frame.select("order_id", "quantity", "paid_minor"), "order_id", "quantity").rows()
    assert sums == [(1, 18, 18), (2, 9, 9), (3, 4, 4), (3, 5, 5)]
    assert {q["rule"]: q["rows"] for q in stage.quality} == {"exact copy": 2, "scanned again": 1}


def test_where_no_product_is_twice_in_an_order_lines_stay_as_they_are():
    rows, counts, _ = copied([(1, 1), (1, 2), (2, 1)], merge_scans, ("quantity", "paid_minor"), "USD")
    assert rows == [(1, 1), (1, 2), (2, 1)]
    assert counts == {"exact copy": 0, "scanned again": 0}


@pytest.mark.parametrize("engine", [DuckDBEngine(), InMemoryEngine()])
@pytest.mark.parametrize(
    "kind, sums",
    [(pl.Float64, [0.5, 3.0, 2.25]), (pl.Int32, [1, 4, 2]), (pl.UInt8, [1, 4, 2])],
)
def test_weights_stay_weights_and_whole_numbers_have_one_width(engine, kind, sums):
    """Order 1 has a product twice, order 2 has none twice."""
    quantities = [sums[0], sums[1] / 2, sums[1] / 2, sums[2]]
    columns = {"order_id": [1, 1, 1, 2], "product_id": ["tea", "figs", "figs", "tea"], "paid_minor": [100, 30, 30, 50]}
    quantity = pl.Series("quantity", quantities, pl.Float64).cast(kind)
    stage = Cleaned("order_lines", engine.table(pl.DataFrame(columns).with_columns(quantity)), engine.keep)
    merge_scans(stage, ("quantity", "paid_minor"), "USD")
    merged = collect(stage.frame, "order_id", "paid_minor").sort("order_id", "paid_minor", descending=[False, True])
    assert merged["quantity"].to_list() == sums
    assert merged["paid_minor"].to_list() == [100, 60, 50]
    assert merged.schema["quantity"] == (pl.Float64 if kind == pl.Float64 else pl.Int64)


def test_orders_of_one_line_for_each_unit_are_kept_whole_where_the_shop_says_so():
    rows, counts, _ = copied(
        [(1, 1), (1, 1), (2, 3)], partial(merge_scans, keep_copies=True), ("quantity", "paid_minor"), "USD"
    )
    assert rows == [(1, 2), (2, 3)]
    assert counts == {"exact copy": 0, "scanned again": 1}


def test_a_rejected_row_counts_for_the_first_rule_that_rejects_it():
    kept, counts = cleaned([-1, 1, 4], BELOW, SMALL)
    assert kept == [4]
    assert (counts["below", "rejected"], counts["small", "rejected"]) == (1, 1)


def test_a_rule_sees_rows_as_earlier_rules_left_them():
    kept, counts = cleaned([-1, 4, 5, 6], BELOW, RAISE, FIVE)
    assert kept == [5, 5, 6]
    assert (counts["raise", "repaired"], counts["five", "flagged"]) == (1, 2)


def test_where_a_cell_is_empty_no_rule_applies_and_the_row_stays():
    kept, counts = cleaned([None, -1], BELOW, RAISE, FIVE)
    assert kept == [None]
    assert counts == {("below", "rejected"): 1, ("raise", "repaired"): 0, ("five", "flagged"): 0}


def test_what_is_read_is_kept_or_rejected():
    kept, counts = cleaned([-3, -2, 0, 1, 2, 3, None, 9], BELOW, SMALL, RAISE)
    rejected = sum(rows for (_, action), rows in counts.items() if action == "rejected")
    assert len(kept) == 3 == 8 - rejected


def test_rejected_rows_are_kept_with_their_reason():
    stage = Cleaned("numbers", DuckDBEngine().table(pl.DataFrame({"a": ["x", None, "z"], "n": [-1, 1, 9]})))
    apply_rules(stage, [BELOW, SMALL])
    assert sorted(row for part in stage.rejected for row in collect(part).rows()) == [
        ("numbers", "below", "a=x; n=-1", 1, None),
        ("numbers", "small", "a=; n=1", 1, None),
    ]


def test_a_table_without_rows():
    kept, counts = cleaned([], BELOW, RAISE)
    assert kept == []
    assert set(counts.values()) == {0}
