"""The jobs of the shop: begin a run or a read-out, see how far it is, and cancel it."""

from __future__ import annotations

from offerloop.background import IMPORT_CODES, PREVIEW, REHEARSAL
from offerloop.message import Message
from offerloop.store import ERASURE, Job, JobState, list_jobs
from offerloop.web.api.jobs import JobRequest, queue_job, stop_job
from offerloop.web.console.addresses import report_address
from offerloop.web.console.blocks import Block, Form, Input, PageTable, Progress, TableColumn, View, hidden
from offerloop.web.console.cells import Badge, Cell, Instant, Link
from offerloop.web.console.jobs.outcome import outcome_of
from offerloop.web.console.page_request import Action, Page, PageRequest
from offerloop.web.roles import Permission
from offerloop.workspace import STAGE_NAMES

STAGES = 16
"""Roughly how many stages a run has, for its progress bar until the job says the number itself."""
KINDS = {
    "run": Message("run (plan anew)", context="kind of job"),
    "readout": Message("read-out (measure what a plan caused)", context="kind of job"),
    "loop": Message("loop (take its next steps)", context="kind of job"),
    ERASURE: Message("erase a customer from files", context="kind of job"),
    IMPORT_CODES: Message("import codes of coupons", context="kind of job"),
    PREVIEW: Message("preview of a campaign", context="kind of job"),
    REHEARSAL: Message("simulated traffic after the newest plan", context="kind of job"),
}
STEP_NAMES = {
    **STAGE_NAMES,
    "orders": Message("draw orders", context="step of simulated traffic"),
    "traffic": Message("play the traffic", context="step of simulated traffic"),
    "readout": Message("measure what it caused", context="step of simulated traffic"),
}
"""The words for each step that a job notes."""
STATES = {
    JobState.QUEUED: Badge("queued", Message("waiting", context="state of a job")),
    JobState.RUNNING: Badge("running", Message("running", context="state of a job"), "warning"),
    JobState.DONE: Badge("done", Message("done", context="state of a job"), "good"),
    JobState.FAILED: Badge("failed", Message("failed", context="state of a job"), "bad"),
    JobState.CANCELLED: Badge("cancelled", Message("cancelled", context="state of a job")),
}
WITH_REPORT = ("run", "readout", REHEARSAL)
"""Kinds of jobs that write a report."""
_OPEN = Message("Open the report", context="link")
UNDER_WAY = (JobState.RUNNING, JobState.QUEUED)
COLUMNS = (
    TableColumn("job", Message("job", context="column title")),
    TableColumn("state", Message("state", context="column title")),
    TableColumn("begun_at", Message("begun", context="column title")),
    TableColumn("ended_at", Message("ended", context="column title")),
    TableColumn("outcome", Message("what came of it", context="column title")),
    TableColumn("report", Message("report", context="column title")),
)


SHOWN = 20


def view(request: PageRequest) -> View:
    """Return the newest jobs, or those before one."""
    before = request.number("before")
    jobs = request.worker.database.read(lambda one: list_jobs(one, SHOWN + 1, before))
    more = f"/console/jobs?before={jobs[SHOWN - 1].number}" if len(jobs) > SHOWN else None
    jobs = jobs[:SHOWN]
    active = [one for one in jobs if one.state in UNDER_WAY]
    blocks: list[Block] = []
    for job in active:
        blocks += [progress_of(job), *([cancel_form(job)] if job.kind != ERASURE else [])]
    if not active:
        blocks.append(_begin_form())
    rows = tuple(_row(request, one) for one in jobs)
    blocks.append(
        PageTable(
            "jobs",
            Message("The newest jobs", context="table title"),
            COLUMNS,
            rows,
            Message("No job was begun yet. Start a run above."),
            more,
        )
    )
    return View(Message("Jobs", context="page title"), "", tuple(blocks), refresh=bool(active))


def progress_of(job: Job) -> Progress:
    """Say how far a job is."""
    done, total = int(job.progress.get("done", 0)), max(1, int(job.progress.get("total", STAGES)))
    stage = STEP_NAMES.get(str(job.progress.get("stage")))
    if job.state is JobState.QUEUED:
        text = Message("Waiting to begin: {job}.", context="progress of a job", job=KINDS[job.kind])
    elif job.cancel:
        text = Message("Being cancelled: {job}.", context="progress of a job", job=KINDS[job.kind])
    elif stage is None:
        text = Message("Under way: {job}.", context="progress of a job", job=KINDS[job.kind])
    else:
        text = Message(
            "Under way: {job}. Step {done}: {stage}.",
            context="progress of a job",
            job=KINDS[job.kind],
            done=done + 1,
            stage=stage,
        )
    return Progress(job.job_id, text, min(done, total), total)


def _begin_form() -> Form:
    kinds = tuple((name, KINDS[name]) for name in ("run", "readout", "loop"))
    return Form(
        "begin", "/console/do/job", Message("Begin", context="button"),
        (Input("kind", Message("What to do", context="field of a form"), "select", "run", kinds),),
        needs=Permission.EDIT, title=Message("Begin a job", context="form title"),
        explanation=Message("One job runs at a time. You can leave this page: the job goes on."),
    )  # fmt: skip


def cancel_form(job: Job) -> Form:
    """Return a button that cancels a job."""
    named = hidden("job", job.job_id)
    return Form(
        f"cancel-{job.job_id}", "/console/do/cancel-job", Message("Cancel this job", context="button"), (named,),
        needs=Permission.EDIT,
    )  # fmt: skip


def _row(request: PageRequest, job: Job) -> tuple[Cell, ...]:
    begun, ended = (None if at is None else Instant(at) for at in (job.begun_at, job.ended_at))
    return KINDS[job.kind], STATES[job.state], begun, ended, outcome_of(request, job) or None, report_of(request, job)


def report_of(request: PageRequest, job: Job) -> Link | None:
    """Return a link to the report that a job wrote."""
    result = job.result or {}
    if job.kind not in WITH_REPORT or request.run_named(str(result.get("run"))) is None:
        return None
    return Link(request.localizer(_OPEN), report_address(result["run"], result.get("readout")))


def _begin_job(request: PageRequest) -> str:
    kind = request.needed("kind", lambda name: name if name in KINDS and name != ERASURE else None)
    queue_job(request.http, JobRequest(kind=kind), request.caller)  # type: ignore[arg-type]
    return "/console/jobs"


def _cancel_job(request: PageRequest) -> str:
    stop_job(request.http, request.field("job"), request.caller)
    return "/console/jobs"


PAGE = Page("jobs", Message("Jobs", context="page title"), view, in_navigation=True)
ACTIONS = (Action("job", Permission.EDIT, _begin_job), Action("cancel-job", Permission.EDIT, _cancel_job))
