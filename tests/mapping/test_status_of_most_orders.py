"""A state that most orders have is no state of orders to leave out."""

import init_shops
import polars as pl
import pytest

from offerloop.mapping import infer_mapping, sample_sources
from offerloop.mapping.status import row_filters

LINES = init_shops.order_lines().with_columns(date=init_shops.moment("%Y-%m-%d"))


@pytest.mark.parametrize(
    "states, where",
    [
        (["Closed"] * 9 + ["Open"], "status not in ['Open']"),
        (["Complete"] * 8 + ["Closed", "Open"], "status not in ['Closed', 'Open']"),
        (["Closed"], "status in ['Closed']"),
    ],
)
def test_what_most_orders_say_is_not_proposed_to_be_left_out(tmp_path, states, where):
    status = pl.Series("status", [states[row % len(states)] for row in range(LINES.height)])
    LINES.with_columns(status).write_csv(tmp_path / "lines.csv")
    sample = sample_sources({"order_lines": str(tmp_path / "lines.csv")}, tmp_path)["order_lines"]
    (proposed,) = row_filters(infer_mapping({"order_lines": sample})["order_lines"], sample)
    assert (proposed.written, proposed.active) == (where, False)
