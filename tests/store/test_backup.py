"""A copy that is made as the guide says while the shop goes on explains itself when it is restored, and is served."""

import os
import shutil
import sqlite3
import subprocess
import threading
import time
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import postgres_server
import pytest
from served_process import serving
from served_shop import served, shop_of, with_role

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
def on_postgresql(there):
    """The same with `pg_dump` and `pg_restore`, into a database that is empty."""
    with postgres_server.server() as folder:
        place = {**os.environ, "PGHOST": str(folder), "PGUSER": "shop", "PGPASSWORD": postgres_server.PASSWORD}

        def call(program, *words):
            command = [postgres_server.programs() / program, *words]
            subprocess.run(command, env=place, check=True, capture_output=True)

        def copy():
            call("pg_dump", "--format=custom", f"--file={there / 'offerloop.dump'}", "postgres")
            call("createdb", "copy")
            call("pg_restore", "--single-transaction", "--dbname=copy", there / "offerloop.dump")

        url = postgres_server.url_of(folder)
        yield url, url.replace("/postgres?", "/copy?"), copy


@pytest.mark.parametrize("kind", [on_sqlite, on_postgresql])
def test_a_backup_of_a_busy_store_restores(tmp_path, kind):
    with kind(tmp_path) as (store_url, url, copy):
        copy_while_busy(store_url, copy)
        check_restored(url)


@pytest.mark.slow
@pytest.mark.parametrize("kind", [on_sqlite, on_postgresql])
def test_a_restored_folder_and_database_are_served_and_decide_as_before(small_run, tmp_path, kind):
    shop, again = shop_of(small_run, tmp_path), tmp_path / "again"
    with kind(tmp_path) as (store_url, url, copy):
        with served(shop, store_url) as client:
            headers = with_role(client, "admin")
            asked = {"customer_id": "c000", "durable": True}
            said = client.post("/v1/decisions", json=asked, headers=headers).json()
            copy()
            shutil.copytree(shop, again, ignore=shutil.ignore_patterns(".stages"))
        shutil.rmtree(shop)
        with serving(again, tmp_path / "log", "--store", url, "--new-admin-token") as (address, _, _):
            replay = httpx.get(f"{address}/v1/decisions/{said['decision_id']}/replay", headers=headers, verify=False)
    assert said["offers"]
    assert (replay.status_code, replay.json()) == (200, said)


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
    restored.carry_out_all([Redeem("r0", "A", "c0", 5), Redeem("after", "A", "bob", 5)])
    assert restored.template("t").balance.n_used == used + 1
    assert audit(restored.engine) == []
    restored.engine.dispose()


GUIDE = Path(__file__).parents[2] / "docs" / "how-to" / "deploy.md"


def of_the_guide(program):
    lines = GUIDE.read_text(encoding="utf-8").splitlines()
    (command,) = [line for line in lines if line.startswith(f"{program} ") and "backup" in line]
    return command


@pytest.mark.parametrize("program", ["sqlite3", "python3"])
def test_a_command_of_the_guide_that_is_started_in_a_wrong_folder_leaves_the_former_copy(tmp_path, program):
    if shutil.which(program) is None:
        pytest.skip(f"there is no {program}")
    Database.open(f"sqlite:///{tmp_path / 'offerloop.db'}").close()
    command = of_the_guide(program)
    subprocess.run(command, shell=True, cwd=tmp_path, check=True)
    copy = (tmp_path / "copy.db").read_bytes()
    (tmp_path / "offerloop.db").unlink()
    assert subprocess.run(command, shell=True, cwd=tmp_path, capture_output=True).returncode != 0
    assert (tmp_path / "copy.db").read_bytes() == copy
    (tmp_path / "copy.db").replace(tmp_path / "offerloop.db")
    database = Database.open(f"sqlite:///{tmp_path / 'offerloop.db'}")
    database.close()
