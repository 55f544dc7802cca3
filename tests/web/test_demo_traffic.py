"""Traffic of a demo is queued until it was played once."""

import pytest

from offerloop.background import REHEARSAL
from offerloop.store import Database, JobState, claim_job, finish_job, list_jobs
from offerloop.web.demo import play_traffic


@pytest.mark.parametrize(("state", "n_jobs"), [(JobState.DONE, 1), (JobState.FAILED, 2), (JobState.CANCELLED, 2)])
def test_a_job_that_did_not_play_it_is_queued_again(tmp_path, state, n_jobs):
    database = Database.open(f"sqlite:///{tmp_path / 'offerloop.db'}")
    for _ in range(2):
        database.change(play_traffic)
    (job,) = database.read(lambda one: list_jobs(one, 10))
    database.change(lambda one: claim_job(one, "w"))
    database.change(lambda one: finish_job(one, job.job_id, "w", state))
    for _ in range(2):
        database.change(play_traffic)
    assert [one.kind for one in database.read(lambda one: list_jobs(one, 10))] == [REHEARSAL] * n_jobs
    database.close()
