"""A folder of Parquet files is the same table on every engine."""

from datetime import UTC, date, datetime

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from offerloop.engine import ENGINES, collect, engine_of, parquet_table
from offerloop.errors import SourceError

INSTANT = datetime(2024, 3, 10, 6, 59, 59, 900_000, tzinfo=UTC)
IDS = pl.DataFrame({"id": [1, 2]})


HERE = "duckdb"


@pytest.fixture(params=[HERE, *(pytest.param(one, marks=pytest.mark.soak) for one in ENGINES.builtin if one != HERE)])
def engine(request):
    where = request.getfixturevalue("spark_server") if request.param == "spark" else request.param
    return engine_of(where)


def read(engine, path):
    return collect(engine.read(path), "id")


def write(folder, files):
    for name, table in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        table.write_parquet(folder / name)


def test_files_in_any_folder_and_with_any_ending_count_and_hidden_ones_do_not(engine, tmp_path):
    names = ["a.parquet", "2024/b.PARQUET", "_c.parquet", ".d.parquet", "_temporary/e.parquet", "2024/.f/g.parquet"]
    write(tmp_path, {name: pl.DataFrame({"id": [number]}) for number, name in enumerate(names)})
    assert read(engine, tmp_path)["id"].to_list() == [0, 1]


def test_spark_reads_a_folder_as_duckdb_does(spark_server, tmp_path):
    """The rest is in the soak tests: a query of Spark takes a second."""
    day, empty = pl.DataFrame({"id": [1], "paid": [2.5]}), pl.DataFrame({"id": [2], "paid": [None]})
    files = {"store=01/a.parquet": day, "store=01/2024/B.PARQUET": empty, "store=02/c.parquet": day.with_columns(id=3)}
    write(tmp_path / "folder", {**files, "_hidden.parquet": day})
    spark, here = (read(engine_of(where), tmp_path / "folder") for where in (spark_server, HERE))
    assert here["store"].to_list() == ["01", "01", "02"]
    assert spark.select(here.columns).equals(here)


def test_plain_folders_alone_hold_a_table(engine, tmp_path):
    write(tmp_path / "day=1" / "lines", {"2023/a.parquet": IDS, "2024/b.parquet": IDS + 2})
    assert read(engine, tmp_path / "day=1" / "lines").to_dict(as_series=False) == {"id": [1, 2, 3, 4]}


def test_columns_in_another_order_and_width_are_one_column(engine, tmp_path):
    first = IDS.with_columns(pl.col("id").cast(pl.Int32), paid=pl.lit(0.5, pl.Float32), on=date(2024, 3, 1))
    first = first.with_columns(shop=pl.lit("a").cast(pl.Categorical))
    second = pl.DataFrame({"shop": ["b"], "on": [date(2024, 3, 2)], "paid": [1.25], "id": [2**40]})
    write(tmp_path, {"_day=1/a.parquet": first, "_day=2/b.parquet": second})
    table = read(engine, tmp_path)
    assert table.drop("_day", "shop").rows() == [
        (1, 0.5, date(2024, 3, 1)),
        (2, 0.5, date(2024, 3, 1)),
        (2**40, 1.25, date(2024, 3, 2)),
    ]
    assert table["_day"].to_list() == [1, 1, 2]


def test_columns_that_are_not_alike_are_left_out_and_named(engine, tmp_path):
    first = IDS.with_columns(paid=pl.lit(1.5), code=pl.lit(7), note=pl.lit("old"))
    second = (IDS + 2).with_columns(paid=pl.lit("1.5").cast(pl.Decimal(9, 2)), code=pl.lit("7"))
    write(tmp_path, {"a.parquet": first, "b.parquet": second})
    assert read(engine, tmp_path).to_dict(as_series=False) == {"id": [1, 2, 3, 4]}
    unlike = {name: str(why) for name, why in parquet_table(tmp_path).unlike.items()}
    assert set(unlike) == {"paid", "code", "note"}
    assert "'paid' is decimal128(9, 2) in the file" in unlike["paid"]
    assert "b.parquet' and double in " in unlike["paid"]
    assert "'code' is string in" in unlike["code"]
    assert "b.parquet' has no column 'note', which" in unlike["note"]


def test_times_are_instants_where_the_file_says_so(engine, tmp_path):
    precise = pl.Series([INSTANT, INSTANT]).cast(pl.Datetime("ns", "UTC"))
    written = IDS.with_columns(at=pl.lit(INSTANT), number=pl.lit(7, pl.UInt64))
    write(tmp_path, {"us.parquet": written, "ns.parquet": written.with_columns(at=precise)})
    pq.write_table(written.to_arrow(), tmp_path / "old.parquet", use_deprecated_int96_timestamps=True)
    for name in ("us", "ns", "old"):
        table = read(engine, tmp_path / f"{name}.parquet")
        assert table["at"].to_list() == [INSTANT, INSTANT], name
        assert table.schema["number"] == pl.Decimal(20, 0), name
    assert read(engine, tmp_path)["at"].to_list() == [INSTANT] * 6


