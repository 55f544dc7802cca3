"""Files that a program or a person spoiled: they are read, or refused in plain sentences, and never more than that."""

import json
from datetime import datetime, timedelta
from decimal import Decimal

import init_shops
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

TABLE = init_shops.order_lines().head(60).select(
    pl.col("order").alias("order_id"), pl.col("customer").alias("customer_id"), pl.col("product").alias("product_id"),
    "quantity", init_shops.money("amount").alias("paid"), init_shops.moment("%Y-%m-%d %H:%M").alias("at"),
    pl.lit("x").alias("note"),
)  # fmt: skip
LINES = TABLE.write_csv().encode().splitlines()
RAW = ("Error:", "CSV Error", "Invalid Input", "Possible fixes", "Traceback", "polars", "/offerloop-", "dtype")
"""What only a library says, or the place of a copy."""


def check_answer(command, *arguments):
    """The exit code; what is said is plain."""
    code, _, said = command(*arguments)
    assert code in (0, 2)
    assert [word for word in RAW if word in said] == []
    return code, said


def spoiled(change):
    lines = list(LINES)
    return b"\n".join(change(lines) or lines) + b"\n"


def at(place, old, new):
    def change(lines):
        lines[place] = lines[place].replace(old, new)

    return change


CSV = {
    "a cell too many": at(9, b",x", b",x,y"),
    "a cell too few": at(9, b",x", b""),
    "quotes inside": at(9, b"x", b'"x"y"'),
    "an open quote": at(9, b"x", b'"x'),
    "a NUL": at(9, b"x", b"\0"),
    "a mark in the middle": at(9, b"7", b"\xef\xbb\xbf7"),
    "other bytes": at(9, b"x", b"\xff\xfe\x81"),
    "a long cell": at(9, b"x", b"y" * 200_000),
    "a very long cell": at(9, b"x", b'"' + b"y" * 3_000_000 + b'"'),
    "a name with an escape": at(0, b"note", b"a\x1bb"),
    "a name without letters": at(0, b"note", b" "),
    "two equal names": at(0, b"note", b"paid"),
    "numbers without end": at(9, b".", b"9" * 40 + b"."),
    "mixed line ends": lambda lines: [line + b"\r" * (place % 2) for place, line in enumerate(lines)],
    "old line ends": lambda lines: [b"\r".join(lines)],
    "the header only": lambda lines: lines[:1],
    "one column": lambda lines: [line.split(b",")[0] for line in lines],
    "empty lines first": lambda lines: [b"", b"", *lines],
    "only separators": lambda lines: [lines[0], *[b",,,,,,"] * 9],
    "years of nobody": lambda lines: [line.replace(b"2024", b"9999") for line in lines],
}


@pytest.mark.parametrize("what", CSV)
def test_spoiled_csv(tmp_path, command, what):
    (tmp_path / "lines.csv").write_bytes(spoiled(CSV[what]))
    code, _ = check_answer(command, "init", tmp_path / "shop", "--orders", tmp_path / "lines.csv")
    if code == 0:
        check_answer(command, "check", tmp_path / "shop")


MOMENTS = [datetime(2024, 3, 1) + timedelta(hours=one) for one in range(60)]
TYPES = {
    "list": pa.array([[one] for one in range(60)]),
    "struct": pa.array([{"a": one} for one in range(60)]),
    "map": pa.array([[("k", one)] for one in range(60)], pa.map_(pa.string(), pa.int64())),
    "binary": pa.array([b"\xff"] * 60),
    "category": pa.array([str(one) for one in range(60)]).dictionary_encode(),
    "decimal": pa.array([Decimal(one) / 4 for one in range(60)], pa.decimal128(12, 2)),
    "huge": pa.array([2**64 - 1 - one for one in range(60)], pa.uint64()),
    "infinite": pa.array([float("inf"), float("nan"), 1e300] * 20),
    "duration": pa.array([timedelta(hours=one) for one in range(60)]),
    "zone": pa.array(MOMENTS, pa.timestamp("us", "Asia/Shanghai")),
    "nanoseconds": pa.array(MOMENTS, pa.timestamp("ns")),
    "nothing": pa.nulls(60),
}


