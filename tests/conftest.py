"""What several rooms' tests share."""

import gc
import json
import os
import shutil
import sys
from uuid import uuid4

import polars as pl
import postgres_server
import pytest
import sqlalchemy as sa
from hypothesis import settings
from publish_places import Receiver
from shared_workers import SharedWorkers
from small_shop import write_small_shop
from worker_usage import worker_usage

from offerloop.cli import main
from offerloop.commands.init.sample import write_sample
from offerloop.commands.run.task import run
from offerloop.config import load_config
from offerloop.engine.duckdb import DuckDBEngine
from offerloop.engine.spark_session import local_server
from offerloop.events import prepare

JDBC_DRIVER = "/usr/share/java/postgresql.jar"
"""Where Debian's libpostgresql-jdbc-java puts it."""
USAGE = pytest.StashKey[list[str]]()

os.environ.setdefault("JAX_DISABLE_MOST_OPTIMIZATIONS", "true")  # compiling small networks takes longer than fitting
settings.register_profile("quick", max_examples=30, deadline=None, derandomize=True)
settings.register_profile("soak", max_examples=2_000, deadline=None)
settings.load_profile("quick")
gc.set_threshold(100_000, 50, 100)  # Python's own thresholds cost an eighth of two files' processor time


@pytest.fixture
def command(monkeypatch, capsys):
    """Exit code, what was printed and what was said of errors."""

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["offerloop", *map(str, arguments)])
        with pytest.raises(SystemExit) as done:
            main()
        shown = capsys.readouterr()
        return done.value.code or 0, shown.out, shown.err.strip()

    return call


@pytest.fixture(scope="session")
def sample_events(tmp_path_factory):
    """(config, engine, events) of the sample data, cleaned once; for tests marked `sample`.

    Few recommenders compete: that the others do well on the sample is tested where they are, and takes a minute.
    """
    config = load_config(write_sample("complete-journey", tmp_path_factory.mktemp("sample")))
    few = config.recommend.model_copy(update={"candidates": ("popularity", "repeat")})
    config = config.model_copy(update={"recommend": few})
    engine = DuckDBEngine()
    return config, engine, prepare(config, engine)


@pytest.fixture(scope="session")
def spark_server(tmp_path_factory):
    """The address of a Spark Connect server on two processors, for all tests of a process.

    It compiles little and plans once: tests are over before more of it pays. Like a cluster it has the driver of
    PostgreSQL, and a place for tables.
    """
    settings = (
        "codegen.wholeStage=false", "codegen.factoryMode=NO_CODEGEN", "adaptive.enabled=false",
        f"warehouse.dir={tmp_path_factory.mktemp('warehouse')}",
    )  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
        patch.setenv(
            "PYSPARK_SUBMIT_ARGS",
            " ".join(
                ["--driver-class-path", JDBC_DRIVER, *(f"--conf spark.sql.{one}" for one in settings), "pyspark-shell"]
            ),
        )
        patch.setenv("MASTER", "local[2]")
        patch.setenv("SPARK_DRIVER_MEMORY", "1100m")
        return local_server()


@pytest.fixture(scope="session")
def postgres_url():
    """URL of a PostgreSQL server that lasts as long as the tests; they fail where none is installed.

    Tests share its one database, so each makes tables or a schema with names of its own.
    """
    with postgres_server.server() as folder:
        yield postgres_server.url_of(folder)


@pytest.fixture
def postgres_schema(postgres_url):
    """URL of an empty schema of the server that tests share."""
    name = f"s{uuid4().hex}"
    engine = sa.create_engine(postgres_url)
    with engine.begin() as connection:
        connection.execute(sa.text(f"create schema {name}"))
    yield f"{postgres_url}&options=-csearch_path%3D{name}"
    with engine.begin() as connection:
        connection.execute(sa.text(f"drop schema {name} cascade"))
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request, tmp_path):
    """A database of its own for each test, on SQLite and on PostgreSQL."""
    if request.param == "postgresql":
        return request.getfixturevalue("postgres_schema")
    return f"sqlite:///{tmp_path / 'store.db'}"


@pytest.fixture(scope="session")
def small_run(tmp_path_factory):
    """A shop with one run; tests work on copies."""
    shop = tmp_path_factory.mktemp("shop")
    return run(write_small_shop(shop), "duckdb", None).folder


@pytest.fixture
def publishable(small_run, tmp_path):
    """A function that gives a run whose configuration ends with these sections."""

    def copy(toml):
        folder = tmp_path / "shop" / "runs" / small_run.name
        if not folder.exists():
            shutil.copytree(small_run, folder)
        manifest = json.loads((small_run / "manifest.json").read_text())
        manifest["config"]["text"] += toml
        (folder / "manifest.json").write_text(json.dumps(manifest))
        return folder

    return copy


@pytest.fixture
def offered(small_run):
    """Assignments with an offer."""
    return pl.read_csv(small_run / "assignments.csv").filter(pl.col("offer_id") != "none")


@pytest.fixture
def receiver(monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    found = Receiver()
    yield found
    found.stop()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Let one worker run all tests of a costly fixture; another start of Spark costs 19 s of processor time."""
    return SharedWorkers(config, log) if config.getoption("dist") == "loadfile" else None


def pytest_collection_finish():
    """Spare what was imported and collected from every later search for garbage."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish(session):
    """Hand what a worker used to the process that reports it."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["used"] = worker_usage()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    """Keep what a worker that ends has used, for the summary."""
    node.config.stash.setdefault(USAGE, []).append(getattr(node, "workeroutput", {}).get("used", "unknown"))


def pytest_terminal_summary(terminalreporter, config):
    """Say how much processor time and memory each worker took, which the suite has a budget for."""
    for used in config.stash.get(USAGE, [worker_usage()]):
        terminalreporter.write_line(f"worker: {used}")
