from datetime import datetime, timedelta

import narwhals as nw
import polars as pl
import pytest

from offerloop.engine.duckdb import DuckDBEngine
from offerloop.events import ISO, MILLISECONDS, SECONDS, likely_formats, of_like_shape
from offerloop.events.columns.times import FORMATS

MOMENTS = [datetime(2024, 1, 15, 13, 5, 59) + timedelta(days=17 * day, seconds=3_601 * day) for day in range(40)]


def guessed(cells):
    return likely_formats(nw.from_native(pl.DataFrame({"at": cells}).lazy()), nw.col("at"))


@pytest.mark.parametrize("form", FORMATS)
def test_cells_of_each_format_are_guessed_to_be_of_it(form):
    cells = [one.strftime(form) for one in MOMENTS]
    assert form in guessed(cells)
    assert form in of_like_shape(pl.Series(cells), FORMATS)


@pytest.mark.parametrize(
    ("cells", "forms"),
    [
        (["2024-03-01T10:00:00Z", "2024-03-01 11:00:00.123 +02:00"], (ISO,)),
        (["1709287200", "1709290800.5"], (SECONDS,)),
        (["1709287200000", "1709290800123"], (MILLISECONDS,)),
        (["2024-03-01T10:00:00", "2024-03-01 10:00:00.123"], ("%Y-%m-%d %H:%M:%S",)),
        ([" 1/2/2024", "3/4/2024", None], ("%d/%m/%Y", "%m/%d/%Y")),
        (["1/2/2024", "13/4/2024"], ("%d/%m/%Y",)),
        (["1.2.2024", "2024-02-03", "2024-02-04"], ("%Y-%m-%d",)),
        (["north", "12", "2024-13-45", None], ()),
        ([None, None], ()),
    ],
)
def test_the_format_of_most_cells_counts(cells, forms):
    assert guessed(pl.Series("at", cells, dtype=pl.String)) == forms


def test_every_engine_guesses_alike(tmp_path):
    file = tmp_path / "orders.csv"
    pl.DataFrame({"at": [one.strftime("%d.%m.%Y %H:%M") for one in MOMENTS]}).write_csv(file)
    assert likely_formats(DuckDBEngine().read(file, ","), nw.col("at")) == ("%d.%m.%Y %H:%M",)