@pytest.mark.parametrize("text", [b"", b"this is not Parquet"])
def test_a_file_of_a_folder_that_is_none_is_named(engine, tmp_path, text):
    write(tmp_path, {"a.parquet": IDS})
    (tmp_path / "b.parquet").write_bytes(text)
    with pytest.raises(SourceError, match=r"b\.parquet' cannot be read as \.parquet"):
        engine.read(tmp_path)


@pytest.mark.parametrize("other", ["b.parquet", "2024/b.parquet", "week=1/b.parquet", "day=1/hour=2/b.parquet"])
def test_a_file_in_folders_of_other_keys_is_named(tmp_path, other):
    write(tmp_path, {"day=0/a.parquet": IDS, other: IDS})
    with pytest.raises(SourceError, match=r"does not lie in folders of the same keys as '.*day=[01]/"):
        parquet_table(tmp_path)


@pytest.mark.parametrize(
    ("values", "cells"),
    [
        (("1", "-20"), [1, -20]),
        (("1", "abc"), ["1", "abc"]),
        (("01", "02"), ["01", "02"]),
        (("1.50", "2.5"), ["1.50", "2.5"]),
        (("2024-05-01", "2024%2D05%2D02"), [date(2024, 5, 1), date(2024, 5, 2)]),
        (("2024-05-01", "2024-13-01"), ["2024-05-01", "2024-13-01"]),
        (("1+2", "a%20%2Fb"), ["1+2", "a /b"]),
        (("7", "__HIVE_DEFAULT_PARTITION__"), [7, None]),
    ],
)
def test_the_type_of_a_key_is_one_for_all_files(engine, tmp_path, values, cells):
    folder = tmp_path / "key=0" / "it's"
    older, newer = IDS[:1], IDS[1:].with_columns(new=pl.lit(True))
    write(folder, {f"key={values[0]}/a.parquet": older, f"key={values[1]}/b.parquet": newer})
    assert read(engine, folder).to_dict(as_series=False) == {"id": [1, 2], "key": cells}


def test_keys_may_stand_among_plain_folders(engine, tmp_path):
    names = ["2023/day=1/a.parquet", "2024/day=2/b.parquet", "2024/day=2/late/c.parquet"]
    write(tmp_path, {name: pl.DataFrame({"id": [number], "Day": ["x"]}) for number, name in enumerate(names)})
    assert read(engine, tmp_path).to_dict(as_series=False) == {"id": [0, 1, 2], "day": [1, 2, 2]}


def test_unsigned_numbers_beyond_those_with_a_sign_are_kept(engine, tmp_path):
    large = pl.DataFrame({"id": pl.Series([2**63 + 5], dtype=pl.UInt64)})
    write(tmp_path, {"a.parquet": large, "b.parquet": IDS})
    assert read(engine, tmp_path / "a.parquet")["id"].to_list() == [2**63 + 5]
    assert read(engine, tmp_path)["id"].to_list() == [1, 2, 2**63 + 5]


def test_a_column_without_cells_in_one_file_is_of_the_type_of_the_others(engine, tmp_path):
    day = date(2024, 3, 1)
    filled = IDS.with_columns(code=pl.lit("A"), paid=pl.lit("1.50").cast(pl.Decimal(9, 2)), on=day, at=INSTANT, n=7)
    empty = pa.table({"id": [3], **{name: pa.nulls(1) for name in filled.columns[1:]}})
    pq.write_table(empty.append_column("none", pa.nulls(1)), tmp_path / "a.parquet")
    write(tmp_path, {"b.parquet": filled.with_columns(none=None)})
    table = read(engine, tmp_path)
    assert table.schema == {**filled.schema, "at": table.schema["at"], "n": pl.Int64, "none": pl.String}
    assert table.drop("none").rows()[1:] == [*filled.rows()[1:], (3, None, None, None, None, None)]


def test_names_that_differ_in_case_alone_are_one_column(engine, tmp_path):
    write(
        tmp_path, {"a.parquet": IDS.with_columns(CID=pl.lit("x")), "b.parquet": (IDS + 2).with_columns(cid=pl.lit("y"))}
    )
    assert read(engine, tmp_path).to_dict(as_series=False) == {"id": [1, 2, 3, 4], "CID": ["x", "x", "y", "y"]}


def test_two_such_names_in_one_file_are_refused(engine, tmp_path):
    write(tmp_path, {"a.parquet": IDS.with_columns(Id=pl.col("id") * 2)})
    with pytest.raises(SourceError, match=r"a\.parquet' has the columns 'id' and 'Id', which differ in upper"):
        engine.read(tmp_path / "a.parquet")


def test_files_without_a_common_column_are_named(engine, tmp_path):
    write(tmp_path, {"a.parquet": IDS, "b.parquet": IDS.rename({"id": "other"})})
    with pytest.raises(SourceError, match=r"b\.parquet' has no column 'id', which '.*a\.parquet' has"):
        engine.read(tmp_path)
