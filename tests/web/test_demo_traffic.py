"""Traffic of a demo is queued until a job has written some or was cancelled."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from offerloop.background import REHEARSAL
from offerloop.store import (
    EVENT,
    SIMULATED,
    Database,
    JobState,
    claim_job,
    finish_job,
    list_jobs,
    set_switch,
    take_events,
)
from offerloop.web.demo import play_traffic

VIEW = {"event_id": "a", "kind": "view", "customer_id": "c", "at": "2024-01-31T12:00:00Z", "product_id": "p"}


@pytest.fixture
def database(tmp_path):
    found = Database.open(f"sqlite:///{tmp_path / 'offerloop.db'}")
    yield found
    found.close()


def queue(database):
    """Start the service twice, and return what is queued and was."""
    for _ in range(2):
        database.change(play_traffic)
    return [one.kind for one in database.read(lambda one: list_jobs(one, 10))]


def end(database, state):
    (job,) = database.read(lambda one: list_jobs(one, 10))
    database.change(lambda one: claim_job(one, "w"))
    database.change(lambda one: finish_job(one, job.job_id, "w", state))


@pytest.mark.parametrize(("state", "n_jobs"), [(JobState.DONE, 1), (JobState.FAILED, 2), (JobState.CANCELLED, 1)])
def test_only_a_job_that_failed_before_it_wrote_is_queued_again(database, state, n_jobs):
    assert queue(database) == [REHEARSAL]
    database.change(lambda one: set_switch(one, SIMULATED, True, "service"))
    end(database, state)
    assert queue(database) == [REHEARSAL] * n_jobs


def test_of_services_that_start_at_once_one_queues_it(postgres_schema):
    databases = [Database.open(postgres_schema) for _ in range(3)]
    with ThreadPoolExecutor(3) as services:
        list(services.map(lambda one: one.change(play_traffic), databases))
    queued = databases[0].read(lambda one: list_jobs(one, 10))
    for one in databases:
        one.close()
    assert len(queued) == 1


@pytest.mark.parametrize("is_simulated", [True, False])
def test_nothing_is_queued_where_the_store_holds_traffic(database, is_simulated):
    queue(database)
    end(database, JobState.FAILED)
    database.change(lambda one: set_switch(one, SIMULATED, is_simulated, "service"))
    database.change(lambda one: take_events(one, [EVENT.validate_python(VIEW)]))
    assert queue(database) == [REHEARSAL]
