"""`[[publish]]` of kind webhook: requests of some customers each, none of which is sent again once it was taken.

A request whose answer was lost is in doubt and is sent again with the same `Idempotency-Key`, by which the receiver
knows it.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import SplitResult, urlsplit
from urllib.request import Request

import polars as pl

from offerloop.errors import InputError
from offerloop.limited_calls import LimitedCalls
from offerloop.message import Message
from offerloop.publishing.record import Record
from offerloop.publishing.rows import Carried, Parcel
from offerloop.publishing.sending import address_of, post, request_of

RETRIES = 4
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
"""Seconds; each wait is twice the one before, or as long as the receiver asks."""
TIMEOUT = 30.0
"""Seconds without a sign of the receiver."""
ATTEMPT_SECONDS = 120.0
"""Seconds that one attempt may take in all."""
_ATTEMPTS = LimitedCalls("publishing", 20)


def to_webhook(parcel: Parcel, record: Record, wait: Callable[[float], None]) -> Carried:
    """Send what was not taken before. Raises InputError when the receiver refuses; what it took stays noted."""
    address = address_of(parcel.url, parcel.whose)
    place, headers = parcel.place, _headers(parcel)
    size = parcel.settings.batch
    batches = -(-parcel.planned.n_planned // size)
    requests = parcel.planned.places // size  # where customers were erased, the others stay in their requests
    noted = record.find(parcel)
    if noted is not None and noted["at"] is not None and not parcel.planned.n_erased:
        parcel.on_progress(parcel.rows.height)  # also under other settings, which hold from the next run on
        return Carried(place, 0, already=True)
    sent = _sent(noted, parcel, batches, record)
    new = int((requests >= sent).sum())
    parcel.on_progress(parcel.rows.height - new)
    for number in range(sent, batches):
        rows = parcel.rows.filter(requests == number)
        _send(_request(address, headers, parcel.run, number, batches, rows), _which(number, batches), place, wait)
        record.note(parcel, finished=number + 1 == batches, batch=size, batches=batches, sent=number + 1)
        parcel.on_progress(rows.height)
    if sent == batches and (noted is None or noted["sha256"] != parcel.sha256):
        record.note(parcel, batch=size, batches=batches, sent=sent)
    return Carried(place, new, already=noted is not None and sent == batches)


def _sent(noted: dict[str, Any] | None, parcel: Parcel, batches: int, record: Record) -> int:
    """How many requests were taken before. Raises InputError when they held other rows than these would, erasures
    aside."""
    if noted is None:
        return 0
    is_same = noted.get("sha256") == parcel.sha256 or (parcel.planned.n_erased and noted.get("batches") == batches)
    if not is_same or noted.get("batch") != parcel.settings.batch:
        raise InputError(
            Message(
                "'{path}' notes requests with other rows for {place}, of which some were sent; set batch, columns and "
                "holdout of that [[publish]] back until all are sent, and change them for a later run",
                path=str(record.path),
                place=str(noted["place"]),
            )
        )
    return int(noted["sent"])


def place_of_receiver(parcel: Parcel) -> str:
    """Return the receiver with the path as it is written: variables, users and what follows a ? may be secrets."""
    address = address_of(parcel.url, parcel.whose)
    host = f"{address.scheme}://{address.netloc.rpartition('@')[2]}"
    return host + (urlsplit(parcel.url).path if "://" in parcel.url else "")


def _headers(parcel: Parcel) -> dict[str, str]:
    """Return the token as a header. Raises InputError where its variable holds none."""
    name = parcel.settings.token_env
    if name is None:
        return {}
    token = os.environ.get(name, "").strip()
    if not token or not (token.isascii() and token.isprintable()):
        raise InputError(
            Message(
                "the environment variable '{name}', which [[publish]] {number} names, holds no token",
                name=name,
                number=parcel.number,
            )
        )
    return {"Authorization": f"Bearer {token}"}


def _request(
    address: SplitResult, headers: dict[str, str], run: str, number: int, batches: int, rows: pl.DataFrame
) -> Request:
    """The key is a hash of the run and the body, so that the same request has the same key in any process."""
    content = {"run": run, "batch": number + 1, "batches": batches, "assignments": rows.to_dicts()}
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    key = hashlib.sha256(run.encode() + b"\n" + body).hexdigest()
    return request_of(address, body, {**headers, "Idempotency-Key": key})


@dataclass(frozen=True)
class _Refusal:
    why: str
    again: bool
    after: float = 0.0
    """Seconds that the receiver asks for."""


def _which(number: int, batches: int) -> Message:
    return Message("request {number} of {n}", context="request to a receiver", number=number + 1, n=batches)


def _send(request: Request, which: Message, place: str, wait: Callable[[float], None]) -> None:
    for attempt in range(RETRIES + 1):
        refusal = _attempt(request)
        if refusal is None:
            return
        if not refusal.again:
            raise InputError(
                Message(
                    "{place} refuses {request}: {reason}; correct [[publish]] or the receiver, then publish again: "
                    "requests that it took are not sent again",
                    place=place,
                    request=which,
                    reason=refusal.why,
                )
            )
        if attempt == RETRIES:
            raise InputError(
                Message(
                    "{place} did not take {request} in {n_attempts} attempts: {reason}; publish again later: "
                    "requests that it took are not sent again",
                    place=place,
                    request=which,
                    n_attempts=RETRIES + 1,
                    reason=refusal.why,
                )
            )
        wait(min(max(refusal.after, FIRST_WAIT * 2**attempt), LONGEST_WAIT))


def _attempt(request: Request) -> _Refusal | None:
    """Return None when the receiver answered with a status from 200 to 299, else what went wrong."""
    try:
        _ATTEMPTS.within(ATTEMPT_SECONDS, lambda: post(request, TIMEOUT))
    except HTTPError as error:
        with error:
            retry_after = error.headers.get("Retry-After", "")
        again = error.code == http.client.TOO_MANY_REQUESTS or error.code >= http.client.INTERNAL_SERVER_ERROR
        return _Refusal(f"{error.code} {error.reason}", again, float(retry_after) if retry_after.isdecimal() else 0.0)
    except URLError as error:
        certificate = "certificate" in str(error.reason).lower()
        return _Refusal(str(getattr(error.reason, "strerror", None) or error.reason), again=not certificate)
    except (http.client.HTTPException, OSError, UnicodeError) as error:  # of a host that cannot be looked up
        is_mistyped = isinstance(error, http.client.InvalidURL | UnicodeError)
        return _Refusal(str(error) or type(error).__name__, again=not is_mistyped)
    return None
