from datetime import UTC, date, datetime

import narwhals as nw
import polars as pl
import pytest

from offerloop.engine import ENGINES, collect
from offerloop.errors import SourceError

INSTANT = datetime(2024, 3, 10, 6, 59, 59, 900_000)
SECONDS = 1_710_053_999


@pytest.fixture(params=list(ENGINES.builtin))
def engine(request):
    return ENGINES.load(request.param)()


def read(engine, path):
    return collect(engine.read(path))


def test_csv_and_parquet_give_equal_tables(engine, tmp_path):
    written = pl.DataFrame({"id": [1, 2], "name": ["tea", None], "price": [1.25, 2.5]})
    written.write_csv(tmp_path / "a.csv")
    written.write_parquet(tmp_path / "a.parquet")
    for name in ("a.csv", "a.parquet"):
        assert collect(engine.read(tmp_path / name), "id").equals(written)


def test_the_ending_may_be_in_capitals(engine, tmp_path):
    written = pl.DataFrame({"id": [1]})
    written.write_parquet(tmp_path / "A.PARQUET")
    assert read(engine, tmp_path / "A.PARQUET").equals(written)


def test_times_arrive_as_epoch_seconds_rounded_down(engine, tmp_path):
    frame = pl.DataFrame({"naive": [INSTANT], "day": [date(2024, 3, 10)], "zoned": [INSTANT.replace(tzinfo=UTC)]})
    frame = frame.with_columns(
        pl.col("zoned").dt.convert_time_zone("America/New_York"),
        nano=pl.col("naive").cast(pl.Datetime("ns")),
        before_1970=pl.lit(datetime(1969, 12, 31, 23, 59, 59, 500_000)),
    )
    frame.write_parquet(tmp_path / "t.parquet")
    midnight = SECONDS // 86_400 * 86_400
    found = read(engine, tmp_path / "t.parquet")
    assert found.row(0) == (SECONDS, midnight, SECONDS, SECONDS, -1)
    assert set(found.dtypes) == {pl.Int64}


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("2024-03-10 06:59:59", SECONDS),
        ("2024-03-10T06:59:59", SECONDS),
        ("2024-03-10T01:59:59-05:00", SECONDS),
        ("2024-03-10T06:59:59Z", SECONDS),
        ("2024-03-10", SECONDS // 86_400 * 86_400),
        (str(SECONDS), SECONDS),
    ],
)
def test_times_in_csv(engine, tmp_path, written, seconds):
    (tmp_path / "t.csv").write_text(f"id,at\n1,{written}\n")
    assert read(engine, tmp_path / "t.csv")["at"].to_list() == [seconds]


def test_a_text_after_many_numbers_makes_the_column_text(engine, tmp_path):
    (tmp_path / "ids.csv").write_text("id\n" + "7\n" * 50_000 + "A7\n")
    assert read(engine, tmp_path / "ids.csv")["id"].unique().sort().to_list() == ["7", "A7"]


def test_a_missing_file_is_named(engine, tmp_path):
    with pytest.raises(SourceError, match=r"nowhere.csv' does not exist"):
        engine.read(tmp_path / "nowhere.csv")


@pytest.mark.parametrize("name", ["broken.parquet", "broken.csv"])
def test_an_unreadable_file_is_named(engine, tmp_path, name):
    (tmp_path / name).write_bytes(b"" if name.endswith("csv") else b"this is not Parquet")
    with pytest.raises(SourceError, match=rf"{name}' cannot be read as .{name.split('.')[1]}"):
        engine.read(tmp_path / name)


def test_a_kept_table_does_not_see_later_changes_of_its_file(engine, tmp_path):
    path = tmp_path / "a.parquet"
    pl.DataFrame({"id": [1]}).write_parquet(path)
    lazy = engine.read(path)
    kept = engine.keep(lazy)
    pl.DataFrame({"id": [2]}).write_parquet(path)
    assert collect(kept)["id"].to_list() == [1]


def test_kept_tables_do_not_mix(engine):
    first = engine.keep(engine.table(pl.DataFrame({"id": [1]})))
    second = engine.keep(first.with_columns(nw.col("id") + 1))
    assert (collect(first)["id"].to_list(), collect(second)["id"].to_list()) == ([1], [2])


def test_a_table_without_rows_keeps_its_types(engine):
    schema = {"id": pl.Int64, "name": pl.String, "price": pl.Float64}
    assert collect(engine.table(pl.DataFrame(schema=schema))).schema == schema


def test_rows_come_back_in_the_order_asked_for(engine):
    numbers = [(i * 7919) % 10_007 for i in range(10_000)]
    frame = engine.table(pl.DataFrame({"a": [n % 10 for n in numbers], "b": numbers}))
    assert collect(frame, "a", "b").rows() == sorted((n % 10, n) for n in numbers)


def test_sums_of_integers_are_integers(engine):
    big = 2**53 + 1  # not a float
    found = collect(engine.table(pl.DataFrame({"n": [big, 1]})).select(nw.col("n").sum()))
    assert found.schema == {"n": pl.Int64}
    assert found["n"][0] == big + 1


def test_decimals_keep_their_digits(engine, tmp_path):
    written = pl.DataFrame({"amount": ["1.25", "2.50"]}).with_columns(pl.col("amount").cast(pl.Decimal(10, 2)))
    written.write_parquet(tmp_path / "d.parquet")
    assert read(engine, tmp_path / "d.parquet")["amount"].cast(pl.String).sort().to_list() == ["1.25", "2.50"]
