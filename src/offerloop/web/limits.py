"""What a request may be: its size, its depth, its time, and how many there may be.

`Bounds` stands before the application, so that nothing is parsed that is too large, too deep, packed or too slow.
"""

from __future__ import annotations

import asyncio
import logging
import re
import socket
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from offerloop.web.problems import HttpProblem, language_of, problem_response

_LOG = logging.getLogger(__name__)
MOST_BYTES = 1_000_000
MOST_DEPTH = 32
MOST_SECONDS = 10.0
"""How long a body may take."""
HEADER_SECONDS = 10.0
"""How long the first lines of a request may take, before the connection is closed."""
MOST_CONNECTIONS = 1_200
"""Connections that a process keeps open at once, a few more than it answers."""
SPARE_FILES = 200
"""Files that a process may open beside its connections: its database, its log, the tables of a policy."""
FILES_WITHOUT_BOUND = 10_240
"""Files that a process may open where the system names no bound; macOS grants no more then."""
ARRIVED = "offerloop.arrived"
"""Whether the body of a request is there already, so that no timer is needed: setting one takes as long as reading."""
_ESCAPED = re.compile(rb"\\.", re.DOTALL)
_ROUND = bytes.maketrans(b"[{]}", b"(())")
_OTHERS = bytes(set(range(256)) - set(b"[{]}"))
STREAMED = re.compile(r"/v1/coupon-templates/[^/]+/import|/console/upload/[a-z_]+")
"""Paths of uploads, whose routes take the body piece by piece within bounds of their own."""
_JSON = re.compile(rb"application/json(\s*;.*)?", re.IGNORECASE)
_FORM = re.compile(rb"application/x-www-form-urlencoded(\s*;.*)?", re.IGNORECASE)
_BODIES = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class Bounds:
    """Reads the body of a request within its bounds before the application sees it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its whole body, or answer with a problem."""
        if _holds_nul(scope):
            await _refuse("invalid", scope, receive, send)
            return
        if scope["method"] not in _BODIES or STREAMED.fullmatch(scope["path"]):
            await self.app(scope, receive, send)
            return
        try:
            body = await _body_in_time(scope, receive)
        except TimeoutError:
            await _refuse("too_slow", scope, receive, send)
        except _GoneError:
            return
        except HttpProblem as problem:
            await _refuse(problem.code, scope, receive, send)
        else:
            scope["offerloop.body"] = body
            await self.app(scope, _replayed(body, receive), send)


def _holds_nul(scope: Scope) -> bool:
    """Whether an address holds the sign that no name has, and that PostgreSQL cannot even look for."""
    return "\0" in scope["path"] or b"%00" in scope["query_string"]


class _GoneError(Exception):
    """The client went away."""


def is_page(scope: Scope) -> bool:
    """Whether a request is for the console, whose changes are forms."""
    return str(scope["path"]).startswith("/console/")


def _first_headers(scope: Scope) -> dict[bytes, bytes]:
    """Return the headers by name, of each the first."""
    return dict(reversed(scope["headers"]))


async def _body_in_time(scope: Scope, receive: Receive) -> bytes:
    """Return the whole body. Raises HttpProblem, and TimeoutError where it takes too long to arrive."""
    reading = _body(_first_headers(scope), receive, _FORM if is_page(scope) else _JSON)
    if scope.get(ARRIVED):
        return await reading
    async with asyncio.timeout(MOST_SECONDS):
        return await reading


async def _body(headers: Mapping[bytes, bytes], receive: Receive, kind: re.Pattern[bytes]) -> bytes:
    """Return the whole body, which must be of a kind. Raises HttpProblem."""
    length = headers.get(b"content-length", b"0")
    if not length.isdigit() or int(length) > MOST_BYTES:
        raise HttpProblem("too_large")
    if headers.get(b"content-encoding", b"identity") != b"identity":
        raise HttpProblem("unsupported_media")
    parts, size = list[bytes](), 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _GoneError
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > MOST_BYTES:
            raise HttpProblem("too_large")
        if not message.get("more_body", False):
            break
    body = b"".join(parts)
    if body and not kind.fullmatch(headers.get(b"content-type", b"")):
        raise HttpProblem("unsupported_media")
    if depth_of(body) > MOST_DEPTH:
        raise HttpProblem("too_large")
    return body


def depth_of(body: bytes) -> int:
    """Return how deeply arrays and objects of a JSON text lie in each other, or a bound of it when that is low."""
    brackets = body.count(b"[") + body.count(b"{")
    if brackets <= MOST_DEPTH:
        return brackets
    outside = b"".join(_ESCAPED.sub(b"", body).split(b'"')[::2])
    left, depth = outside.translate(_ROUND, _OTHERS), 0
    while b"()" in left and depth <= MOST_DEPTH:
        left, depth = left.replace(b"()", b""), depth + 1
    return depth + left.count(b"(")


def _replayed(body: bytes, receive: Receive) -> Receive:
    """Return what gives the application the body once, and then what the client does."""
    is_sent = False

    async def once() -> Message:
        nonlocal is_sent
        if is_sent:
            return await receive()
        is_sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return once


