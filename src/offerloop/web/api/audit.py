"""`/v1/audit`: who changed what."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from offerloop.store import read_trail
from offerloop.web.api.fields import Instant
from offerloop.web.auth import Administering
from offerloop.web.paging import Limit
from offerloop.web.problems import documented
from offerloop.web.worker import Worker

router = APIRouter(prefix="/v1/audit", tags=["access"])


class AuditEntry(BaseModel):
    """One change."""

    entry_id: int
    at: Instant
    actor: str
    action: str
    subject: str | None
    body: dict[str, Any]


class AuditPage(BaseModel):
    """Changes, the newest first."""

    items: list[AuditEntry]
    next_cursor: str | None


@router.get("", responses=documented("not_signed_in", "not_allowed", "invalid", "store_away"))
def audit_trail(
    request: Request,
    _: Administering,
    limit: Limit = 100,
    cursor: Annotated[str | None, Query(pattern=r"^[0-9]{1,18}$")] = None,
) -> AuditPage:
    """List changes, the newest first."""
    worker: Worker = request.app.state.worker
    before = None if cursor is None else int(cursor)
    recorded = worker.database.read(lambda one: read_trail(one, before, limit + 1))
    items = [AuditEntry(**vars(one)) for one in recorded[:limit]]
    return AuditPage(items=items, next_cursor=str(items[-1].entry_id) if len(recorded) > limit else None)
