"""Errors as problem details (RFC 9457) with codes that stay, and the field that is at fault."""

from __future__ import annotations

import errno
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from offerloop.errors import ConfigError, InputError, StoreError
from offerloop.locale import languages
from offerloop.message import Message
from offerloop.report import Localizer
from offerloop.store import KeyConflictError

_LOG = logging.getLogger(__name__)
JSON_PROBLEM = "application/problem+json"

CODES: dict[str, tuple[int, Message]] = {
    "bad_request": (400, Message("the request cannot be read")),
    "not_signed_in": (401, Message("a valid token or session is needed")),
    "not_allowed": (403, Message("the role that this needs is missing")),
    "cross_site": (403, Message("the request comes from another site")),
    "not_found": (404, Message("there is no such thing")),
    "method_not_allowed": (405, Message("the method is not allowed here")),
    "too_slow": (408, Message("the body did not arrive in time")),
    "conflict": (409, Message("the request does not fit what is there")),
    "key_conflict": (409, Message("the idempotency key was used for another request")),
    "refused": (409, Message("the rules of the coupon refuse it")),
    "changed": (412, Message("it was changed meanwhile; read it again")),
    "if_match_needed": (428, Message("the header If-Match must name the version that is changed")),
    "erased": (410, Message("the customer was erased")),
    "too_large": (413, Message("the body is larger than allowed")),
    "unsupported_media": (415, Message("the body must be JSON without content encoding")),
    "invalid": (422, Message("the request holds a value that cannot be")),
    "too_many_requests": (429, Message("there were too many requests; wait and try again")),
    "failed": (500, Message("the service failed; the error was logged")),
    "provider_away": (502, Message("the provider that signs people in is away or answers nonsense; try again")),
    "store_away": (503, Message("the database is away; send the same request again")),
    "disk_full": (507, Message("the disk of the service is full or cannot be written; nothing was kept")),
    "misconfigured": (503, Message("the configuration of the service cannot be used; its log says why")),
    "not_ready": (503, Message("no policy can be served yet, or the service is warming up")),
}
"""Code, status, and what it means. A code never changes its meaning."""


HEADERS: dict[str, Mapping[str, str]] = {
    "not_signed_in": {"www-authenticate": "Bearer"},
    "too_many_requests": {"retry-after": "5"},
    "store_away": {"retry-after": "1"},
}
"""What the answers of some codes say in their headers."""


ANYWHERE = (
    "bad_request", "too_slow", "too_large", "unsupported_media", "invalid", "too_many_requests", "failed", "store_away",
)  # fmt: skip
"""Codes that every operation may answer."""


class HttpProblem(Exception):  # noqa: N818 - what RFC 9457 calls it
    """An answer that is an error."""

    def __init__(
        self, code: str, detail: Message | str | None = None, field: str | None = None, **more: object
    ) -> None:
        super().__init__(code)
        self.code, self.detail, self.field, self.more = code, detail, field, more


def problem_response(problem: HttpProblem, language: str = "en", headers: Mapping[str, str] | None = None) -> Response:
    """Return the problem as a response in a language."""
    status, title = CODES[problem.code]
    localize = Localizer(language)
    body: dict[str, object] = {
        "type": f"urn:offerloop:problem:{problem.code}",
        "title": localize(title),
        "status": status,
        "code": problem.code,
    }
    if problem.detail is not None:
        body["detail"] = localize(problem.detail) if isinstance(problem.detail, Message) else problem.detail
    if problem.field is not None:
        body["field"] = problem.field
    content = json.dumps({**body, **problem.more})  # ASCII, so that no sign can be lost on the way
    return Response(content, status, {**HEADERS.get(problem.code, {}), **(headers or {})}, JSON_PROBLEM)


def language_of(accepted: str | None) -> str:
    """Return the first language of an Accept-Language header that has a catalogue, else English."""
    if not accepted:
        return "en"
    for part in accepted[:200].split(","):
        name = part.split(";")[0].strip().lower().split("-")[0]
        if name in _languages():
            return name
    return "en"


@cache
def _languages() -> tuple[str, ...]:
    """Return the languages that have a catalogue: looked for once, not for each request."""
    return languages()


def install(app: FastAPI) -> None:
    """Answer every error of the application by a problem."""

    async def answered(request: Request, error: Exception) -> Response:
        return response_to(request, error)

    for kind in (*_BY_KIND, Exception):
        app.add_exception_handler(kind, answered)


def response_to(request: Request, error: Exception) -> Response:
    """Return the problem that an error is for whoever sent the request."""
    for kind, problem_of in _BY_KIND.items():
        if isinstance(error, kind):
            problem, headers = problem_of(error)
            break
    else:
        _LOG.error("a request failed", exc_info=error)
        problem, headers = HttpProblem("failed"), None
    return problem_response(problem, language_of(request.headers.get("accept-language")), headers)


Answered = tuple[HttpProblem, Mapping[str, str] | None]


def _of_http(error: HTTPException) -> Answered:
    codes = {400: "bad_request", 404: "not_found", 405: "method_not_allowed", 415: "unsupported_media"}
    return HttpProblem(codes.get(error.status_code, "bad_request")), error.headers


def _of_store(error: StoreError) -> Answered:
    _LOG.warning("the store is away: %s", error)
    return HttpProblem("store_away"), None


def misconfigured(error: ConfigError) -> HttpProblem:
    """Log what is wrong with the shop's own files, for whoever runs the service, and return what others read."""
    _LOG.error("the configuration cannot be used: %s", error)
    return HttpProblem("misconfigured")


def _of_system(error: OSError) -> Answered:
    _LOG.error("a request failed", exc_info=error)
    return HttpProblem("disk_full" if error.errno in _NO_ROOM else "failed"), None


_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM)


def _of_validation(errors: Sequence[Mapping[str, Any]]) -> HttpProblem:
    """Name the first field that is at fault; what was sent is not repeated."""
    first = errors[0]
    place = [str(one) for one in first["loc"] if not str(one).startswith("tagged-union[")]
    if first["type"] in ("json_invalid", "json_type"):
        return HttpProblem("bad_request", str(first["msg"]))
    field = ".".join(place[1:] or place)
    return HttpProblem("invalid", str(first["msg"]), field.encode("ascii", "backslashreplace").decode()[:200])


_BY_KIND: dict[type[Exception], Callable[[Any], Answered]] = {
    HttpProblem: lambda error: (error, None),
    RequestValidationError: lambda error: (_of_validation(error.errors()), None),
    HTTPException: _of_http,
    ConfigError: lambda error: (misconfigured(error), None),
    InputError: lambda error: (HttpProblem("invalid", error.message), None),
    KeyConflictError: lambda _: (HttpProblem("key_conflict", field="Idempotency-Key"), None),
    StoreError: _of_store,
    OSError: _of_system,
}
"""What each kind of error is answered with; any other is a fault of the program."""


def documented(*codes: str) -> dict[int | str, dict[str, Any]]:
    """Return the problems that an operation may answer beside those that any may, for the OpenAPI document."""
    answers: dict[int | str, dict[str, Any]] = {}
    for code in dict.fromkeys((*ANYWHERE, *codes)):
        status, title = CODES[code]
        described = answers.setdefault(status, {"description": "", "content": {JSON_PROBLEM: {"schema": _SCHEMA}}})
        described["description"] = "; ".join(filter(None, [described["description"], f"`{code}`: {title}"]))
    return answers


_SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "enum": sorted(CODES)},
        "detail": {"type": "string"},
        "field": {"type": "string"},
    },
}
