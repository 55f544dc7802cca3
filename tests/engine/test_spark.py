"""What is Spark's own, and that the main job gives the same on it as on one machine."""

import gc
import pickle
import shutil
import socket
import sys
import tempfile
import threading
import time
import zipfile
import zipimport
from datetime import date
from functools import partial
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import narwhals as nw
import polars as pl
import polars.testing
import postgres_server
import pyarrow as pa
import pytest
import sqlalchemy as sa
from collected import heights
from evaluate_shop import write_log_shop
from every_source import write_every_source
from postgres_server import PASSWORD
from same_events import assert_same_events
from small_shop import write_small_shop
from two_campaigns import write_two_campaigns

from offerloop import run
from offerloop.commands.evaluate.log import read_log
from offerloop.config import Source, load_config
from offerloop.engine import collect, engine_name, engine_of, temporary_folder
from offerloop.engine.spark import SETTINGS, WORK_VARIABLE
from offerloop.engine.spark_session import connected, stop_session
from offerloop.engine.spark_tasks import carry_out
from offerloop.errors import InputError, SourceError
from offerloop.events import extend_events, open_source, prepare
from offerloop.flow import at_once, large_shop, plan
from offerloop.money import to_minor
from offerloop.workspace.snapshots import with_snapshots
from offerloop.workspace.stage_store import config_key


@pytest.fixture
def engine(spark_server):
    return engine_of(spark_server)


def task_of(function, item, folder):
    path = folder / str(uuid4())
    path.write_bytes(pickle.dumps(function))
    return pa.RecordBatch.from_pydict({"place": [3], "pickled": [pickle.dumps((path, item))]})


def test_each_item_is_a_task_of_its_own(engine):
    def task(_item):
        from pyspark import TaskContext

        return TaskContext.get().partitionId()

    assert len(set(engine.map(task, range(24)))) == 24


def test_a_session_on_this_machine_takes_the_memory_that_is_asked_for(engine):
    assert engine.session.conf.get("spark.driver.memory") == "1100m"


def test_a_task_leaves_no_importer_of_an_archive_to_read_again(tmp_path):
    archive = tmp_path / "spark.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("module.py", "")
    sys.path_importer_cache[str(archive)] = zipimport.zipimporter(str(archive))
    (done,) = carry_out(iter([task_of(str, 17, tmp_path)]))
    assert (done["place"][0].as_py(), pickle.loads(done["pickled"][0].as_py())) == (3, ("17", None))
    assert str(archive) not in sys.path_importer_cache


def test_a_task_gives_an_error_of_this_program_and_no_other_is_caught(tmp_path):
    def of(function, item):
        return carry_out(iter([task_of(function, item, tmp_path)]))

    (done,) = of(partial(to_minor, currency="USD"), "1.055")
    result, error = pickle.loads(done["pickled"][0].as_py())
    assert result is None
    assert isinstance(error, InputError)
    assert str(error) == "'1.055' is not an amount in USD, which has 2 decimal digits"
    with pytest.raises(ValueError, match="invalid literal"):
        next(of(int, "x"))


@pytest.mark.soak
def test_every_source_is_cleaned_as_on_one_machine(engine, tmp_path):
    config = load_config(write_every_source(tmp_path))
    assert_same_events(prepare(config, engine), prepare(config, engine_of("duckdb")))


@pytest.mark.soak
def test_files_of_a_new_day_are_added_to_the_same_tables(engine, tmp_path):
    config, new = load_config(write_small_shop(tmp_path, customers=5, weeks=6)), tmp_path / "lines" / "new.parquet"
    lines, is_new = pl.read_csv(tmp_path / "lines.csv", try_parse_dates=True), pl.col("when") >= date(2024, 2, 5)
    new.parent.mkdir()
    lines.remove(is_new).write_parquet(new.with_name("old.parquet"))
    source = config.sources["order_lines"].model_copy(update={"path": new.parent})
    config = config.model_copy(update={"sources": {**config.sources, "order_lines": source}})
    earlier = prepare(config, engine)
    lines.filter(is_new).write_parquet(new)
    assert_same_events(extend_events(earlier, [new], config, engine), prepare(config, engine_of("duckdb")))


def test_a_run_gives_the_same_on_a_server_as_on_one_machine(spark_server, tmp_path, command):
    session, results, collected = connected(spark_server), {}, {}
    for where, shards in ((spark_server, 2), ("duckdb", 1)):
        folder = tmp_path / engine_name(where)
        folder.mkdir()
        config = write_two_campaigns(folder, "offers_per_customer = 2")
        if where != "duckdb":
            in_a_table(session, folder / "lines.csv", "order_lines", config)
        with heights() as collected[engine_name(where)]:
            tables = () if where == "duckdb" else ("--table", "assignments")
            code, _, said = command("run", config, "--engine", where, "--shards", shards, *tables)
        assert (code, said) == (0, "")
        (results[engine_name(where)],) = (folder / "runs").glob("2*")
    for table in sorted(results["duckdb"].glob("*.parquet")):
        ours = pl.read_parquet(results["spark"] / table.name)
        pl.testing.assert_frame_equal(ours, pl.read_parquet(table), abs_tol=1e-9, rel_tol=1e-9)
    assert sum(collected["spark"]) < sum(collected["duckdb"])  # who is in shards is listed where they are
    assert '"engine": "spark"' in (results["spark"] / "manifest.json").read_text()
    for name, table in {"assignments": "assignments", "further_offers": "assignments_further"}.items():
        rows = pl.read_parquet(results["spark"] / f"{name}.parquet")
        kept = collect(engine_of(session).named(table), "customer_id")
        assert rows.height
        assert kept.equals(rows.sort("customer_id"))


