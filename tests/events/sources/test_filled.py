"""Cells that stand on one line of an order for all of them."""

import polars as pl
import pytest

from offerloop.engine import collect
from offerloop.errors import SourceError

LINES = (
    "order,product,units,paid,customer,at,status\n"
    "1,a,1,2.00,ann,2024-01-05,paid\n1,b,2,3.00,,2024-01-05, \n2,a,1,2.00,bob,2024-02-06,void\n"
    "2,c,1,9.00,,2024-02-06,\n"
    ",a,1,2.00,,2024-02-06,\n"
)
FILL = 'fill = { by = "order", columns = ["customer", "status"] }'


def test_empty_cells_take_what_another_line_of_the_order_says(clean):
    events = clean(LINES, source=FILL)
    lines = collect(events.order_lines, "order_id", "product_id")
    said = [(1, "ann", "a"), (1, "ann", "b"), (2, "bob", "a"), (2, "bob", "c")]
    assert lines.select("order_id", "customer_id", "product_id").rows() == said
    assert events.quality.filter(pl.col("rule") == "incomplete")["rows"].to_list() == [1]  # without an order


def test_a_filter_reads_what_was_filled(clean):
    kept = clean(LINES, source=f"{FILL}\nwhere = \"status != 'void'\"").order_lines
    assert collect(kept, "order_id", "product_id")["product_id"].to_list() == ["a", "b"]


def test_a_column_that_is_not_there_is_one_sentence(clean):
    with pytest.raises(SourceError, match="has no column 'statsu' to fill, did you mean 'status'"):
        clean(LINES, source=FILL.replace("status", "statsu"))
