"""What every engine does alike."""

from datetime import UTC, datetime
from hashlib import md5

import narwhals as nw
import polars as pl
import pytest

from offerloop.engine import ENGINES, Shards, collect, distinct, engine_of
from offerloop.engine.base import BrokenFileError
from offerloop.errors import SourceError

INSTANT = datetime(2024, 3, 10, 6, 59, 59, 900_000)


@pytest.fixture(params=list(ENGINES.builtin))
def engine(request):
    where = request.getfixturevalue("spark_server") if request.param == "spark" else request.param
    return engine_of(where)


def read(engine, path):
    return collect(engine.read(path))


def test_parquet_comes_in_its_own_types_and_csv_as_text(engine, tmp_path):
    written = pl.DataFrame({"id": [1, 2], "name": ["tea", None], "price": [1.25, 2.5]})
    written.write_csv(tmp_path / "a.csv", separator=";")
    written.write_parquet(tmp_path / "a.parquet")
    assert collect(engine.read(tmp_path / "a.parquet"), "id").equals(written)
    assert collect(engine.read(tmp_path / "a.csv", ";"), "id").equals(written.cast(pl.String))


def test_the_ending_may_be_in_capitals(engine, tmp_path):
    written = pl.DataFrame({"id": [1]})
    written.write_parquet(tmp_path / "A.PARQUET")
    assert read(engine, tmp_path / "A.PARQUET").equals(written)


def test_parts_of_zoned_times_are_those_of_utc(engine, tmp_path):
    zoned = pl.Series([INSTANT.replace(tzinfo=UTC)]).dt.convert_time_zone("America/New_York")
    pl.DataFrame({"at": zoned}).write_parquet(tmp_path / "t.parquet")
    hours = engine.read(tmp_path / "t.parquet").select(h=nw.col("at").dt.hour(), d=nw.col("at").dt.day())
    assert collect(hours).row(0) == (6, 10)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ('a,b\n1,"x,y"\n2,\n', [("1", "x,y"), ("2", None)]),
        ('\ufeffa,b\r\n1,"say ""hi""\nnow"\r\n', [("1", 'say "hi"\nnow')]),
        ("a,b\n007,+1\n", [("007", "+1")]),
    ],
)
def test_csv_cells_are_text_to_the_letter(engine, tmp_path, text, rows):
    (tmp_path / "a.csv").write_text(text, encoding="utf-8", newline="")
    assert collect(engine.read(tmp_path / "a.csv"), "a").rows() == rows


def test_a_file_name_is_no_pattern(engine, tmp_path):
    for name in ("a[1].csv", "a1.csv", "a*.csv"):
        (tmp_path / name).write_text(f"id\n{name}\n")
    for name in ("a[1].csv", "a*.csv"):
        assert read(engine, tmp_path / name)["id"].to_list() == [name]


def test_two_columns_of_one_name_are_refused(engine, tmp_path):
    (tmp_path / "a.csv").write_text("id,id\n1,2\n")
    with pytest.raises(SourceError, match=r"a.csv' has two columns named 'id'"):
        engine.read(tmp_path / "a.csv")


@pytest.mark.parametrize("lines", ["1,2\n3\n", "1,2\n3,4,5\n"])
def test_a_line_of_another_width_is_named(engine, tmp_path, lines):
    (tmp_path / "a.csv").write_text("a,b\n" + lines)
    with pytest.raises(BrokenFileError, match="Line: 3"):
        engine.keep(engine.read(tmp_path / "a.csv"))


def test_an_unreadable_file_is_named(engine, tmp_path):
    (tmp_path / "broken.parquet").write_bytes(b"this is not Parquet")
    with pytest.raises(SourceError, match=r"broken.parquet' cannot be read as .parquet"):
        engine.read(tmp_path / "broken.parquet")


def test_a_folder_of_parquet_is_one_table(engine, tmp_path):
    for day in (1, 2):
        (tmp_path / "lines" / f"day={day}").mkdir(parents=True)
        pl.DataFrame({"id": [day * 10]}).write_parquet(tmp_path / "lines" / f"day={day}" / "a.parquet")
    (tmp_path / "lines" / "notes.txt").write_text("written every night")
    assert collect(engine.read(tmp_path / "lines"), "id").rows() == [(10, 1), (20, 2)]


def test_nanoseconds_are_read(engine, tmp_path):
    pl.DataFrame({"at": pl.Series([INSTANT]).cast(pl.Datetime("ns"))}).write_parquet(tmp_path / "t.parquet")
    seconds = engine.read(tmp_path / "t.parquet").select(nw.col("at").dt.second())
    assert collect(seconds)["at"].to_list() == [59]