def in_a_table(session, path, name, config):
    """Move the rows of a CSV file to a table of Spark, and say so in a configuration."""
    session.createDataFrame(pl.read_csv(path, infer_schema=False).to_arrow()).write.saveAsTable(name)
    path.unlink()
    config.write_text(config.read_text().replace(f'path = "{path.name}"', f'table = "{name}"'))


def test_the_same_rows_of_a_table_give_the_same_key(engine, tmp_path):
    source = Source(table="range(0, 9, 1, 2)", columns={})
    config = load_config(write_small_shop(tmp_path)).model_copy(update={"sources": {"products": source}})
    with pytest.raises(SourceError, match=r"Spark cannot read table range\(0, 9, 1, 2\)"):
        with_snapshots(config, tmp_path, engine)
    view = engine.session.range(0, 9, 1, 2)
    keys = []
    for rows in (view, view, view.selectExpr("id + 1 as id")):
        rows.createOrReplaceTempView("products")
        named = config.model_copy(update={"sources": {"products": Source(table="products", columns={})}})
        local = with_snapshots(named, tmp_path, engine)
        keys.append(config_key(local))
    assert local.sources["products"].table is None
    assert keys[0] == keys[1] != keys[2]


@pytest.mark.soak
def test_the_customers_of_a_large_shop_stay_where_the_shards_are(spark_server, tmp_path, monkeypatch):
    """A sample decides, the others are told of on the workers: the same on both engines, but for who is listed."""
    monkeypatch.setattr(large_shop, "PLANNED_CUSTOMERS", 40)
    monkeypatch.setattr(large_shop, "SHARD_CUSTOMERS", 30)
    decided = []
    for where in (spark_server, "duckdb"):
        folder = tmp_path / engine_name(where)
        folder.mkdir()
        config = load_config(write_small_shop(folder, customers=90))
        engine = engine_of(where)
        with heights() as collected:
            found = plan(config, engine, at_once)
        assert found.others.customers > 20
        others = collect(found.others.frames["assignments"], "customer_id")
        assert max(collected) < 90 * 20
        decided.append(pl.concat([found.tables["assignments"], others.select(found.tables["assignments"].columns)]))
    spark, here = decided
    pl.testing.assert_frame_equal(spark, here, abs_tol=1e-9, rel_tol=1e-9)


def test_spark_reads_postgresql_by_jdbc_as_this_program_does(engine):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    place = f"shop:{quote(PASSWORD, safe='')}@127.0.0.1:{port}/postgres"
    url = f"postgresql+psycopg://{place}"
    ours, theirs = (Source(url=one, table="t", columns={}) for one in (url, f"jdbc:postgresql://{place}"))
    with postgres_server.server(listen_addresses="127.0.0.1", port=port):
        database = sa.create_engine(url)
        with database.begin() as connection:
            connection.execute(sa.text("create table t (id bigint, name text, paid numeric(9, 2), at timestamp)"))
            connection.execute(sa.text("insert into t values (1, 'tea', 2.50, '2024-03-10 02:30'), (2, null, 1, null)"))
        database.dispose()
        assert rows_of(ours, engine).rows() == rows_of(theirs, engine).rows()
        with pytest.raises(SourceError, match="Spark cannot read u of jdbc:postgresql://127") as refused:
            rows_of(theirs.model_copy(update={"table": "u"}), engine)
    assert "pa:" not in str(refused.value)


def rows_of(source, engine):
    with open_source(source, engine) as raw:
        return collect(raw.frame, "id")


def test_assignments_are_a_table_where_the_engine_has_tables(spark_server, tmp_path):
    path = write_small_shop(tmp_path, customers=5, weeks=6)
    with pytest.raises(InputError, match=r"the table marketing\.plan is one of Spark's; run with engine spark"):
        run(path, table="marketing.plan")
    session = connected(spark_server)
    file = tmp_path / "some[1]{2}.parquet"
    pl.DataFrame({"customer_id": [1]}).write_parquet(file)
    engine_of(session).save(file, "plan_of_a_file")
    assert collect(engine_of(session).named("plan_of_a_file"))["customer_id"].to_list() == [1]
    with pytest.raises(InputError, match=r"Spark cannot write the table nowhere\.plan; it says: .*SCHEMA_NOT_FOUND"):
        engine_of(spark_server).save(file, "nowhere.plan")


