"""Ctrl-C inside a query, whose database holds the processor: exit code 130, one line, nothing half-written."""

import sqlite3
import subprocess
import sys

MAIN = "import os, signal, threading; from offerloop.cli import main; "
MAIN += "threading.Timer({}, os.kill, (os.getpid(), signal.SIGINT)).start(); main()"
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


def test_queries_of_the_engine_that_take_hours(tmp_path):
    code = """
import narwhals as nw, os, signal, threading, polars as pl
from pathlib import Path
from offerloop.engine.base import collect
from offerloop.engine.duckdb import DuckDBEngine

engine = DuckDBEngine()
many = engine.keep(engine.table(pl.DataFrame({"one": range(1_000_000)})))
pairs = many.join(many.rename({"one": "two"}), how="cross")
frame = pairs.filter(nw.col("one").sin() > nw.col("two").exp()).select(nw.len())
for act in (collect, engine.keep, lambda frame: engine.write(frame, Path("out.parquet"))):
    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
    try:
        act(frame)
    except KeyboardInterrupt:
        print("stopped")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=100, cwd=tmp_path)
    assert (done.stdout, done.stderr) == (3 * "stopped\n", "")