def test_what_is_written_is_read_again(engine, tmp_path):
    engine.write(engine.table(pl.DataFrame({"id": [1]})), tmp_path / "a.parquet")
    engine.write(engine.table(pl.DataFrame({"id": [2]})), tmp_path / "a.parquet")
    assert read(engine, tmp_path / "a.parquet")["id"].to_list() == [2]


def test_a_disk_that_refuses_is_named(engine, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match=r"file/a\.parquet"):
        engine.write(engine.table(pl.DataFrame({"id": [1]})), tmp_path / "file" / "a.parquet")


def test_rows_that_are_damaged_are_named(engine, tmp_path):
    path = tmp_path / "a.parquet"
    pl.DataFrame({"id": range(10_000)}).write_parquet(path)
    whole = path.read_bytes()
    path.write_bytes(whole[:50] + b"x" * 2000 + whole[2050:])
    with pytest.raises(BrokenFileError, match="cannot be read to its end"):
        collect(engine.read(path))


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


def test_distinct_rows_keep_empty_cells(engine):
    rows = engine.table(pl.DataFrame({"id": [1, 1, None, None, 2], "n": [7, 7, 7, None, 7], "other": range(5)}))
    assert collect(distinct(rows, "n", "id"), "n", "id").rows() == [(None, None), (7, None), (7, 1), (7, 2)]
    assert collect(distinct(rows, "id"), "id").columns == ["id"]


def test_sums_of_integers_are_integers(engine):
    big = 2**53 + 1  # not a float
    found = collect(engine.table(pl.DataFrame({"n": [big, 1]})).select(nw.col("n").sum()))
    assert found.schema == {"n": pl.Int64}
    assert found["n"][0] == big + 1


def test_decimals_keep_their_digits(engine, tmp_path):
    written = pl.DataFrame({"amount": ["1.25", "2.50"]}).with_columns(pl.col("amount").cast(pl.Decimal(10, 2)))
    written.write_parquet(tmp_path / "d.parquet")
    assert read(engine, tmp_path / "d.parquet")["amount"].cast(pl.String).sort().to_list() == ["1.25", "2.50"]


def test_recommenders_are_fitted_by_whole_shards_until_customers_or_rows_are_enough(monkeypatch):
    engine = ENGINES.load("duckdb")(shards=5)
    whole = Shards.of(engine.table(pl.DataFrame({"customer_id": [k // 2 for k in range(200)]})), engine)
    sizes = [pl.read_parquet(one / "*.parquet", hive_partitioning=False).height for one in whole.folders]

    def fitted(customers, rows):
        monkeypatch.setattr("offerloop.engine.shards.FIT_CUSTOMERS", customers)
        monkeypatch.setattr("offerloop.engine.shards.FIT_ROWS", rows)
        return whole.some().height

    assert fitted(10**6, sizes[0]) == fitted(sizes[0] // 2, 10**6) == sizes[0]
    assert fitted(10**6, sizes[0] + 1) == fitted(sizes[0] // 2 + 1, 10**6) == sum(sizes[:2])
    assert fitted(10**6, 10**6) == 200


def test_shards_hold_every_row_once_and_each_customer_whole(engine, tmp_path):
    rows = pl.DataFrame({"customer_id": [n % 40 for n in range(200)], "n": range(200)})
    folders = engine.partition(engine.table(rows), tmp_path / "shards", 3)
    shards = [pl.read_parquet(folder / "*.parquet", hive_partitioning=False) for folder in folders]
    assert pl.concat(shards).sort("n").equals(rows)
    of = [int(md5(str(customer).encode()).hexdigest()[:7], 16) % 3 for customer in range(40)]
    assert [set(one["customer_id"]) for one in shards] == [{c for c in range(40) if of[c] == k} for k in range(3)]


def test_a_shard_without_rows_has_its_columns(engine, tmp_path):
    folders = engine.partition(engine.table(pl.DataFrame({"customer_id": ["a"]})), tmp_path / "shards", 5)
    assert sorted(pl.read_parquet(folder / "*.parquet", hive_partitioning=False).shape for folder in folders) == [
        (0, 1), (0, 1), (0, 1), (0, 1), (1, 1),
    ]  # fmt: skip


def test_results_come_in_the_order_of_their_items(engine):
    assert list(engine.map(str, range(40))) == [str(n) for n in range(40)]
