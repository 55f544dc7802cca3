"""Budgets that workers share, and decisions that are on record whatever happens to the database."""

import threading
import time
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from offerloop.errors import StoreError
from offerloop.serving import Leases, Records, RecordsFullError
from offerloop.store import Database, DecisionRecord, exhausted_budgets, find_decision
from offerloop.store.served.leases import return_expired


@pytest.fixture
def database(tmp_path):
    """A database that is closed once the threads of the test have given their connections back."""
    before = set(threading.enumerate())
    found = Database.open(f"sqlite:///{tmp_path / 'store.db'}", patience_seconds=0.2)
    yield found
    for thread in set(threading.enumerate()) - before:
        thread.join(timeout=10)
    found.close()


def wait_for(condition):
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_workers_together_never_give_more_than_the_budget(database, monkeypatch):
    monkeypatch.setattr("offerloop.serving.leases.AGAIN_SECONDS", 0.02)
    workers = [Leases(database, "v1", {"first": 10_000}) for _ in range(3)]
    for one in workers:
        one.open({"first": 200})
    given = []

    def give(leases):
        missed = 0
        while missed < 100:
            if leases.take("first", 200):
                given.append(200)
            else:
                missed += 1
                time.sleep(0.01)

    threads = [threading.Thread(target=give, args=(one,)) for one in workers]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sum(given) <= 10_000
    assert sum(given) > 10_000 - 3 * 200


def test_an_orderly_stop_gives_the_rest_back_and_a_crash_does_not(database):
    first = Leases(database, "v1", {"first": 400})
    first.open({"first": 400})
    assert first.take("first", 100)
    first.close()
    assert not first.take("first", 100)
    crashed = Leases(database, "v1", {"first": 400})
    crashed.open({"first": 200})
    assert crashed.take("first", 200)
    last = Leases(database, "v1", {"first": 400})
    last.open({"first": 100})
    assert last.take("first", 100)
    assert not last.take("first", 100)


def test_a_budget_that_lies_unspent_in_the_blocks_of_workers_is_not_exhausted(database, monkeypatch):
    monkeypatch.setattr("offerloop.serving.leases.RENEW_SECONDS", 0.0)
    monkeypatch.setattr("offerloop.serving.leases.AGAIN_SECONDS", 0.0)
    workers = [Leases(database, "v1", {"first": 1_050}, {}, {"first": 100}) for _ in range(3)]
    for one in workers:
        one.open({"first": 500})
    assert database.read(exhausted_budgets) == []
    for one in workers[:2]:
        assert one.take("first", 400)
        one.renew()
    workers[2].open({"first": 500})
    assert database.read(exhausted_budgets) == []
    for one in workers[:2]:
        assert one.take("first", 100)
        one.renew()
    workers[2].open({"first": 500})
    assert [one.budget_minor for one in database.read(exhausted_budgets)] == [1_050]


def test_what_one_thread_declares_stays_when_another_renews_what_it_knew_before(database, now, monkeypatch):
    monkeypatch.setattr("offerloop.serving.leases.RENEW_SECONDS", 0.0)
    leases = Leases(database, "v1", {"first": 64_000})
    leases.open({"first": 10})
    more = [500]

    def after_another_declared(action, patience_seconds):
        if more:
            (block,) = leases._blocks["first"]
            leases._declare({block.lease_id: more.pop()})
        return database.change(action, patience_seconds)

    leases.database = SimpleNamespace(change=after_another_declared)
    leases.renew()
    assert leases.take("first", 500)
    now[0] += 61
    database.change(return_expired)
    assert leased(database) == 500


@pytest.fixture
def now(monkeypatch):
    """The database's clock, which the test sets."""
    moment = [1_000]
    monkeypatch.setattr("offerloop.store.served.leases.clock", lambda _: moment[0])
    return moment


def leased(database):
    with database.engine.connect() as connection:
        return connection.execute(sa.text("select leased_minor from budgets")).scalar_one()


def test_a_block_of_a_worker_that_is_gone_expires_and_what_it_had_not_declared_goes_back(database, now):
    gone = Leases(database, "v1", {"first": 64_000})
    gone.open({"first": 10})
    assert gone.take("first", 10)
    assert leased(database) == 1_000
    now[0] += 61
    other = Leases(database, "v1", {"first": 64_000})
    other.open({"first": 10})
    assert leased(database) == 1_000 + 125
    other.close()
    assert leased(database) == 125
    gone.renew()
    assert gone._blocks == {"first": []}
    gone.close()


def test_a_worker_that_says_it_is_alive_keeps_its_block(database, now, monkeypatch):
    monkeypatch.setattr("offerloop.serving.leases.RENEW_SECONDS", 0.0)
    leases = Leases(database, "v1", {"first": 6_400})
    leases.open({"first": 10})
    for _ in range(3):
        now[0] += 50
        leases.renew()
    assert database.change(lambda one: return_expired(one)) is None
    assert leased(database) == 100


