"""`/v1/jobs`: plans, read-outs and the loop as jobs, one at a time, with progress."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator
from sqlalchemy import Connection

from offerloop.report import Localizer, in_language
from offerloop.store import (
    ERASURE,
    OVER,
    Job,
    add_entry,
    add_job,
    cancel_job,
    find_job,
    job_named,
    list_jobs,
    lock_jobs,
)
from offerloop.web.addresses import NameInPath
from offerloop.web.api.fields import Instant, Model
from offerloop.web.auth import Caller, Editing, Reading
from offerloop.web.idempotency import Key
from offerloop.web.problems import HttpProblem, documented, language_of
from offerloop.web.worker import Worker

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])
_EXAMPLE: JsonValue = {"kind": "readout", "from": "2024-06-03", "until": "2024-06-16"}


class JobRequest(Model):
    """What is to be done."""

    kind: Literal["run", "readout", "loop"]
    """`run` makes a plan, `readout` measures what one caused, `loop` takes the next steps of the loop."""
    run: Annotated[str | None, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z_-]{0,99}$")] = None
    """The run that a read-out measures; default: the newest."""
    from_day: Annotated[date | None, Field(alias="from")] = None
    """First day of a read-out; default: the day of the plan."""
    until_day: Annotated[date | None, Field(alias="until")] = None
    """Last day of a read-out."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    @model_validator(mode="after")
    def _fits(self) -> JobRequest:
        if self.kind != "readout" and (self.run or self.from_day or self.until_day):
            raise ValueError("run, from and until belong to a readout")
        return self

    def written(self) -> dict[str, Any]:
        """Return what the job holds."""
        return self.model_dump(mode="json", by_alias=True, exclude={"kind"}, exclude_none=True)


class JobAnswer(BaseModel):
    """A job and how far it is."""

    job_id: str
    kind: str
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    request: dict[str, Any]
    """What was asked for; empty for an erasure, which names a customer."""
    made_at: Instant
    begun_at: Instant | None
    ended_at: Instant | None
    progress: dict[str, Any]
    """`stage`, the one that runs, and `done`, how many have ended."""
    result: dict[str, Any] | None
    """What came of it, its texts in the language of Accept-Language."""
    failure: str | None
    """Why it failed, in the language of Accept-Language."""

    @classmethod
    def of(cls, job: Job, request: Request) -> JobAnswer:
        """Return a job as it is answered, in the language of the request."""
        language = language_of(request.headers.get("accept-language"))
        return cls(
            job_id=job.job_id, kind=job.kind, state=job.state.value, made_at=job.made_at,
            request={} if job.kind == ERASURE else job.request, progress=job.progress,
            result=None if job.result is None else in_language(job.result, language),
            begun_at=job.begun_at, ended_at=job.ended_at,
            failure=None if job.failure is None else Localizer(language)(job.failure),
        )  # fmt: skip


class JobList(BaseModel):
    """Jobs, the newest first."""

    items: list[JobAnswer]
    next_cursor: str | None
    """Asks for the jobs before these."""


@router.post(
    "", status_code=202, responses=documented("not_signed_in", "not_allowed", "key_conflict", "invalid", "store_away")
)
def queue_job(request: Request, body: JobRequest, caller: Editing, key: Key = None) -> JobAnswer:
    """Queue a job; the same Idempotency-Key gives the same job."""
    return queued(request, caller, body.kind, body.written(), key)


def queued(request: Request, caller: Caller, kind: str, body: dict[str, Any], key: str | None) -> JobAnswer:
    """Queue a job of any kind, once for each key. Raises HttpProblem where the key was another job's."""
    worker: Worker = request.app.state.worker

    def queue(connection: Connection) -> Job:
        name = None if key is None else f"{caller.actor} {key}"
        lock_jobs(connection)
        is_repeated = name is not None and job_named(connection, name)
        job = add_job(connection, kind, body, name)
        if (job.kind, job.request) != (kind, body):
            raise HttpProblem("key_conflict", field="Idempotency-Key")
        if not is_repeated:
            add_entry(connection, caller.actor, "job queued", job.job_id, kind=job.kind)
        return job

    return JobAnswer.of(worker.database.change(queue), request)


@router.get("", responses=documented("not_signed_in", "not_allowed", "invalid", "store_away"))
def jobs_so_far(
    request: Request,
    _: Reading,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[str | None, Query(pattern=r"^[0-9]{1,15}$")] = None,
) -> JobList:
    """List jobs, the newest first."""
    worker: Worker = request.app.state.worker
    before = None if cursor is None else int(cursor)
    listed = worker.database.read(lambda connection: list_jobs(connection, limit + 1, before))
    more = str(listed[limit - 1].number) if len(listed) > limit else None
    return JobList(items=[JobAnswer.of(one, request) for one in listed[:limit]], next_cursor=more)


@router.get("/{job_id}", responses=documented("not_signed_in", "not_allowed", "not_found", "store_away"))
def job_so_far(request: Request, job_id: NameInPath, _: Reading) -> JobAnswer:
    """Say how far a job is."""
    worker: Worker = request.app.state.worker
    job = worker.database.read(lambda connection: find_job(connection, job_id))
    if job is None:
        raise HttpProblem("not_found")
    return JobAnswer.of(job, request)


@router.post("/{job_id}/cancel", responses=documented("not_signed_in", "not_allowed", "not_found", "store_away"))
def stop_job(request: Request, job_id: NameInPath, caller: Editing) -> JobAnswer:
    """Take a job out of the queue, or ask it to stop; one that is over, and an erasure, stay as they are."""
    worker: Worker = request.app.state.worker

    def stop(connection: Connection) -> Job | None:
        job = find_job(connection, job_id)
        if job is None or job.kind == ERASURE or job.cancel or job.state in OVER:
            return job
        add_entry(connection, caller.actor, "job cancelled", job_id)
        return cancel_job(connection, job_id)

    job = worker.database.change(stop)
    if job is None:
        raise HttpProblem("not_found")
    return JobAnswer.of(job, request)
