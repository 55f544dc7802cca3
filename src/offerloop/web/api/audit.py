"""`/v1/audit`: who changed what."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from offerloop.store import read_trail
from offerloop.web.auth import Administering
from offerloop.web.problems import documented
from offerloop.web.worker import Worker

router = APIRouter(prefix="/v1/audit", tags=["access"])


class AuditEntry(BaseModel):
    """One change."""

    entry_id: int
    at: int
    actor: str
    action: str
    subject: str | None
    body: dict[str, Any]


class AuditPage(BaseModel):
    """Changes, the newest first, and where the next page begins."""

    entries: list[AuditEntry]
    next_before: int | None


@router.get("", responses=documented("not_signed_in", "not_allowed", "invalid", "store_away"))
def audit_trail(
    request: Request,
    _: Administering,
    before: Annotated[int | None, Query(ge=1, lt=2**62)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> AuditPage:
    """List changes, the newest first."""
    worker: Worker = request.app.state.worker
    recorded = worker.database.read(lambda one: read_trail(one, before, limit))
    entries = [AuditEntry(**vars(one)) for one in recorded]
    return AuditPage(entries=entries, next_before=entries[-1].entry_id if len(entries) == limit else None)
