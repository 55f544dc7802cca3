"""Jobs make plans, read them out and erase, on a shop that only reports events."""

import errno
import json
import os
import re
import signal
import threading
import time
from contextlib import suppress

import polars as pl
import pytest
from reported_shop import reported, shop_on_store, small_shop_events

from offerloop import background
from offerloop.background import Runner, carry_out_next, erase_customer, erasing, job_execution
from offerloop.commands.loop.task import GoneOn
from offerloop.config import STORE_VARIABLE
from offerloop.errors import InputError, StoreError
from offerloop.message import Message
from offerloop.report import in_language
from offerloop.store import Database, JobState, Journal, add_job, cancel_job, find_job, read_trail
from offerloop.workspace import open_run

# An id that no random id or hash, which are hexadecimal, can hold by chance.
NAMED = "wang_fang"
WEBHOOK = '\n[alarms]\nmail = ["ops@shop.example"]\nsender = "offerloop@shop.example"\n'


@pytest.fixture
def shop(small_run, tmp_path):
    """The folder of a small shop on an SQLite store, and its database."""
    url = f"sqlite:///{tmp_path / 'offerloop.db'}"
    events = small_shop_events(small_run.parent.parent)
    reported(url, [one | {"customer_id": NAMED} if one.get("customer_id") == "c001" else one for one in events])
    path = shop_on_store(tmp_path, url)
    path.write_text(path.read_text() + WEBHOOK)
    database = Database.open(url)
    yield tmp_path, database
    database.close()


def add(database, kind, **request):
    return database.change(lambda one: add_job(one, kind, request))


def test_a_run_and_the_erasure_of_a_customer(shop):
    folder, database = shop
    add(database, "run")
    done = carry_out_next(folder, database)
    assert done.state == JobState.DONE, done.failure
    run = folder / "runs" / done.result["run"]
    sentences = {language: in_language(done.result, language)["sentence"] for language in ("en", "zh")}
    assert sentences == {one: open_run(run).in_language(one).summary["headline"] for one in ("en", "zh")}
    assert sentences["en"] != sentences["zh"]
    served = run / "served"
    served.mkdir()
    (served / "ids").write_text(NAMED)
    before = pl.read_parquet(run / "assignments.parquet")
    erased, job = erase_customer(database, NAMED, "token_a")
    (audited,) = database.read(lambda one: read_trail(one, None, 9))
    assert (audited.actor, audited.action, audited.subject) == ("token_a", "customer erased", job.job_id)
    done = carry_out_next(folder, database)
    assert (done.state, done.result["traces"]) == (JobState.DONE, [])
    after = pl.read_parquet(run / "assignments.parquet")
    assert after.filter(customer_id=erased.key).height == 1
    columns = ["offer_id", "arm", "propensity"]
    assert after.select(columns).equals(before.select(columns))
    for path in [one for one in folder.rglob("*") if one.is_file()]:
        assert NAMED.encode() not in path.read_bytes(), path
    assert database.read(lambda one: find_job(one, job.job_id)).request == {}


def test_an_erasure_that_an_earlier_version_queued_is_carried_out(shop):
    folder, database = shop
    erased, job = erase_customer(database, NAMED, "token_a")
    as_before = json.dumps({"customer_id": NAMED, "key": erased.key})
    with database.engine.begin() as connection:
        connection.exec_driver_sql("update jobs set request = ? where job_id = ?", (as_before, job.job_id))
    done = carry_out_next(folder, database)
    assert (done.state, done.failure, done.request) == (JobState.DONE, None, {})
    assert files_that_hold(folder, NAMED.encode()) == []


def files_that_hold(folder, customer_id):
    files = [one for one in folder.rglob("*") if one.is_file()]
    return [one for one in files if customer_id in one.read_bytes()]


def lose_leases(database):
    with database.engine.begin() as connection:
        connection.exec_driver_sql("update jobs set lease_until = 1 where state = 'running'")


def kill(*_):
    raise SystemExit


@pytest.mark.parametrize("killed_at", ["clean_up", "_end"])
def test_an_erasure_that_is_killed_at_its_very_end_is_taken_up_until_no_file_holds_the_id(shop, monkeypatch, killed_at):
    folder, database = shop
    _, job = erase_customer(database, NAMED, "token_a")
    with monkeypatch.context() as patched:
        patched.setattr(job_execution, killed_at, kill)
        with pytest.raises(SystemExit):
            carry_out_next(folder, database)
    assert database.read(lambda one: find_job(one, job.job_id)).state == JobState.RUNNING
    lose_leases(database)
    done = carry_out_next(folder, database)
    assert (done.state, done.attempts, done.result["traces"], done.request) == (JobState.DONE, 2, [], {})
    assert files_that_hold(folder, NAMED.encode()) == []


