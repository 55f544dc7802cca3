"""Routes that are answered ahead of FastAPI's routing and resolution of arguments, which take longer than a decision.

They stand in the OpenAPI document like all others, and are bounded, logged and refused like all others.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from fastapi import Request, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from offerloop.web.problems import response_to

Endpoint = Callable[[Request], Awaitable[Response]]


class Direct:
    """Answers POST requests to some paths, and passes on the rest."""

    def __init__(self, app: ASGIApp, endpoints: Mapping[str, Endpoint]) -> None:
        self.app, self.endpoints = app, endpoints

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, or pass it on."""
        endpoint = self.endpoints.get(scope["path"]) if scope["type"] == "http" and scope["method"] == "POST" else None
        if endpoint is None:
            await self.app(scope, receive, send)
            return
        scope["offerloop.route"] = scope["path"]
        request = Request(scope, receive)
        try:
            response = await endpoint(request)
        except Exception as error:
            response = response_to(request, error)
        await response(scope, receive, send)
