import narwhals as nw
import polars as pl

from offerloop.engine import collect
from offerloop.engine.duckdb import DuckDBEngine
from offerloop.events.clean import apply_rules
from offerloop.events.rules import Rule

BELOW = Rule("below", "rejected", nw.col("n") < 0, "")
SMALL = Rule("small", "rejected", nw.col("n") < 3, "")
RAISE = Rule("raise", "repaired", nw.col("n") < 5, "", {"n": nw.lit(5)})
FIVE = Rule("five", "flagged", nw.col("n") == 5, "")


def cleaned(numbers, *rules):
    frame = DuckDBEngine().table(pl.DataFrame({"n": numbers}, schema={"n": pl.Int64}).with_row_index("row"))
    kept, quality = apply_rules("numbers", frame, list(rules))
    assert kept.collect_schema().names() == ["row", "n"]
    return collect(kept, "row")["n"].to_list(), {(q["rule"], q["action"]): q["rows"] for q in quality}


def test_without_rules_every_row_is_kept():
    kept, counts = cleaned([1, 1, 2])
    assert kept == [1, 1, 2]
    assert counts == {("all rows", "read"): 3, ("exact copy", "rejected"): 0, ("all rows", "kept"): 3}


def test_exact_copies_are_rejected_before_anything_else():
    frame = DuckDBEngine().table(pl.DataFrame({"n": [-1, -1, 7, 7, 7, 8]}))
    kept, quality = apply_rules("numbers", frame, [BELOW])
    assert collect(kept, "n")["n"].to_list() == [7, 8]
    assert [q["rows"] for q in quality] == [6, 3, 1, 2]


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
    assert counts["all rows", "kept"] == 1


def test_what_is_read_is_kept_or_rejected():
    kept, counts = cleaned([-3, -2, 0, 1, 2, 3, None, 9], BELOW, SMALL, RAISE)
    rejected = sum(rows for (_, action), rows in counts.items() if action == "rejected")
    assert counts["all rows", "read"] == counts["all rows", "kept"] + rejected == 8
    assert counts["all rows", "kept"] == len(kept) == 3


def test_a_table_without_rows():
    kept, counts = cleaned([], BELOW, RAISE)
    assert kept == []
    assert set(counts.values()) == {0}