def test_an_erasure_that_is_given_up_leaves_the_id_in_no_log_of_the_database(shop, monkeypatch):
    folder, database = shop
    erase_customer(database, NAMED, "token_a")
    with monkeypatch.context() as patched:
        patched.setitem(job_execution.KINDS, job_execution.ERASURE, kill)
        for _ in range(3):
            with pytest.raises(SystemExit):
                carry_out_next(folder, database)
            lose_leases(database)
    assert carry_out_next(folder, database) is None
    assert [one for one in files_that_hold(folder, NAMED.encode()) if one.name.startswith("offerloop.db")] == []


def test_an_erasure_on_a_full_disk_says_so(shop, monkeypatch):
    def refuse(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    folder, database = shop
    monkeypatch.setattr(erasing, "erase_from_folder", refuse)
    erase_customer(database, NAMED, "token_a")
    assert "cannot be written (No space left on device); make room" in str(carry_out_next(folder, database).failure)


def test_a_job_that_fails_says_why_and_raises_an_alarm(shop):
    folder, database = shop
    add(database, "readout", run="nowhere")
    done = carry_out_next(folder, database)
    assert done.state == JobState.FAILED
    assert "nowhere" in str(done.failure)
    with database.engine.connect() as connection:
        told = connection.exec_driver_sql("select place, body from notices").all()
    assert [place for place, _ in told] == ["mailto:ops@shop.example"]
    assert "the job 'readout' failed" in told[0][1]


def test_alarms_of_a_loop_are_raised_once_though_publishing_fails(shop, monkeypatch):
    def refuse(*_):
        raise InputError(Message("the receiver refuses"))

    folder, database = shop
    alarm = {"indicator": "value", "change": 0.25, "p_value": 0.001}
    learned = {"guardrails": "go on", "reasons": [], "alarms": [alarm]}
    journal = Journal(database.engine, "first")
    with monkeypatch.context() as patched:
        patched.setattr("offerloop.commands.loop.task._go_on", lambda *_: GoneOn())
        patched.setattr("offerloop.commands.loop.task._published", refuse)
        (folder / "loop").mkdir()
        (folder / "loop" / "period-0000.csv").touch()
        journal.once(0, "decide", lambda: {"missed": False, "run": "run-a"})
        journal.once(0, "learn", lambda: learned)
        add(database, "loop")
        failed = carry_out_next(folder, database)
        assert (failed.state, failed.result) == (JobState.FAILED, None)
        patched.setattr("offerloop.commands.loop.task._published", lambda *_: [])
        add(database, "loop")
        done = carry_out_next(folder, database)
        assert done.state == JobState.DONE, done.failure
    with database.engine.connect() as connection:
        bodies = connection.exec_driver_sql("select body from notices order by body").scalars().all()
    told = sorted(json.loads(body)["what"] for body in bodies)
    assert [what.split(":")[0] for what in told] == ["Alarm in period 0", "the job 'loop' failed"]


def test_a_journal_tells_what_was_recorded_some_time_ago(shop):
    _, database = shop
    journal = Journal(database.engine, "first")
    journal.once(0, "decide", lambda: {"missed": True})
    assert (len(journal.recorded()), journal.recorded(60)) == (1, [])
    with database.engine.begin() as connection:
        connection.exec_driver_sql(
            "insert into steps (name, period, step, at, body) select name, 1, step, at - 61, body from steps"
        )
    assert [period for period, _, _ in journal.recorded(60)] == [1]


def test_a_job_during_which_the_database_is_away_is_begun_again(shop, monkeypatch):
    def away(*_):
        raise StoreError("the store did not answer")

    folder, database = shop
    add(database, "run")
    monkeypatch.setitem(job_execution.KINDS, "run", away)
    with pytest.raises(StoreError):
        carry_out_next(folder, database)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("update jobs set lease_until = 1")
    monkeypatch.setitem(job_execution.KINDS, "run", lambda *_: {"run": "x"})
    done = carry_out_next(folder, database)
    assert (done.state, done.attempts) == (JobState.DONE, 2)


def test_no_alarm_is_lost_with_the_process_that_raises_it(shop, monkeypatch):
    folder, database = shop
    job = add(database, "readout", run="nowhere")
    with monkeypatch.context() as patched:
        patched.setattr(job_execution, "announce", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            carry_out_next(folder, database)
    assert database.read(lambda one: find_job(one, job.job_id)).state == JobState.RUNNING
    with database.engine.begin() as connection:
        connection.exec_driver_sql("update jobs set lease_until = 1, attempts = 3")
    assert carry_out_next(folder, database) is None
    with database.engine.connect() as connection:
        (body,) = connection.exec_driver_sql("select body from notices").scalars()
    assert "the job 'readout' failed: its worker was gone each time" in body


def test_an_alarm_is_in_the_language_of_the_shop(shop):
    folder, database = shop
    config = folder / "offerloop.toml"
    config.write_text(re.sub('currency = "[A-Z]+"', 'currency = "CNY"', config.read_text()))
    add(database, "readout", run="nowhere")
    carry_out_next(folder, database)
    with database.engine.connect() as connection:
        (body,) = connection.exec_driver_sql("select body from notices").scalars()
    assert "作业“readout”失败" in str(json.loads(body))


def sleep_twice(*_):
    """A job on which the first interruption is lost."""
    with suppress(KeyboardInterrupt):
        time.sleep(30)
    time.sleep(30)


def test_a_running_job_is_cancelled_and_an_interrupted_one_is_queued_again(shop, monkeypatch):
    folder, database = shop
    monkeypatch.setattr(job_execution, "EVERY", 0.2)
    monkeypatch.setitem(job_execution.KINDS, "run", sleep_twice)
    job = add(database, "run")
    threading.Timer(0.3, lambda: database.change(lambda one: cancel_job(one, job.job_id))).start()
    assert carry_out_next(folder, database).state == JobState.CANCELLED
    add(database, "run")
    monkeypatch.setattr(job_execution, "_stop", job_execution._Stop())
    before = signal.signal(signal.SIGTERM, job_execution.stop_job)
    threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGTERM)).start()
    again = carry_out_next(folder, database)
    signal.signal(signal.SIGTERM, before)
    assert (again.state, again.attempts) == (JobState.QUEUED, 0)


