"""The same suite over SQLite and PostgreSQL: what a database holds arrives as from a CSV file, or is refused."""

import sqlite3
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import polars as pl
import postgres_server
import pytest
import sqlalchemy as sa
from database_shop import COLUMNS, KINDS, LINES, NAMES, Server, clean
from small_shop import write_small_shop
from sqlalchemy.engine import make_url

from offerloop.commands.run.task import run
from offerloop.config import Source
from offerloop.engine.duckdb import DuckDBEngine
from offerloop.errors import SourceError
from offerloop.events.sources import database


@pytest.fixture(params=["sqlite", "postgresql"])
def server(request, tmp_path):
    if request.param == "sqlite":
        (tmp_path / "shop.db").touch()
        url, schema = f"sqlite:///{tmp_path / 'shop.db'}", "main"
    else:
        url, schema = request.getfixturevalue("postgres_url"), f"Shop {uuid4().hex}"
    engine = sa.create_engine(url)
    if request.param == "postgresql":
        with engine.begin() as connection:
            connection.execute(sa.text(f'create schema "{schema}"'))
    yield Server(request.param, url, schema, engine)
    if request.param == "postgresql":
        with engine.begin() as connection:
            connection.execute(sa.text(f'drop schema "{schema}" cascade'))
    engine.dispose()


@pytest.fixture
def from_csv(tmp_path):
    """The same lines by way of a CSV file."""
    rows = [["" if cell is None else str(cell) for cell in line] for line in LINES]
    pl.DataFrame(rows, schema=list(NAMES), orient="row").write_csv(tmp_path / "lines.csv")
    return clean(tmp_path, {"path": "lines.csv"})


def test_a_table_gives_what_a_csv_file_gives(server, tmp_path, from_csv):
    found = clean(tmp_path, {"url": server.url, "table": server.table("Order Lines")})
    assert found.equals(from_csv.select(found.columns))
    assert found["order_id"].to_list() == [line[0] for line in LINES]
    assert found["paid_minor"].to_list() == [1_240, 10, 123_456_789]
    assert found["product_id"].to_list() == ["茶-1", "茶-2", "茶-1"]


def test_a_query_gives_what_a_csv_file_gives(server, tmp_path, from_csv):
    server.table("Order Lines")
    query = f'select * from "{server.schema}"."Order Lines" where \':a 100%\' = \':a 100%\' order by "Order No" desc'
    found = clean(tmp_path, {"url": server.url, "query": query})
    assert found.equals(from_csv.select(found.columns))


def test_a_filter_leaves_out_what_it_must_leave_open(server, tmp_path):
    server.table("Order Lines")
    place = {"url": server.url, "table": f"{server.schema}.Order Lines", "where": "score >= 4"}
    assert clean(tmp_path, place)["customer_id"].to_list() == ["O'Neil; x"]


@pytest.mark.parametrize("server", ["postgresql"], indirect=True)
def test_a_query_may_cast_in_the_way_of_postgres(server, tmp_path):
    server.table("Order Lines")
    query = f'select *, paid::float8 as money, "at"::date as "day" from "{server.schema}"."Order Lines"'
    columns = {**COLUMNS, "paid": "money", "at": "day"}
    found = clean(tmp_path, {"url": server.url, "query": query}, columns)
    assert found["paid_minor"].to_list() == [1_240, 10, 123_456_789]
    assert found["order_day"].to_list() == [19_753, 19_754, 19_758]


def test_times_with_a_zone_fall_on_the_day_of_the_shop(server, tmp_path):
    if server.kind == "sqlite":
        kinds, zoned = KINDS["sqlite"], [(*line[:5], f"{line[5].isoformat()}+00:00", *line[6:]) for line in LINES]
    else:
        kinds, zoned = list(KINDS["postgresql"]), [(*line[:5], f"{line[5]}+00:00", *line[6:]) for line in LINES]
        kinds[5] = "timestamp with time zone"
    found = clean(tmp_path, {"url": server.url, "table": server.table("zoned", kinds, zoned)})
    assert found["order_day"].to_list() == [19_754, 19_754, 19_758], "23:30 UTC is the next day in Berlin"


