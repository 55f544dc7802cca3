"""Ctrl-C inside a query, whose database holds the processor: exit code 130, one line, nothing half-written."""

import signal
import sqlite3
import subprocess
import sys

import narwhals as nw
import polars as pl
import pytest

from offerloop.engine import collect
from offerloop.engine.duckdb import DuckDBEngine

MAIN = "import os, signal, threading; threading.Timer({}, os.kill, (os.getpid(), signal.SIGINT)).start(); "
MAIN += "from offerloop.cli.main import main; main()"
ENDLESS = "with recursive n(x) as (select 1 union all select x + 1 from n) select count(*) as n from n"


def interrupted(*arguments, after=1.5):
    """Exit code and what was said of a command that gets Ctrl-C after so many seconds."""
    command = [sys.executable, "-c", MAIN.format(after), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


def test_a_query_of_sqlite_that_does_not_end(tmp_path):
    sqlite3.connect(tmp_path / "shop.db").close()
    code, said = interrupted("init", tmp_path / "shop", "--orders", f"sqlite:///{tmp_path}/shop.db#{ENDLESS}")
    assert (code, said) == (130, "interrupted; nothing is half-written, so give the same command again\n")
    assert not (tmp_path / "shop").exists()


def test_a_query_of_postgres_that_sleeps(tmp_path, postgres_url):
    code, said = interrupted("init", tmp_path / "shop", "--orders", f"{postgres_url}#select pg_sleep(60)")
    assert (code, said) == (130, "interrupted; nothing is half-written, so give the same command again\n")


@pytest.fixture
def stopped():
    """An interrupt by the user within a third of a second."""

    def stop(*_):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.usefixtures("stopped")
@pytest.mark.parametrize("what", ["collect", "keep", "write"])
def test_duckdb_is_stopped_in_the_middle(tmp_path, what):
    engine = DuckDBEngine()
    side = engine.table(pl.DataFrame({"a": range(300_000)})).with_columns(one=nw.lit(1))
    pairs = side.join(side, on="one").select((nw.col("a") * nw.col("a_right")).sum())
    compute = {"collect": collect, "keep": engine.keep, "write": lambda one: engine.write(one, tmp_path / "x.parquet")}
    with pytest.raises(KeyboardInterrupt):
        compute[what](pairs)
