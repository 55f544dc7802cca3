"""A copy that is made while the shop goes on restores to a state that explains itself."""

import sqlite3
import threading
import time
from contextlib import closing

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


def test_a_backup_of_a_busy_store_restores(tmp_path):
    """SQLite, copied as the guide says; what `pg_dump` copies is of one moment too."""
    store_url, url = (f"sqlite:///{tmp_path / name}" for name in ("offerloop.db", "copy.db"))
    ledger = Ledger.open(store_url)
    ledger.add_template("t", CouponTerms(limit_per_code=None, budget_minor=10**9))
    ledger.carry_out(Issue("i", "t", ("A",)))
    stop = threading.Event()
    worker = threading.Thread(target=fill, args=(store_url, stop))
    worker.start()
    try:
        while ledger.template("t").balance.n_used < 20:
            time.sleep(0.01)
        files = [sqlite3.connect(tmp_path / name) for name in ("offerloop.db", "copy.db")]
        with closing(files[0]) as source, closing(files[1]) as copy:
            source.backup(copy)
    finally:
        stop.set()
        worker.join()
        ledger.engine.dispose()
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
