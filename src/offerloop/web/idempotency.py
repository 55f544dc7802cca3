"""Changes with an idempotency key: the same key and body get the same answer, another body a conflict.

The answer is written in the transaction of the change, so that after a fault a retry finishes the work.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

from fastapi import Header, Request, Response

from offerloop.store import answered_once
from offerloop.web.auth import Caller
from offerloop.web.worker import Worker

if TYPE_CHECKING:
    from sqlalchemy import Connection

LONGEST_KEY = 255
MONEY_SECONDS = 30 * 86_400
OTHER_SECONDS = 86_400
LONGEST_LEDGER_KEY = 200
_Written = Header(
    alias="Idempotency-Key",
    min_length=1,
    max_length=LONGEST_KEY,
    pattern=r"^[\x21-\x7e]+$",
    description="The same key and body get the same answer, and the change is made once.",
)
Key = Annotated[str | None, _Written]
NeededKey = Annotated[str, _Written]


def changed_once(
    request: Request,
    caller: Caller,
    key: str | None,
    body: object,
    make: Callable[[Connection], tuple[int, object]],
    keep_seconds: int = OTHER_SECONDS,
) -> Response:
    """Make a change within a transaction and answer it; a request with the same key gets the same answer again.

    `body` is what was sent. Raises KeyConflictError for a key that was used for another request.
    """
    worker: Worker = request.app.state.worker

    def write(connection: Connection) -> tuple[int, str]:
        if key is None:
            return _as_text(make(connection))
        mark = _fingerprint(request, body)
        return answered_once(
            connection, caller.actor, key, mark, keep_seconds, lambda: _as_text(make(connection))
        )  # fmt: skip

    status, text = worker.database.change(write)
    return Response(text, status, media_type="application/json")


def _as_text(made: tuple[int, object]) -> tuple[int, str]:
    status, body = made
    return status, json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _fingerprint(request: Request, body: object) -> str:
    written = json.dumps([request.method, request.url.path, body], sort_keys=True)
    return hashlib.sha256(written.encode()).hexdigest()


def ledger_key(key: str) -> str:
    """Return the key under which the ledger knows a request: keys that are too long for it by their hash."""
    return key if len(key) <= LONGEST_LEDGER_KEY else "sha256:" + hashlib.sha256(key.encode()).hexdigest()
