"""A copy that is made while the shop goes on restores to a state that explains itself."""

import os
import sqlite3
import subprocess
import threading
import time
from contextlib import closing, contextmanager

import postgres_server
import pytest

from offerloop.offers import CouponTerms, Issue, Redeem
from offerloop.store import EVENT, Database, EventLog, Ledger, audit


def fill(url, stop):
    """Redeem and report until told to stop."""
    database = Database.open(url)
    ledger, log, number = Ledger(database.engine), EventLog(database), 0
    while not stop.is_set():
        ledger.carry_out(Redeem(f"r{number}", "A", f"c{number % 7}", 5))
        log.take([view(number)])
        number += 1
    database.close()


def view(number):
    body = {"event_id": f"v{number}", "kind": "view", "customer_id": "anna", "product_id": "tea"}
    return EVENT.validate_python({**body, "at": "2024-06-03T14:05:00Z"})


@contextmanager
def on_sqlite(folder):
    """URLs of a store and of its copy, and what copies it, as the guide says."""
    files = [folder / name for name in ("offerloop.db", "copy.db")]

    def copy():
        connections = [sqlite3.connect(one) for one in files]
        with closing(connections[0]) as source, closing(connections[1]) as target:
            source.backup(target)

    yield (*(f"sqlite:///{one}" for one in files), copy)


@contextmanager
def on_postgresql(_):
    """The same with `pg_dump`, into a database that is empty."""
    with postgres_server.server() as folder:
        place = {**os.environ, "PGHOST": str(folder), "PGUSER": "shop", "PGPASSWORD": postgres_server.PASSWORD}

        def call(program, *words, **more):
            command = [postgres_server.programs() / program, *words]
            return subprocess.run(command, env=place, check=True, capture_output=True, **more)

        def copy():
            dump = call("pg_dump", "postgres").stdout
            call("createdb", "copy")
            call("psql", "--quiet", "--set", "ON_ERROR_STOP=1", "copy", input=dump)

        url = postgres_server.url_of(folder)
        yield url, url.replace("/postgres?", "/copy?"), copy


@pytest.mark.parametrize("kind", [on_sqlite, on_postgresql])
def test_a_backup_of_a_busy_store_restores(tmp_path, kind):
    with kind(tmp_path) as (store_url, url, copy):
        copy_while_busy(store_url, copy)
        check_restored(url)


def copy_while_busy(store_url, copy):
    ledger = Ledger.open(store_url)
    ledger.add_template("t", CouponTerms(limit_per_code=None, budget_minor=10**9))
    ledger.carry_out(Issue("i", "t", ("A",)))
    stop = threading.Event()
    worker = threading.Thread(target=fill, args=(store_url, stop))
    worker.start()
    try:
        while ledger.template("t").balance.n_used < 20:
            time.sleep(0.01)
        copy()
    finally:
        stop.set()
        worker.join()
        ledger.engine.dispose()


def check_restored(url):
    """Every balance is explained by its history, and the shop goes on."""
    restored = Ledger.open(url)
    used = restored.template("t").balance.n_used
    assert used >= 20
    assert audit(restored.engine) == []
    log = EventLog(Database(restored.engine))
    again = log.take([view(number) for number in range(used + 5)])
    assert again.duplicates >= used - 1
    assert again.accepted + again.duplicates == used + 5
    restored.carry_out(Redeem("after", "A", "bob", 5))
    assert audit(restored.engine) == []
    restored.engine.dispose()
