"""Whether the service lives, can answer, and what it counted."""

from __future__ import annotations

import asyncio
from threading import Event

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from offerloop import __version__
from offerloop.message import Message
from offerloop.report import Localizer
from offerloop.store import PERSONALISED, is_on
from offerloop.web.problems import HttpProblem, documented, language_of
from offerloop.web.worker import Worker

READY_SECONDS = 1.0
"""How long the database may take to answer."""
WARMING = Message(
    "The service is warming up: it prepares its pages and the lists of who gets what. Try again in a few seconds."
)
REPLACED = Message(
    "The file of the database was replaced or moved while the service runs: what is written now is lost. Stop the "
    "service, put the database in its place and start it again."
)
NOT_WRITTEN = Message("The database answers and takes no decisions: its disk may be full.")
router = APIRouter(tags=["operations"])


class Health(BaseModel):
    """The program that answers."""

    status: str
    version: str


class Ready(BaseModel):
    """The policy that is served."""

    status: str
    policy_version: str
    personalised: bool
    faults: list[str]
    """What somebody should mend although requests are answered, in the language of Accept-Language."""


@router.head("/health", include_in_schema=False)
@router.get("/health")
async def health() -> Health:
    """Say that the process answers."""
    return Health(status="ok", version=__version__)


@router.head("/ready", include_in_schema=False)
@router.get("/ready", responses=documented("not_ready", "store_away"))
async def ready(request: Request) -> Ready:
    """Say whether a policy is served, what first requests need is built, and the database can be read and written."""
    worker: Worker = request.app.state.worker
    if worker.seems_away:
        raise HttpProblem("store_away")
    if worker.database.is_replaced:
        raise HttpProblem("store_away", REPLACED)
    if worker.records.is_refused:
        raise HttpProblem("store_away", NOT_WRITTEN)
    try:
        personalised, faults = await asyncio.wait_for(asyncio.to_thread(_looked_at, worker), READY_SECONDS)
    except TimeoutError:
        raise HttpProblem("store_away") from None
    if worker.served is None:
        raise HttpProblem("not_ready", worker.why_not_ready)
    warm: Event | None = request.app.state.warm
    if warm is not None and not warm.is_set():
        raise HttpProblem("not_ready", WARMING)
    localize = Localizer(language_of(request.headers.get("accept-language")))
    return Ready(
        status="ok", policy_version=worker.served.policy.version, personalised=personalised,
        faults=[localize(one) for one in faults],
    )  # fmt: skip


def _looked_at(worker: Worker) -> tuple[bool, list[Message]]:
    """Return whether offers are personal, and what fails beside answers."""
    personalised = worker.database.read(lambda one: is_on(one, PERSONALISED), patience_seconds=READY_SECONDS)
    return personalised, worker.faults(READY_SECONDS)


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def metrics(request: Request) -> Response:
    """Return counters and durations of all workers in Prometheus' text format."""
    worker: Worker = request.app.state.worker
    return Response(worker.metrics.text(), media_type="text/plain; version=0.0.4")