@pytest.mark.soak
def test_a_run_works_in_a_session_that_is_there(spark_server, tmp_path):
    session = connected(spark_server)
    found = run(write_small_shop(tmp_path, customers=5, weeks=6), spark=session, shards=3, table="plan_of_a_session")
    kept = collect(engine_of(session).named("plan_of_a_session"), "customer_id")
    assert kept.equals(found.frames["assignments"].sort("customer_id"))


@pytest.mark.soak
def test_decisions_of_a_log_are_read_as_on_one_machine(spark_server, tmp_path):
    orders = [(1, 0, 20.0, 0.0, 0.0, 0.0), (1, 99, 30.0, 4.0, 5.0, 0.0), (1, 100, 10.0, 0.0, 2.0, 0.5),
              (2, 0, 8.0, 0.0, 0.0, 0.0), (2, 140, 1.0, 0.0, 0.0, 0.0)]  # fmt: skip
    exposures = [(1, "coupon", 100, 0.5), (1, "", 104, 0.25), (2, "none", 100, 0.5)]
    config = load_config(write_log_shop(tmp_path, orders, exposures))
    shops = [read_log(config, engine_of(where, 2), 7) for where in (spark_server, "duckdb")]
    spark, here = (pl.concat([one.rows for one in shop.shards([]).each(shop.reader)]) for shop in shops)
    assert here.height == 3
    pl.testing.assert_frame_equal(spark, here)


def test_tables_of_a_platform_are_read_by_spark_alone():
    for source in (
        Source(table="orders", columns={}),
        Source(url="jdbc:postgresql://host/shop", table="t", columns={}),
    ):
        with pytest.raises(SourceError, match="is read by Spark alone; run with --engine spark"):
            rows_of(source, engine_of("duckdb"))


def test_tables_of_a_run_lie_in_the_work_folder_and_vanish_with_the_engine(spark_server, tmp_path, monkeypatch):
    monkeypatch.setenv(WORK_VARIABLE, str(tmp_path))
    session = connected(spark_server)
    session.conf.set("spark.sql.session.timeZone", "Asia/Tokyo")
    engine = engine_of(session)
    assert [session.conf.get(name) for name in SETTINGS] == list(SETTINGS.values())
    engine.table(pl.DataFrame({"id": [1]}))
    assert len(list(tmp_path.glob("offerloop-spark-*/*.parquet"))) == 1
    del engine
    gc.collect()
    assert list(tmp_path.iterdir()) == []
    assert session.conf.get("spark.sql.session.timeZone") == "Asia/Tokyo"


def test_copies_alone_of_this_program_are_brought_to_the_work_folder(spark_server, tmp_path, monkeypatch):
    (tmp_path / "work").mkdir()
    (tmp_path / "lines").mkdir()
    monkeypatch.setenv(WORK_VARIABLE, str(tmp_path / "work"))
    engine = engine_of(spark_server)
    pl.DataFrame({"id": [1]}).write_parquet(tmp_path / "lines" / "a.parquet")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    others = Path(shutil.copytree(tmp_path / "lines", tmp_path / "offerloop-of-the-user"))
    with temporary_folder() as place:
        own = Path(shutil.copytree(tmp_path / "lines", place / "lines"))
        kept = [engine.read(path) for path in (tmp_path / "lines", others, own, own / "a.parquet")]
    assert sorted(one.name for one in (tmp_path / "work").glob("*/*")) == ["0.parquet", "1.parquet"]
    assert [collect(one)["id"].to_list() for one in kept] == [[1]] * 4


def test_a_session_can_be_stopped_by_a_thread_of_its_own(spark_server):
    from pyspark.sql.connect.client.reattach import ExecutePlanResponseReattachableIterator

    session = connected(spark_server)
    assert session.range(3).count() == 3
    ExecutePlanResponseReattachableIterator._get_or_create_release_thread_pool().submit(stop_session, session).result(
        30
    )
    until = time.monotonic() + 30
    while not session.is_stopped and time.monotonic() < until:
        time.sleep(0.05)
    assert session.is_stopped


def test_a_query_can_be_stopped(engine):
    endless = engine.session.range(10**12).selectExpr("sum(sqrt(id % 7)) s")
    timer = threading.Timer(1, engine.stop)
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        collect(nw.from_native(endless).lazy())
    timer.join()


def test_a_name_that_spark_cannot_take_is_named(engine, tmp_path):
    (tmp_path / "a.csv").write_text("Order.ID\n1\n")
    with pytest.raises(SourceError, match=r"column 'Order.ID', and Spark takes no dot"):
        engine.read(tmp_path / "a.csv")
    write = {"a.parquet": {"id": [1], "`n": pl.Series([1], dtype=pl.Int32)}, "b.parquet": {"id": [1], "`n": [1]}}
    (tmp_path / "lines").mkdir()
    for name, columns in write.items():
        pl.DataFrame(columns).write_parquet(tmp_path / "lines" / name)
    with pytest.raises(SourceError, match="column '`n', and Spark takes no dot and no `"):
        engine.read(tmp_path / "lines")


def test_what_a_manifest_calls_an_engine():
    assert [engine_name(one) for one in ("duckdb", "spark", "sc://host/;token=secret", object())] == [
        "duckdb", "spark", "spark", "spark",
    ]  # fmt: skip
