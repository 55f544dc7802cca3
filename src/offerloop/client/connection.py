"""Requests to the service: refusals as errors, and retries where they change nothing twice."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import httpx

from offerloop.client.answers import A, Json, read
from offerloop.errors import OfferloopError
from offerloop.message import Message

RETRIES = 3
LONGEST_WAIT = 10.0
"""Seconds before a request is sent again, at most."""
_PASSING = (429, 502, 503, 504)
_OF_PROXIES = (502, 504)
"""What a proxy answers while the service behind it restarts or is late."""


class ProblemError(OfferloopError):
    """The service refused a request."""

    def __init__(self, status: int, body: Json) -> None:
        self.status = status
        self.code = str(body.get("code", "unknown"))
        """One of the service's codes, which do not change."""
        self.detail = str(body.get("detail") or body.get("title") or "")
        self.field: str | None = body.get("field")
        """The field that is at fault."""
        self.reason: str | None = body.get("reason")
        """Why the rules of a coupon refuse it, where the code is "refused"."""
        message = Message(
            "the service refuses the request with {status} {code}: {detail}",
            status=str(status), code=self.code, detail=": ".join(filter(None, [self.field, self.reason, self.detail])),
        )  # fmt: skip
        super().__init__(message)


class AwayError(OfferloopError):
    """The service could not be reached; a request with an idempotency key can be sent again."""

    def __init__(self, why: str) -> None:
        super().__init__(Message("the service cannot be reached: {why}", why=why))


class Connection:
    """The connections to one service."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http

    def send(
        self,
        method: str,
        place: str,
        body: Json | None = None,
        *,
        key: str | None = None,
        revision: int | str | None = None,
        again: bool = False,
    ) -> dict[str, Any]:
        """Send a request, again while the service is away, where that changes nothing twice.

        `revision` is the one that was read, where a change is meant for no other.
        """
        headers = {} if key is None else {"Idempotency-Key": key}
        if revision is not None:
            headers["If-Match"] = f'"{revision}"'
        return _content(self._sent(method, place, body, headers, again=again or key is not None or method != "POST"))

    def revision_of(self, place: str) -> str:
        """Return the revision that the service says of what it shows at a place."""
        answer = self._sent("GET", place, None, {}, again=True)
        _content(answer)
        return answer.headers["etag"].strip('"')

    def _sent(self, method: str, place: str, body: Json | None, headers: Json, *, again: bool) -> httpx.Response:
        """Return the answer, also where it is a refusal. Raises AwayError."""
        why, after = "", 0.0
        tries = RETRIES if again else 0
        for attempt in range(tries + 1):
            if attempt:
                time.sleep(max(0.1 * 4 ** (attempt - 1), after))
            try:
                answer = self.http.request(method, place, json=body, headers=dict(headers))
            except httpx.HTTPError as error:
                why = str(error) or type(error).__name__
                continue
            if answer.status_code in _OF_PROXIES and not body_of(answer):
                why = f"{answer.status_code} {answer.reason_phrase}"
            elif answer.status_code not in _PASSING or attempt == tries:
                return answer
            after = _seconds_asked_for(answer)
        raise AwayError(why)

    def pages(self, kind: type[A], place: str) -> Iterator[A]:
        """Read a list page by page."""
        cursor: dict[str, str] = {}
        while True:
            page = self.send("GET", f"{place}?{urlencode({'limit': 100, **cursor})}")
            yield from (read(kind, one) for one in page["items"])
            if page["next_cursor"] is None:
                return
            cursor = {"cursor": page["next_cursor"]}


def _seconds_asked_for(answer: httpx.Response) -> float:
    """Return how long the service asks to be left alone."""
    seconds = answer.headers.get("retry-after", "")
    return min(float(seconds), LONGEST_WAIT) if seconds.isdecimal() else 0.0


def body_of(answer: httpx.Response) -> dict[str, Any]:
    """Return the object that an answer holds; an empty one where it holds something else."""
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _content(answer: httpx.Response) -> dict[str, Any]:
    """Return what was answered. Raises ProblemError."""
    body = body_of(answer)
    if not answer.is_success:
        raise ProblemError(answer.status_code, body)
    return body


def key_or_new(key: str | None) -> str:
    """Return the idempotency key of a change: a new one where the caller has none."""
    return uuid.uuid4().hex if key is None else key


def part_of_path(name: str) -> str:
    """Return a name as one part of a path, also where it is all dots."""
    return quote(name, safe="").replace(".", "%2E") if set(name) == {"."} else quote(name, safe="")