def test_a_worker_spends_all_of_a_block_a_part_at_a_time(database, monkeypatch):
    monkeypatch.setattr("offerloop.serving.leases.AGAIN_SECONDS", 0.0)
    leases = Leases(database, "v1", {"first": 6_400})
    leases.open({"first": 25})
    for _ in range(256):
        wait_for(lambda: leases.take("first", 25))
    assert leased(database) == 6_400
    assert not leases.take("first", 25)


def test_a_worker_stops_in_good_order_without_a_database(database, monkeypatch):
    leases = Leases(database, "v1", {"first": 400})
    leases.open({"first": 400})

    def away(*_, **__):
        raise StoreError("away")

    monkeypatch.setattr("offerloop.serving.leases.return_lease", away)
    leases.close()
    assert not leases.take("first", 100)
    assert leased(database) == 400


def test_without_a_database_nothing_can_be_leased(database, monkeypatch):
    leases = Leases(database, "v1", {"first": 400})

    def away(*_, **__):
        raise StoreError("away")

    monkeypatch.setattr("offerloop.serving.leases.take_lease", away)
    assert not leases.take("first", 100)


def record(number):
    return DecisionRecord(f"d{number}", number, "ann", "v1", "plan", None, "none", 1.0, 0, None, "{}", "hash", "{}")


def test_a_durable_decision_is_on_disk_when_it_is_answered(database):
    records = Records(database)
    records.start()
    records.put(record(1), durable=True).result(timeout=10)
    assert database.read(lambda one: find_decision(one, "d1")) == record(1)
    records.put(record(2))
    records.stop()
    assert database.read(lambda one: find_decision(one, "d2")) == record(2)


@pytest.mark.parametrize("is_begun", [False, True])
def test_a_durable_decision_for_which_nobody_waits_any_more_is_not_recorded(database, monkeypatch, is_begun):
    from offerloop.serving import records as module

    begun, go_on = threading.Event(), threading.Event()
    write = module.add_decisions

    def slowly(connection, records):
        begun.set()
        assert go_on.wait(10)
        write(connection, records)

    monkeypatch.setattr(module, "add_decisions", slowly)
    records = Records(database)
    late, other = records.put(record(1), durable=True), records.put(record(2), durable=True)
    if not is_begun:
        assert late.cancel()
    records.start()
    assert begun.wait(10)
    assert late.cancel()
    go_on.set()
    assert other.result(timeout=10) is None
    records.stop()
    assert [database.read(lambda one, name=name: find_decision(one, name)) for name in ("d1", "d2")] == [
        None,
        record(2),
    ]


def test_decisions_are_recorded_also_after_one_that_could_not_be_taken_back(database, monkeypatch):
    from offerloop.serving import records as module

    records = Records(database)
    late = records.put(record(1), durable=True)
    write = module.add_decisions

    def cancelled_meanwhile(connection, records):
        write(connection, records)
        late.cancel()

    def broken(*_, **__):
        raise ValueError("no such statement")

    monkeypatch.setattr(module, "add_decisions", cancelled_meanwhile)
    monkeypatch.setattr(module, "delete_decisions", broken)
    records.start()
    wait_for(lambda: records.waiting == 0)
    assert records.put(record(2), durable=True).result(timeout=10) is None
    records.stop()


def test_decisions_wait_while_the_database_is_away(database, monkeypatch):
    away = threading.Event()
    away.set()
    from offerloop.serving import records as module

    write = module.add_decisions

    def sometimes(connection, records):
        if away.is_set():
            raise StoreError("away")
        write(connection, records)

    monkeypatch.setattr(module, "add_decisions", sometimes)
    monkeypatch.setattr(module, "MOST_WAITING", 3)
    records = Records(database)
    records.start()
    for number in range(3):
        records.put(record(number))
    with pytest.raises(RecordsFullError):
        records.put(record(3))
    away.clear()
    wait_for(lambda: records.waiting == 0)
    records.stop()
    with database.engine.connect() as connection:
        assert connection.execute(sa.text("select count(*) from decisions")).scalar_one() == 3


def test_a_record_that_no_database_takes_holds_nobody_up(database):
    records = Records(database)
    records.start()
    broken = DecisionRecord("d1", 1, "ann", "v1", "plan", None, "none", 1.0, 0, None, "\ud800", "hash", "{}")
    first, second = records.put(broken, durable=True), records.put(record(2), durable=True)
    with pytest.raises(UnicodeEncodeError):
        first.result(timeout=10)
    assert second.result(timeout=10) is None
    records.stop()
