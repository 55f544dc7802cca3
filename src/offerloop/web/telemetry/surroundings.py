"""What surrounds every answer: headers that keep browsers safe, a request's id, its line in the log, and its count."""

from __future__ import annotations

import time
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from offerloop.web.telemetry.metrics import Metrics
from offerloop.web.telemetry.random_ids import random_hex

SAFE = [
    (b"content-security-policy", b"default-src 'self'; frame-ancestors 'none'"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
]
_SAFE_NAMES = frozenset(name for name, _ in SAFE)


class Surroundings:
    """The outermost layer. The log names routes, never paths, which may hold ids of customers."""

    def __init__(self, app: ASGIApp, metrics: Metrics, log: Callable[[str], None] | None) -> None:
        self.app, self.metrics, self.log = app, metrics, log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, and count it."""
        begin, status = time.perf_counter(), 500
        request_id = scope["offerloop.request_id"] = random_hex(2)
        more = [*SAFE, (b"x-request-id", request_id.encode())]

        async def with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                own = {name for name, _ in message["headers"]}
                unset = more if own.isdisjoint(_SAFE_NAMES) else [one for one in more if one[0] not in own]
                message["headers"] = [*message["headers"], *unset]
            await send(message)

        try:
            await self.app(scope, receive, with_headers)
        finally:
            seconds = time.perf_counter() - begin
            route = str(scope.get("offerloop.route") or getattr(scope.get("route"), "path", "other"))
            self.metrics.count("offerloop_requests_total", route=route, method=_method(scope), status=status)
            self.metrics.took("offerloop_request_seconds", seconds, route=route)
            if self.log is not None:
                self.log(_line(scope, route, status, seconds, request_id))


def _method(scope: Scope) -> str:
    method = str(scope["method"])
    return method if method in ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS") else "other"


def _line(scope: Scope, route: str, status: int, seconds: float, request_id: str) -> str:
    """Return a line of JSON; nothing in it needs quoting: ids of callers and routes are our own."""
    return (
        f'{{"at": {time.time():.3f}, "event": "request", "method": "{_method(scope)}", "route": "{route}", '
        f'"status": {status}, "ms": {1000 * seconds:.2f}, "request_id": "{request_id}", '
        f'"who": "{scope.get("offerloop.who", "")}"}}'
    )
