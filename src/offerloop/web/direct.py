"""Routes that are answered ahead of FastAPI's routing and resolution of arguments, which take longer than a decision.

They stand in the OpenAPI document like all others, and are bounded, logged and refused like all others. Such an
endpoint takes nothing but the request, and reads its body itself; `for_deciders` makes one of a route that takes more.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.types import ASGIApp, Receive, Scope, Send

from offerloop.web.auth import Caller, caller_with
from offerloop.web.problems import response_to
from offerloop.web.roles import Permission

Read = TypeVar("Read", bound=BaseModel)
Endpoint = Callable[[Request], Awaitable[Response]]


class Direct:
    """Answers POST requests to some paths, and passes on the rest."""

    def __init__(self, app: ASGIApp, endpoints: Mapping[str, Endpoint]) -> None:
        self.app, self.endpoints = app, endpoints

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, or pass it on."""
        endpoint = self.endpoints.get(scope["path"]) if scope["method"] == "POST" else None
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


def for_deciders(model: type[Read], answer: Callable[[Request, Read, Caller], Awaitable[Response]]) -> Endpoint:
    """Return the endpoint of a route of FastAPI whose function takes a body and a caller who may ask for decisions."""

    async def endpoint(request: Request) -> Response:
        caller = await caller_with(request, Permission.DECIDE)
        return await answer(request, read_body(model, request.scope["offerloop.body"]), caller)

    return endpoint


def body_in_document(model: type[BaseModel]) -> dict[str, Any]:
    """Return what the OpenAPI document says of a route's body, whose schema another route brings with it."""
    schema = {"$ref": f"#/components/schemas/{model.__name__}"}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def read_body(model: type[Read], body: bytes) -> Read:
    """Parse a body. Raises RequestValidationError as FastAPI does, so that problems are the same on every route."""
    try:
        return model.model_validate_json(body)
    except ValidationError:
        return _read_by_steps(model, body)


def _read_by_steps(model: type[Read], body: bytes) -> Read:
    """Parse what is not valid, so that the error says whether it is no JSON or a field is wrong."""
    try:
        return model.model_validate(json.loads(body))
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False)
        raise RequestValidationError([{**one, "loc": ("body", *one["loc"])} for one in faults]) from None
    except ValueError:
        problem = {"type": "json_invalid", "loc": ("body",), "msg": "no JSON", "input": None}
        raise RequestValidationError([problem]) from None
