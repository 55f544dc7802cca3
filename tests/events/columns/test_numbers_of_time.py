"""Times that a file holds as numbers: digits of days, or what has passed since 1970."""

from datetime import date, timedelta

import polars as pl
import pytest

from offerloop.engine import collect
from offerloop.errors import SourceError

LINES = "order,customer,product,units,paid,at\n1,1,1,1,2.00,2024-05-01\n2,2,1,1,3.00,2024-06-30\n"
EVENTS = """
[sources.events]
path = "e.parquet"
columns = { customer_id = "c", product_id = "p", kind = "k", at = "t" }
"""


@pytest.fixture
def days_of(clean, tmp_path):
    """The days of views whose times are given."""

    def days(times):
        rows = pl.DataFrame({"c": range(len(times)), "p": 1, "k": "view", "t": times})
        rows.write_parquet(tmp_path / "e.parquet")
        found = collect(clean(LINES, toml=EVENTS).browsing, "customer_id")["event_day"].to_list()
        return [date(1970, 1, 1) + timedelta(days=day) for day in found if day is not None]

    return days


@pytest.mark.parametrize(
    "times",
    [
        [20240501, 20240502],
        [20240501.0, 20240502.0, None],
        [1714521600.0, 1714608000.5, None],
        [1714521600000.0, 1714608000123.0, None],
    ],
    ids=["days", "days with a gap", "seconds with a gap", "milliseconds with a gap"],
)
def test_numbers_are_read_by_their_size_whether_or_not_a_gap_made_floats_of_them(days_of, times):
    assert days_of(times) == [date(2024, 5, 1), date(2024, 5, 2)]


@pytest.mark.parametrize("times", [[45413, 45414], [45413.0, 45414.0, None], [240501, 240502]])
def test_numbers_of_another_size_are_refused(days_of, times):
    with pytest.raises(SourceError, match=r"e.parquet'.*'t' has values such as .*; times as numbers are seconds"):
        days_of(times)
