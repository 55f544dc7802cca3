"""Jobs of a shop, one at a time: a worker holds a job by a lease that it renews, and whoever finds one that has run out
takes it over."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from offerloop.message import Message, packed, unpacked
from offerloop.store.access.secrets import new_id
from offerloop.store.connect import clock, one_at_a_time
from offerloop.store.schema import jobs

LEASE_SECONDS = 30
"""How long a worker that says nothing holds its job."""
MOST_ATTEMPTS = 3
"""How often a job is begun whose worker is gone each time."""
KEPT = 1_000
"""Finished jobs that stay on record."""
NAME_KEPT_SECONDS = 2 * 86_400
"""How long a finished job with a name stays, however many there are: until then its name could be given again."""
ERASURE = "erase"
"""Kind of the job that erases a customer, whose request keeps the id until its end."""
_WORKER_GONE = Message("its worker was gone each time")


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


OVER = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


@dataclass(frozen=True)
class Job:
    """A piece of long work."""

    number: int
    """Grows with each job that is added."""
    job_id: str
    kind: str
    name: str | None
    request: dict[str, Any]
    state: JobState
    made_at: int
    begun_at: int | None
    ended_at: int | None
    progress: dict[str, Any]
    result: dict[str, Any] | None
    failure: Message | None
    """Why it failed."""
    attempts: int
    cancel: bool
    """Whether it was asked to stop."""


def add_job(connection: Connection, kind: str, request: Mapping[str, Any], name: str | None = None) -> Job:
    """Queue a job; where one of this name was added before, that one is returned."""
    lock_jobs(connection)
    existing = None if name is None else connection.execute(select(jobs).where(jobs.c.name == name)).one_or_none()
    if existing is not None:
        return _job(existing)
    row = {
        "job_id": new_id("job"), "kind": kind, "name": name, "request": json.dumps(dict(request)),
        "state": JobState.QUEUED.value, "made_at": clock(connection), "progress": "{}", "attempts": 0, "cancel": False,
    }  # fmt: skip
    return _job(connection.execute(insert(jobs).values(row).returning(jobs)).one())


def claim_job(connection: Connection, worker: str) -> Job | None:
    """Return the next job for a worker, which holds it from now on; None while another one runs or none is queued."""
    take_back_jobs(connection)
    now = clock(connection)
    if connection.execute(select(jobs.c.job_id).where(jobs.c.state == JobState.RUNNING.value)).first() is not None:
        return None
    waiting = select(jobs.c.job_id).where(jobs.c.state == JobState.QUEUED.value)
    first = connection.execute(waiting.order_by(jobs.c.number).limit(1)).scalar_one_or_none()
    if first is None:
        return None
    held = {"state": JobState.RUNNING.value, "worker": worker, "lease_until": now + LEASE_SECONDS, "begun_at": now}
    taken = update(jobs).where(jobs.c.job_id == first).values(**held, attempts=jobs.c.attempts + 1)
    return _job(connection.execute(taken.returning(jobs)).one())


def take_back_jobs(connection: Connection) -> list[Job]:
    """Queue jobs again whose workers are gone, or give them up after too many attempts or when asked to stop.

    Return those that have failed so. What was asked of an erasure is forgotten then, too.
    """
    lock_jobs(connection)
    now = clock(connection)
    gone = (jobs.c.state == JobState.RUNNING.value) & (jobs.c.lease_until <= now)
    is_given_up = jobs.c.cancel | (jobs.c.attempts >= MOST_ATTEMPTS)
    connection.execute(update(jobs).where(gone, jobs.c.kind == ERASURE, is_given_up).values(request="{}"))
    free = {"worker": None, "lease_until": None}
    stopped = {"state": JobState.CANCELLED.value, "ended_at": now, **free}
    connection.execute(update(jobs).where(gone, jobs.c.cancel).values(stopped))
    failed = {"state": JobState.FAILED.value, "failure": packed(_WORKER_GONE), "ended_at": now, **free}
    too_often = update(jobs).where(gone, jobs.c.attempts >= MOST_ATTEMPTS).values(failed).returning(jobs)
    given_up = [_job(row) for row in connection.execute(too_often)]
    connection.execute(update(jobs).where(gone).values(state=JobState.QUEUED.value, **free))
    return given_up


def jobs_wait(connection: Connection) -> bool:
    """Return whether a job can be claimed: one is queued, or its worker is gone, and no other one runs."""
    states = connection.execute(select(jobs.c.state, jobs.c.lease_until).where(jobs.c.state.in_(("queued", "running"))))
    now, waiting = clock(connection), states.all()
    runs = any(row.state == JobState.RUNNING.value and row.lease_until > now for row in waiting)
    return bool(waiting) and not runs


def jobs_are_stuck(connection: Connection, seconds: int) -> bool:
    """Return whether a job could have begun for so many seconds, and none did."""
    if not jobs_wait(connection):
        return False
    open_states = (JobState.QUEUED.value, JobState.RUNNING.value)
    made = select(func.min(jobs.c.made_at)).where(jobs.c.state.in_(open_states))
    freed = select(func.max(func.coalesce(jobs.c.ended_at, jobs.c.lease_until)))
    since = [connection.execute(one).scalar_one() for one in (made, freed)]
    return max(one or 0 for one in since) < clock(connection) - seconds


def renew_job(connection: Connection, job_id: str, worker: str, progress: Mapping[str, Any]) -> Job | None:
    """Keep a job for its worker and note how far it is; None where somebody else has taken it over."""
    is_held = _held(job_id, worker)
    changed = {"lease_until": clock(connection) + LEASE_SECONDS, "progress": json.dumps(dict(progress))}
    row = connection.execute(update(jobs).where(is_held).values(changed).returning(jobs)).one_or_none()
    return None if row is None else _job(row)


def forget_request(connection: Connection, job_id: str, worker: str, left: Mapping[str, Any]) -> None:
    """Put what is `left` in place of what was asked for, while the worker holds the job."""
    connection.execute(update(jobs).where(_held(job_id, worker)).values(request=json.dumps(dict(left))))


def finish_job(
    connection: Connection,
    job_id: str,
    worker: str,
    state: JobState,
    result: Mapping[str, Any] | None = None,
    failure: Message | None = None,
) -> bool:
    """End a job, or queue it again as if it had not begun, and return whether its worker still held it.

    What was asked of an erasure is forgotten with its end.
    """
    over = state in OVER
    changed: dict[str, Any] = {
        "state": state.value, "result": None if result is None else json.dumps(dict(result)),
        "failure": None if failure is None else packed(failure),
        "ended_at": clock(connection) if over else None, "worker": None, "lease_until": None,
        "attempts": jobs.c.attempts - (0 if over else 1),
    }  # fmt: skip
    row = connection.execute(
        update(jobs).where(_held(job_id, worker)).values(changed).returning(jobs.c.kind)
    ).one_or_none()
    if row is not None and over and row.kind == ERASURE:
        connection.execute(update(jobs).where(jobs.c.job_id == job_id).values(request="{}"))
    if over:
        _forget(connection)
    return row is not None


def _forget(connection: Connection) -> None:
    """Delete the oldest of very many finished jobs."""
    ended = [one.value for one in OVER]
    old = select(jobs.c.job_id).where(jobs.c.state.in_(ended)).order_by(jobs.c.number.desc())
    ids = connection.execute(old.offset(KEPT)).scalars().all()
    if ids:
        is_free = jobs.c.name.is_(None) | (jobs.c.ended_at < clock(connection) - NAME_KEPT_SECONDS)
        connection.execute(delete(jobs).where(jobs.c.job_id.in_(ids), is_free))


def cancel_job(connection: Connection, job_id: str) -> Job | None:
    """Take a job out of the queue, or ask its worker to stop; None where there is no such job."""
    lock_jobs(connection)
    stopped = {"state": JobState.CANCELLED.value, "ended_at": clock(connection)}
    waiting = (jobs.c.job_id == job_id) & (jobs.c.state == JobState.QUEUED.value)
    connection.execute(update(jobs).where(waiting).values(stopped))
    running = (jobs.c.job_id == job_id) & (jobs.c.state == JobState.RUNNING.value)
    connection.execute(update(jobs).where(running).values(cancel=True))
    return find_job(connection, job_id)


def customers_being_erased(connection: Connection) -> frozenset[str]:
    """Return the customers whom a job is still to erase from the files of runs."""
    wanted = select(jobs.c.request).where(jobs.c.kind == ERASURE, jobs.c.state.in_(("queued", "running")))
    requests = (json.loads(one) for one in connection.execute(wanted).scalars())
    return frozenset(name for one in requests for name in keys_of_erasure(one))


def keys_of_erasure(request: Mapping[str, Any]) -> dict[str, str]:
    """Return the key of each spelling of an id that an erasure's request names; earlier versions wrote a single one."""
    if "customer_id" in request:
        return {request["customer_id"]: request["key"]}
    return dict(request.get("keys", {}))