@pytest.mark.parametrize("batch", [1, 2, 100])
def test_columns_have_one_type_whatever_the_batches_hold(server, tmp_path, monkeypatch, batch):
    monkeypatch.setattr(database, "BATCH", batch)
    lines = [(None, 1, None, "x"), (1, 2, None, "y"), (2, None, None, None), (3, 4, None, "")]
    kinds = ("numeric(9,3)", "bigint", "text", "text")
    table = server.table("mixed", kinds, lines, names=("a", "b", "c", "d"))
    _, path = database.snapshot(Source(url=server.url, table=table, columns={}), tmp_path)
    found = pl.read_parquet(path)
    assert found["a"].cast(pl.Float64).to_list() == [None, 1, 2, 3]
    assert (found.schema["b"], found.schema["c"], found.schema["d"]) == (pl.Int64, pl.String, pl.String)
    assert found["d"].to_list() == ["x", "y", None, ""]
    before = path.read_bytes()
    database.snapshot(Source(url=server.url, table=table, columns={}), tmp_path)
    assert path.read_bytes() == before
    assert list(tmp_path.glob("tmp*")) == []


@pytest.mark.parametrize("batch", [1, 100])
def test_sqlite_may_hold_anything_in_any_row(tmp_path, monkeypatch, batch):
    monkeypatch.setattr(database, "BATCH", batch)
    connection = sqlite3.connect(tmp_path / "shop.db")
    connection.execute("create table t (a, b)")
    connection.executemany("insert into t values (?, ?)", [(1, 1), (2.5, "A-1"), (None, 2)])
    connection.commit()
    connection.close()
    _, path = database.snapshot(Source(url=f"sqlite:///{tmp_path / 'shop.db'}", table="t", columns={}), tmp_path)
    assert pl.read_parquet(path).to_dict(as_series=False) == {"a": [1, 2.5, None], "b": ["1", "A-1", "2"]}


def test_kinds_of_postgres_that_no_table_of_ours_has_are_text(postgres_url, tmp_path):
    query = """select '{"a": 1}'::json as j, array[1, 2] as l, '7d444840-9dc0-11d1-b245-5ffdce74fad2'::uuid as u,
        interval '1 day' as i, 'NaN'::numeric as n, 1::numeric / 3 as third, 1e30::numeric(38,0) as large,
        '12:30'::time as t, true as b, 'x'::bytea as y"""
    _, path = database.snapshot(Source(url=postgres_url, query=query, columns={}), tmp_path)
    (row,) = DuckDBEngine().read(path).collect().to_native().to_pylist()
    assert row["u"] == "7d444840-9dc0-11d1-b245-5ffdce74fad2"
    assert (row["j"], row["l"], row["b"], row["large"]) == ("{'a': 1}", "[1, 2]", True, Decimal(10**30))
    assert float(row["third"]) == pytest.approx(1 / 3)


def refused(folder, place, columns=COLUMNS):
    with pytest.raises(SourceError) as error:
        clean(folder, place, columns)
    said = str(error.value)
    assert postgres_server.PASSWORD not in said
    assert "secret" not in said
    assert len(said.splitlines()) == 1
    return said


def test_a_missing_table_is_named(server, tmp_path):
    said = refused(tmp_path, {"url": server.url, "table": "no such"})
    assert said.startswith("the database refuses to read no such of ")
    assert "no such table" in said or 'relation "no such" does not exist' in said


def test_a_missing_column_is_named_with_the_nearest(server, tmp_path):
    place = {"url": server.url, "table": server.table("Order Lines")}
    said = refused(tmp_path, place, {**COLUMNS, "customer_id": "kundde"})
    assert "there is no column 'kundde', did you mean 'kunde'" in said


def test_a_wrong_query_is_answered_by_the_database(server, tmp_path):
    assert "syntax error" in refused(tmp_path, {"url": server.url, "query": "selec 1"})


def test_two_columns_of_one_name_are_refused(server, tmp_path):
    assert "two columns named 'a'" in refused(tmp_path, {"url": server.url, "query": "select 1 as a, 2 as a"})


def test_an_empty_table_is_refused(server, tmp_path):
    said = refused(tmp_path, {"url": server.url, "table": server.table("empty", lines=[])})
    assert "has no usable order line" in said


def test_a_wrong_password_is_not_repeated(postgres_url, tmp_path):
    url = make_url(postgres_url).set(password="secret").render_as_string(hide_password=False)
    said = refused(tmp_path, {"url": url, "table": "t"})
    assert "password authentication failed" in said


def test_a_variable_may_hold_any_password(postgres_url, tmp_path, monkeypatch):
    monkeypatch.setenv("SHOP_PASSWORD", postgres_server.PASSWORD)
    url = make_url(postgres_url)
    written = f"postgresql+psycopg://shop:${{SHOP_PASSWORD}}@/postgres?host={url.query['host']}"
    name, path = database.snapshot(Source(url=written, query="select 1 as one", columns={}), tmp_path)
    assert (name, pl.read_parquet(path)["one"].to_list()) == ("query of postgresql+psycopg://shop:***@/postgres", [1])


