"""Numbers in bands of about equally many rows."""

from itertools import pairwise

import narwhals as nw
import numpy as np
import polars as pl
import pytest

from offerloop.engine import collect
from offerloop.engine.duckdb import DuckDBEngine
from offerloop.evaluation import NumberBand, band_names, band_number, bands_of


def bands(numbers):
    return bands_of(nw.from_native(pl.LazyFrame({"n": numbers})), nw.col("n"))


def counts(numbers):
    """How many rows are in each band."""
    frame = nw.from_native(pl.LazyFrame({"n": numbers}))
    placed = collect(frame.select(band=band_number(nw.col("n"), bands(numbers))))["band"].drop_nulls()
    return [placed.filter(placed == place).len() for place in range(len(bands(numbers)))]


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        pytest.param([*range(40)], [10, 10, 10, 10], id="all-differ"),
        pytest.param([0] * 80 + [*range(1, 22)], [80, 7, 7, 7], id="most-have-the-least"),
        pytest.param([*range(20)] + [29] * 80, [20, 80], id="most-have-the-largest"),
        pytest.param([*range(10)] + [50] * 80 + [*range(90, 100)], [10, 80, 5, 5], id="most-have-one-between"),
        pytest.param([*range(9)] * 3, [6, 6, 9, 6], id="few-differ"),
        pytest.param([None, 1, None, 2], [1, 1], id="two-numbers"),
    ],
)
def test_equal_numbers_stay_together_and_the_rest_is_shared(numbers, expected):
    assert counts(numbers) == expected


def test_what_is_no_number_is_in_no_band_on_an_engine(tmp_path):
    pl.DataFrame({"n": [*map(float, range(12)), float("nan"), None]}).write_parquet(tmp_path / "numbers.parquet")
    frame = DuckDBEngine().read(tmp_path / "numbers.parquet")
    ends = bands_of(frame, nw.col("n"))
    assert ends == [(0, 2), (3, 5), (6, 8), (9, 11)]
    placed = collect(frame.select(n=nw.col("n"), band=band_number(nw.col("n"), ends))).sort("n")["band"]
    assert (placed.null_count(), sorted(placed.drop_nulls())) == (2, [0] * 3 + [1] * 3 + [2] * 3 + [3] * 3)


@pytest.mark.parametrize("spread", [0.5, 3.0, 30.0])
def test_each_row_lies_within_the_ends_of_its_band(spread):
    numbers = np.random.default_rng(4).normal(0, spread, 500).round().tolist()
    ends = bands(numbers)
    assert sum(counts(numbers)) == 500
    assert all(low <= high for low, high in ends)
    assert all(one.high < other.low for one, other in pairwise(ends))
    assert {one for band in ends for one in band} <= set(numbers)


def test_names_tell_bands_apart_without_an_exponent():
    days = [NumberBand(20240112, 20240131), NumberBand(20240201, 20240229)]
    assert band_names(days) == ["20240112–20240131", "20240201–20240229"]
    around_zero = [NumberBand(-0.004, -0.002), NumberBand(0, 0), NumberBand(1e-20, 3.5)]
    assert band_names(around_zero) == ["-0.004–-0.002", "0", "0–3.5"]
    assert band_names([NumberBand(1e-20, 2e-20), NumberBand(3e-20, 3e-20)]) == [
        "0.00000000000000000001–0.00000000000000000002", "0.00000000000000000003"
    ]  # fmt: skip