async def _refuse(code: str, scope: Scope, receive: Receive, send: Send) -> None:
    language = language_of(Headers(scope=scope).get("accept-language"))
    await problem_response(HttpProblem(code), language, {"connection": "close"})(scope, receive, send)


@dataclass
class Buckets:
    """Token buckets by name: each holds `size` requests and gains `per_second`. Of one process."""

    per_second: float
    size: float
    most: int = 10_000
    """Names that are remembered; beyond them the oldest are forgotten."""
    _left: dict[str, tuple[float, float]] = field(default_factory=dict)
    _gate: Lock = field(default_factory=Lock)

    def take(self, name: str, cost: float = 1.0) -> bool:
        """Whether one more request is within the limit."""
        with self._gate:
            now, left = monotonic(), self._now(name)
            granted = left >= cost
            self._left.pop(name, None)
            self._left[name] = (left - cost if granted else left, now)
            if len(self._left) > self.most:
                self._left.pop(next(iter(self._left)))
        return granted

    def give_back(self, name: str) -> None:
        """Take no account of a request that was within the limit."""
        with self._gate:
            left, at = self._left.get(name, (self.size, 0.0))
            self._left[name] = (min(self.size, left + 1.0), at)

    def has(self, name: str) -> bool:
        """Whether a request would be within the limit."""
        return self._now(name) >= 1

    def _now(self, name: str) -> float:
        left, at = self._left.get(name, (self.size, 0.0))
        return min(self.size, left + (monotonic() - at) * self.per_second)


class Guesses:
    """Unknown codes that may be named: of one customer of a caller, and more of all customers of the caller, so that
    naming another customer each time does not help. Of one process.

    A caller may be the checkout of the whole shop, so the limit of all must not keep everybody from codes that nobody
    gains by guessing.
    """

    def __init__(self, size: float = 20.0, size_of_all: float = 1_000.0) -> None:
        self._of_customer = Buckets(size / 20, size)
        self._of_caller = Buckets(size_of_all / 50, size_of_all)
        self._warnings = Buckets(1 / 60, 1.0)

    def are_left(self, actor: str, customer_id: str) -> bool:
        """Whether one more would be within both limits."""
        return self._of_customer.has(f"{actor} {customer_id}") and self._of_caller.has(actor)

    def are_left_to(self, actor: str, customer_id: str) -> bool:
        """Whether it is not the customer who has named too many; a customer who is not named is anybody."""
        return not customer_id or self._of_customer.has(f"{actor} {customer_id}")

    def warn(self, actor: str) -> None:
        """Log that codes are not looked up, once a minute."""
        if self._warnings.take(actor):
            _LOG.warning("too many unknown codes are named by %s; codes are not looked up for a while", actor)

    def take(self, actor: str, customer_id: str) -> bool:
        """Whether one more is within both limits."""
        is_within = self._of_customer.take(f"{actor} {customer_id}")
        return self._of_caller.take(actor) and is_within


def allow_many_files() -> None:
    """Let this process and those that it starts open as many files as the system grants."""
    if sys.platform != "win32":
        import resource

        before, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        if before != resource.RLIM_INFINITY:
            granted = max(before, FILES_WITHOUT_BOUND) if most == resource.RLIM_INFINITY else most
            with suppress(ValueError, OSError):
                resource.setrlimit(resource.RLIMIT_NOFILE, (granted, most))


def most_connections() -> int:
    """Return how many connections leave a process the other files that it needs."""
    if sys.platform == "win32":
        return MOST_CONNECTIONS
    import resource

    n_files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if n_files == resource.RLIM_INFINITY:
        return MOST_CONNECTIONS
    return min(MOST_CONNECTIONS, max(n_files // 2, n_files - SPARE_FILES))


class PromptProtocol(AutoHTTPProtocol):  # type: ignore[misc, valid-type]  # whichever of two is installed
    """Uvicorn's protocol, which by itself waits for the first lines of a request for ever, takes any number of
    connections, and lets the system hold back the second packet of an answer where several processes share a socket."""

    _timer: asyncio.TimerHandle

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for a request, or close a connection too many."""
        super().connection_made(transport)
        self._wait()
        if len(self.connections) > most_connections():
            self.transport.abort()
        else:  # asyncio does so only where the socket names its protocol, which one made for several processes does not
            transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def data_received(self, data: bytes) -> None:
        """Take what arrives, and note that it is all of a request."""
        super().data_received(data)
        if self.cycle is not None and not self.cycle.more_body:
            self.cycle.scope[ARRIVED] = True

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the timer of the request."""
        self._timer.cancel()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._timer = self.loop.call_later(HEADER_SECONDS, self._look, self.cycle)

    def _look(self, before: Any) -> None:  # noqa: ANN401 - the request that was answered last, of either class
        is_idle = self.cycle is None or self.cycle.response_complete
        if is_idle and self.cycle is before:
            self.transport.close()
        else:
            self._wait()