def test_a_job_is_queued_again_when_signals_come_while_its_end_is_noted(shop, monkeypatch):
    """A terminal signals the job and its service, which signals the job again."""

    def end(*arguments):
        monkeypatch.setattr(job_execution, "EVERY", 0)
        signal.raise_signal(signal.SIGTERM)
        return note(*arguments)

    folder, database = shop
    note = job_execution._end
    monkeypatch.setattr(job_execution, "_end", end)
    monkeypatch.setitem(job_execution.KINDS, "run", lambda *_: signal.raise_signal(signal.SIGTERM))
    monkeypatch.setattr(job_execution, "_stop", job_execution._Stop())
    add(database, "run")
    before = signal.signal(signal.SIGTERM, job_execution.stop_job)
    try:
        again = carry_out_next(folder, database)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert (again.state, again.attempts) == (JobState.QUEUED, 0)


def test_a_receiver_that_does_not_answer_holds_up_no_stop(shop, monkeypatch):
    folder, _ = shop
    begun, over = threading.Event(), threading.Event()
    monkeypatch.setattr(background.runner, "EVERY", 0.05)
    monkeypatch.setattr(background.runner, "PATIENCE_SECONDS", 0.2)
    monkeypatch.setattr(background.runner, "send_due", lambda *_: begun.set() or over.wait(20))
    runner = Runner(folder, f"sqlite:///{folder / 'offerloop.db'}")
    runner.start()
    assert begun.wait(20)
    before = time.monotonic()
    runner.stop()
    assert time.monotonic() - before < 10
    over.set()


@pytest.mark.slow
def test_a_runner_begins_jobs_in_processes_of_their_own(shop, monkeypatch):
    folder, database = shop
    monkeypatch.delenv(STORE_VARIABLE, raising=False)
    runner = Runner(folder, f"sqlite:///{folder / 'offerloop.db'}")
    runner.start()
    job = add(database, "readout", run="nowhere")
    deadline = time.monotonic() + 60
    while database.read(lambda one: find_job(one, job.job_id)).state != JobState.FAILED:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    runner.stop()