def test_an_encoded_password_in_a_variable_stays_as_it_is(postgres_url, monkeypatch):
    monkeypatch.setenv("WHOLE", postgres_url)
    monkeypatch.setenv("PASSWORD", "p%40ss")
    assert database.with_variables("${WHOLE}", "it") == postgres_url
    assert database.with_variables("postgresql://u:${PASSWORD}@h/d", "it") == "postgresql://u:p%40ss@h/d"


def test_a_variable_that_is_not_set_is_named(tmp_path, monkeypatch):
    monkeypatch.delenv("NOWHERE", raising=False)
    said = refused(tmp_path, {"url": "postgresql+psycopg://u:${NOWHERE}@h/d", "table": "t"})
    assert "variable 'NOWHERE', which a source's url names, is not set" in said


@pytest.mark.parametrize(
    "url",
    [
        "postgress://user:secret@host/shop",
        "postgresql+nodriver://user:secret@host/shop",
        "postgresql:/user:secret@host/shop",
        "postgresql://user:p@secret:x@host/shop",
        "postgresql://host:port/shop?password=secret",
    ],
)
def test_what_is_no_url_of_a_database_is_refused_without_its_password(tmp_path, url):
    said = refused(tmp_path, {"url": url, "table": "t"})
    assert "is not a database that can be reached" in said


def test_an_sqlite_file_that_is_not_there_is_not_made(tmp_path):
    said = refused(tmp_path, {"url": "sqlite:///shp.db", "table": "t"})
    assert "shp.db', which a source's url names, does not exist" in said
    assert not (tmp_path / "shp.db").exists()


def test_a_file_that_is_no_database_is_refused(tmp_path):
    (tmp_path / "shop.db").write_text("order,customer\n" * 100)
    assert "file is not a database" in refused(tmp_path, {"url": "sqlite:///shop.db", "table": "t"})


@pytest.mark.slow
def test_a_run_keeps_no_password(postgres_url, tmp_path, monkeypatch):
    config = write_small_shop(tmp_path)
    lines = pl.read_csv(tmp_path / "lines.csv", infer_schema=False)
    engine = sa.create_engine(postgres_url)
    table = f"lines_{uuid4().hex}"
    with engine.begin() as connection:
        columns = ", ".join(f'"{name}" text' for name in lines.columns)
        connection.execute(sa.text(f"create table {table} ({columns})"))
        names = ", ".join(f":{name}" for name in lines.columns)
        connection.execute(sa.text(f"insert into {table} values ({names})"), lines.to_dicts())
    monkeypatch.setenv("SHOP_PASSWORD", postgres_server.PASSWORD)
    text = config.read_text()
    for url in (postgres_url, postgres_url.replace(quote(postgres_server.PASSWORD, safe=""), "${SHOP_PASSWORD}")):
        config.write_text(text.replace('path = "lines.csv"', f'url = "{url}"\ntable = "{table}"'))
        folder = run(config, "duckdb", None).folder
        for path in folder.glob("*.*"):
            assert b"rd%201%25" not in path.read_bytes(), path.name
    with engine.begin() as connection:
        connection.execute(sa.text(f"drop table {table}"))
    engine.dispose()


MEASURE = """
import resource, sys
from pathlib import Path
from offerloop.config import Source
from offerloop.events.sources import database
import polars as pl
folder = Path(sys.argv[1])
small = Source(url=f"sqlite:///{folder}/shop.db", query="select * from lines limit 100000", columns={})
large = Source(url=f"sqlite:///{folder}/shop.db", table="lines", columns={})
peaks = []
for source in (small, large):
    _, path = database.snapshot(source, folder)
    peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
assert pl.scan_parquet(path).select(pl.len()).collect().item() == 500_000
print(peaks[1] - peaks[0])
"""


@pytest.mark.slow
def test_half_a_million_rows_need_no_more_memory_than_some(tmp_path):
    connection = sqlite3.connect(tmp_path / "shop.db")
    connection.execute(
        "create table lines as with recursive n(i) as (select 1 union all select i + 1 from n where i < 500000) "
        "select i as id, 'customer ' || (i % 5000) as customer, i % 700 as product, i / 7.0 as paid, "
        "'2024-01-0' || (i % 9 + 1) as day from n"
    )
    connection.commit()
    connection.close()
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(tmp_path)], capture_output=True, text=True, check=True, cwd=Path.cwd()
    )
    assert int(done.stdout) < 60, "megabytes more for five times the rows; all rows at once take several hundred"