def job_named(connection: Connection, name: str) -> bool:
    """Whether a job of that name was added."""
    return connection.execute(select(jobs.c.number).where(jobs.c.name == name)).first() is not None


def newest_job_named(connection: Connection, name: str, beginning: str) -> Job | None:
    """Return the newest job of that name, or whose name has a beginning; None where there is none."""
    begins = func.substr(jobs.c.name, 1, len(beginning)) == beginning
    newest = select(jobs).where((jobs.c.name == name) | begins).order_by(jobs.c.number.desc()).limit(1)
    row = connection.execute(newest).one_or_none()
    return None if row is None else _job(row)


def find_job(connection: Connection, job_id: str) -> Job | None:
    """Return a job; None where there is none of that id."""
    row = connection.execute(select(jobs).where(jobs.c.job_id == job_id)).one_or_none()
    return None if row is None else _job(row)


def list_jobs(connection: Connection, limit: int, before: int | None = None) -> list[Job]:
    """Return the newest jobs, or those whose number is below one."""
    query = select(jobs).order_by(jobs.c.number.desc()).limit(limit)
    if before is not None:
        query = query.where(jobs.c.number < before)
    return [_job(row) for row in connection.execute(query)]


def _held(job_id: str, worker: str) -> Any:  # noqa: ANN401 - a condition of SQLAlchemy
    return (jobs.c.job_id == job_id) & (jobs.c.worker == worker) & (jobs.c.state == JobState.RUNNING.value)


def lock_jobs(connection: Connection) -> None:
    """Let one transaction at a time add, claim and cancel jobs."""
    one_at_a_time(connection, "jobs")


def _job(row: Row[Any]) -> Job:
    return Job(
        number=row.number,
        job_id=row.job_id,
        kind=row.kind,
        name=row.name,
        request=json.loads(row.request),
        state=JobState(row.state),
        made_at=row.made_at,
        begun_at=row.begun_at,
        ended_at=row.ended_at,
        progress=json.loads(row.progress),
        result=None if row.result is None else json.loads(row.result),
        failure=None if row.failure is None else unpacked(row.failure)[0],
        attempts=row.attempts,
        cancel=row.cancel,
    )