@pytest.mark.parametrize("kind", TYPES)
def test_columns_of_every_type_of_parquet(tmp_path, command, kind):
    columns = {name: TABLE[name].to_arrow() for name in TABLE.columns}
    for ours in ("note", "product_id", "at"):
        pq.write_table(pa.table(columns | {ours: TYPES[kind]}), tmp_path / f"{ours}.parquet")
        code, said = check_answer(command, "init", tmp_path / ours, "--orders", tmp_path / f"{ours}.parquet")
        assert ours != "note" or code == 0, said


@pytest.mark.parametrize("text", [json.dumps(TABLE.to_dicts()), TABLE.write_ndjson(), "[]", "{}"])
def test_json_is_called_so(tmp_path, command, text):
    (tmp_path / "lines.json").write_text(text)
    code, said = check_answer(command, "init", tmp_path / "shop", "--orders", tmp_path / "lines.json")
    assert code == 2
    assert said.startswith(f"the file '{tmp_path / 'lines.json'}' holds JSON; save its rows as CSV or Parquet")


def test_what_is_no_file_is_said(tmp_path, command):
    (tmp_path / "gone.csv").symlink_to(tmp_path / "nowhere.csv")
    for path, words in ((tmp_path, "is a folder"), (tmp_path / "gone.csv", "does not exist"), ("/dev/full", "exist")):
        code, said = check_answer(command, "init", tmp_path / "shop", "--orders", path)
        assert code == 2
        assert words in said


@pytest.mark.parametrize(
    "paid, words", [(init_shops.money("amount", ","), "is no number"), (pl.lit("0.00"), "every cell holds '0.00'")]
)
def test_an_amount_that_is_none_is_named_with_its_cells(tmp_path, command, paid, words):
    """Another decimal mark than most of the file has, and zeros, each beside a list price."""
    orders = init_shops.order_lines().head(60).with_columns(paid.alias("paid"))
    others = (init_shops.money("price").alias(name) for name in ("list_price", "tax", "postage"))
    table = TABLE.with_columns(orders.select("paid", *others))
    table.write_csv(tmp_path / "lines.csv", separator=";")
    code, said = check_answer(command, "init", tmp_path / "shop", "--orders", tmp_path / "lines.csv")
    assert code == 2
    assert "'paid': " in said
    assert words in said


def test_an_optional_column_with_another_decimal_mark_is_a_note(tmp_path, command):
    other = init_shops.order_lines().head(60).select(init_shops.money("price", ",").alias("list_price")).to_series()
    TABLE.with_columns(other, tax=pl.col("paid")).write_csv(tmp_path / "lines.csv", separator=";")
    code, printed, _ = command("init", tmp_path / "shop", "--orders", tmp_path / "lines.csv")
    assert code == 0
    assert "note: 'list_price' is not used as list_price: line 2: '1,99' is no number" in printed
    assert "'list_price' is not read as" not in printed


@pytest.mark.parametrize("name", ["lines.csv", "lines.parquet"])
@pytest.mark.parametrize(
    "arguments",
    [
        ("uplift", "--treatment", "quantity", "--outcome", "paid"),
        ("experiment", "--arm", "quantity", "--outcome", "paid"),
        ("allocate", "--budget", "10.00", "--out", "plan.csv"),
    ],
    ids=lambda one: one[0],
)
def test_a_spoiled_trial_table(tmp_path, command, arguments, name):
    if name.endswith(".csv"):
        (tmp_path / name).write_bytes(spoiled(CSV["a cell too many"]))
    else:
        table = pa.table({name: TABLE[name].to_arrow() for name in TABLE.columns} | {"paid": TYPES["struct"]})
        pq.write_table(table, tmp_path / name)
    code, said = check_answer(command, arguments[0], tmp_path / name, *arguments[1:])
    assert code == 2
    assert name.endswith(".parquet") or "line 10 cannot be read: it has 8 cells where the header has 7" in said
