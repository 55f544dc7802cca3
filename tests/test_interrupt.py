"""Ctrl-C inside a query, whose database holds the processor: exit code 130, one line, nothing half-written."""

import sqlite3
import subprocess
import sys

MAIN = "import os, signal, threading; from offerloop.cli.main import main; "
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
