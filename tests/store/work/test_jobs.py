"""Jobs are carried out one at a time, and none is lost with its worker."""

from concurrent.futures import ThreadPoolExecutor

import sqlalchemy as sa

from offerloop.store import (
    JobState,
    add_job,
    cancel_job,
    claim_job,
    customers_being_erased,
    find_job,
    finish_job,
    list_jobs,
    renew_job,
)
from offerloop.store.work import jobs


def add(database, kind="loop", name=None, **request):
    return database.change(lambda connection: add_job(connection, kind, request, name))


def claim(database, worker="w1"):
    return database.change(lambda connection: claim_job(connection, worker))


def finish(database, job, state=JobState.DONE, worker="w1", result=None, failure=None):
    return database.change(lambda one: finish_job(one, job.job_id, worker, state, result, failure))


def find(database, job):
    return database.read(lambda connection: find_job(connection, job.job_id))


def lapse(database):
    """Let all leases run out."""
    with database.engine.begin() as connection:
        connection.execute(sa.text("update jobs set lease_until = 1 where lease_until is not null"))


def test_jobs_run_one_after_another(database):
    first, second = add(database, run="a"), add(database, "run")
    found = claim(database)
    assert (found.job_id, found.request, found.state) == (first.job_id, {"run": "a"}, JobState.RUNNING)
    assert claim(database, "w2") is None
    assert finish(database, found, result={"run": "b"})
    assert find(database, first).result == {"run": "b"}
    assert claim(database, "w2").job_id == second.job_id


def test_of_many_who_ask_at_once_one_gets_the_job(database):
    add(database)
    add(database)
    with ThreadPoolExecutor(6) as pool:
        found = [one for one in pool.map(lambda number: claim(database, f"w{number}"), range(6)) if one is not None]
    assert len(found) == 1


def test_a_name_is_added_once(database):
    with ThreadPoolExecutor(4) as pool:
        added = set(pool.map(lambda _: add(database, name="loop 2024-01-01").job_id, range(4)))
    assert len(added) == 1
    assert add(database, name="loop 2024-01-02").job_id not in added


def test_a_job_whose_worker_is_gone_is_begun_again_and_at_last_given_up(database):
    job = add(database)
    for attempt in (1, 2, 3):
        assert claim(database).attempts == attempt
        lapse(database)
    assert claim(database) is None
    assert find(database, job).state == JobState.FAILED
    assert "gone" in str(find(database, job).failure)


def test_a_worker_that_was_taken_for_gone_cannot_end_the_job(database):
    job = claim(database) if add(database) else None
    lapse(database)
    assert claim(database, "w2").job_id == job.job_id
    assert database.change(lambda one: renew_job(one, job.job_id, "w1", {})) is None
    assert not finish(database, job)
    assert find(database, job).state == JobState.RUNNING


def test_progress_is_seen_and_a_running_job_is_asked_to_stop(database):
    job = claim(database) if add(database) else None
    renewed = database.change(lambda one: renew_job(one, job.job_id, "w1", {"stage": "profiles"}))
    assert (renewed.progress, renewed.cancel) == ({"stage": "profiles"}, False)
    assert database.change(lambda one: cancel_job(one, job.job_id)).state == JobState.RUNNING
    assert database.change(lambda one: renew_job(one, job.job_id, "w1", {})).cancel
    lapse(database)
    assert claim(database) is None
    assert find(database, job).state == JobState.CANCELLED


def test_a_queued_job_is_cancelled_at_once(database):
    job = add(database)
    assert database.change(lambda one: cancel_job(one, job.job_id)).state == JobState.CANCELLED
    assert claim(database) is None
    assert database.change(lambda one: cancel_job(one, "nothing")) is None


def test_the_newest_jobs_come_first(database):
    made = [add(database).job_id for _ in range(5)]
    first = database.read(lambda one: list_jobs(one, 3))
    rest = database.read(lambda one: list_jobs(one, 3, first[-1].number))
    assert [one.job_id for one in (*first, *rest)] == made[::-1]


def test_what_was_asked_of_an_erasure_is_forgotten_with_its_end(database):
    job = add(database, "erase", customer_id="anna")
    assert claim(database).request == {"customer_id": "anna"}
    finish(database, job)
    assert find(database, job).request == {}


def test_customers_are_being_erased_whose_job_an_earlier_version_queued(database):
    add(database, "erase", customer_id="anna", key="erased-1")
    add(database, "erase", keys={"ben": "erased-2", "Ben": "erased-3"})
    add(database, "erase", erased="erased-4")
    assert database.read(customers_being_erased) == {"anna", "ben", "Ben"}


def test_many_jobs_do_not_make_the_name_of_one_of_today_free_again(database, monkeypatch):
    monkeypatch.setattr(jobs, "KEPT", 2)
    named = add(database, "run", "budget of spring at 1")
    unnamed = add(database, "run")
    for _ in range(2):
        finish(database, claim(database))
    for _ in range(3):
        add(database, "erase")
        finish(database, claim(database))
    assert add(database, "run", "budget of spring at 1").job_id == named.job_id
    assert find(database, unnamed) is None
    with database.engine.begin() as connection:
        connection.execute(sa.text("update jobs set ended_at = ended_at - 200000 where name is not null"))
    add(database, "erase")
    finish(database, claim(database))
    assert find(database, named) is None
