"""Jobs over HTTP: queued once for each key, listed, and cancelled."""

import pytest
from served_shop import with_role

from offerloop.store import JobState, add_job, claim_job, finish_job


def queue(client, headers, key=None, **body):
    more = {} if key is None else {"Idempotency-Key": key}
    return client.post("/v1/jobs", headers={**headers, **more}, json=body)


def test_a_job_is_queued_seen_and_cancelled(shared_service, role):
    answer = queue(shared_service, role("marketer"), kind="readout", **{"from": "2024-06-03"})
    job = answer.json()
    assert (answer.status_code, job["state"], job["request"]) == (202, "queued", {"from": "2024-06-03"})
    seen = shared_service.get(f"/v1/jobs/{job['job_id']}", headers=role("viewer")).json()
    assert seen == job
    stopped = shared_service.post(f"/v1/jobs/{job['job_id']}/cancel", headers=role("marketer"), json={})
    assert stopped.json()["state"] == "cancelled"
    shared_service.post(f"/v1/jobs/{job['job_id']}/cancel", headers=role("marketer"), json={})
    audited = shared_service.get("/v1/audit", headers=role("admin")).json()["items"]
    assert [one["action"] for one in audited if one["subject"] == job["job_id"]] == ["job cancelled", "job queued"]


def test_the_same_key_gives_the_same_job(shared_service, role):
    first = queue(shared_service, role("marketer"), "key-1", kind="run")
    again = queue(shared_service, role("marketer"), "key-1", kind="run")
    other = queue(shared_service, role("marketer"), "key-1", kind="loop")
    assert first.json()["job_id"] == again.json()["job_id"]
    audited = shared_service.get("/v1/audit", headers=role("admin")).json()["items"]
    assert [one["subject"] for one in audited].count(first.json()["job_id"]) == 1
    assert (other.status_code, other.json()["code"]) == (409, "key_conflict")
    assert queue(shared_service, role("admin"), "key-1", kind="run").json()["job_id"] != first.json()["job_id"]


def test_a_result_is_said_in_the_language_of_the_reader(service):
    result = {"run": "1", "sentence": "Send nothing.", "translations": {"zh": {"/sentence": "什么都不发。"}}}
    database = service.app.state.worker.database
    job = database.change(lambda one: add_job(one, "run", {}))
    database.change(lambda one: claim_job(one, "w"))
    database.change(lambda one: finish_job(one, job.job_id, "w", JobState.DONE, result))
    said = {}
    for language in ("en", "zh"):
        headers = with_role(service, "viewer") | {"accept-language": language}
        said[language] = service.get(f"/v1/jobs/{job.job_id}", headers=headers).json()["result"]
    assert said == {"en": {"run": "1", "sentence": "Send nothing."}, "zh": {"run": "1", "sentence": "什么都不发。"}}


def test_jobs_are_listed_by_pages(shared_service, role):
    made = [queue(shared_service, role("marketer"), kind="loop").json()["job_id"] for _ in range(3)]
    seen, cursor = [], ""
    while cursor is not None and len(seen) < 3:
        page = shared_service.get(f"/v1/jobs?limit=2{cursor and f'&cursor={cursor}'}", headers=role("viewer")).json()
        seen, cursor = seen + [one["job_id"] for one in page["items"]], page["next_cursor"]
    assert seen[:3] == made[::-1]


@pytest.mark.parametrize(
    "body",
    [{"kind": "erase"}, {"kind": "run", "run": "x"}, {"kind": "readout", "run": "../etc"}, {"kind": "loop", "x": 1}],
)
def test_other_jobs_are_refused(shared_service, role, body):
    answer = queue(shared_service, role("marketer"), **body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


def test_what_is_not_there_is_not_found(shared_service, role):
    assert shared_service.get("/v1/jobs/job_0", headers=role("viewer")).status_code == 404
    assert shared_service.post("/v1/jobs/job_0/cancel", headers=role("marketer"), json={}).status_code == 404
    assert queue(shared_service, role("viewer"), kind="run").status_code == 403
