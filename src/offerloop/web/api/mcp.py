"""`/mcp`: the API as tools of language models (Model Context Protocol, streamable HTTP, revision of 2025-06-18).

Tools are made from the OpenAPI document, so that nothing is described twice. A call is a request to the same
application by the same token: roles, limits and the audit are those of the API. There are no sessions and no streams.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import Any, Literal
from urllib.parse import quote, urlencode

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, JsonValue

from offerloop import __version__
from offerloop.web.answering import json_response
from offerloop.web.auth import SignedIn, peer_of
from offerloop.web.problems import HttpProblem

REVISIONS = ("2025-06-18", "2025-03-26")
"""Revisions of the protocol that are spoken, the newest first."""
UNKNOWN_METHOD, WRONG_PARAMS = -32601, -32602
"""Codes of errors by JSON-RPC 2.0."""
SIGNING_IN = ("/v1/session", "/v1/people/accept")
INSTRUCTIONS = (
    "Offerloop decides which customer of a shop gets which promotion, and measures what that caused. Amounts are "
    "integers in minor units of the currency. Changes are made in the name of the token, and its roles decide what is "
    "allowed. A campaign is approved by somebody else than who edited it last."
)
router = APIRouter(tags=["mcp"], include_in_schema=False)


@dataclass(frozen=True)
class Tool:
    """One operation of the API."""

    name: str
    method: str
    path: str
    summary: str
    description: str
    places: Mapping[str, str]
    """By parameter, where it stands: path, query, header or body."""
    schema: Mapping[str, Any]
    """JSON Schema of the arguments."""

    def listed(self) -> dict[str, Any]:
        """Return what a model reads of it."""
        hints = {"readOnlyHint": self.method == "get", "destructiveHint": self.method == "delete"}
        return {
            "name": self.name, "title": self.summary, "description": self.description or self.summary,
            "inputSchema": self.schema, "annotations": hints,
        }  # fmt: skip

    def url(self, arguments: Mapping[str, JsonValue]) -> str:
        """Return path and query. Raises KeyError that names an argument of the path which is missing."""
        parts = {name: quote(str(arguments[name]), safe="", errors="replace") for name in self._at("path")}
        parameters = {name: arguments[name] for name in self._at("query") if arguments.get(name) is not None}
        query = urlencode({name: str(value) for name, value in parameters.items()}, errors="replace")
        return self.path.format(**parts) + (f"?{query}" if query else "")

    def headers(self, arguments: Mapping[str, JsonValue]) -> dict[str, str]:
        """Return the headers that are arguments."""
        values = {name: arguments[name] for name in self._at("header") if arguments.get(name) is not None}
        return {name: str(value).encode("ascii", "replace").decode() for name, value in values.items()}

    def _at(self, place: str) -> list[str]:
        return [name for name, its_place in self.places.items() if its_place == place]


def tools_in(document: Mapping[str, Any]) -> dict[str, Tool]:
    """Return the operations of an OpenAPI document that take and give JSON, by name."""
    schemas = document["components"]["schemas"]
    made = [
        _tool(path, method, operation, schemas)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if path.startswith("/v1/") and not path.startswith(SIGNING_IN) and not path.endswith(".csv")
        and set(operation.get("requestBody", {}).get("content", ())) <= {"application/json"}
    ]  # fmt: skip
    return {one.name: one for one in made}


def _tool(path: str, method: str, operation: Mapping[str, Any], schemas: Mapping[str, Any]) -> Tool:
    parameters = operation.get("parameters", ())
    properties = {one["name"]: one["schema"] for one in parameters}
    places = {one["name"]: one["in"] for one in parameters}
    required = [one["name"] for one in parameters if one.get("required")]
    body = operation.get("requestBody")
    if body is not None:
        properties["body"] = body["content"]["application/json"]["schema"]
        places["body"] = "body"
        required += ["body"] if body.get("required") else []
    schema = {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
    written = json.dumps({**schema, "$defs": {name: schemas[name] for name in _named(properties, schemas)}})
    return Tool(
        operation["operationId"].removesuffix(re.sub(r"\W", "_", f"{path}_{method}")),
        method, path, operation["summary"], operation.get("description", ""), places,
        json.loads(written.replace("#/components/schemas/", "#/$defs/")),
    )  # fmt: skip


def _named(part: object, schemas: Mapping[str, Any]) -> list[str]:
    """Return the schemas that a part of a document names, and those that they name."""
    names: dict[str, None] = {}
    waiting = list(_references(part))
    while waiting:
        name = waiting.pop()
        if name not in names:
            names[name] = None
            waiting += _references(schemas[name])
    return sorted(names)


def _references(part: object) -> Iterator[str]:
    return (one for one in re.findall(r'"#/components/schemas/(\w+)"', json.dumps(part)))


@lru_cache(maxsize=1)
def _tools_of(app: FastAPI) -> dict[str, Tool]:
    return tools_in(app.openapi())


class RpcMessage(BaseModel):
    """A request or, without an id, a notification by JSON-RPC 2.0."""

    jsonrpc: Literal["2.0"]
    id: int | str | None = None
    method: str
    params: dict[str, JsonValue] = {}


class RpcError(Exception):
    """What is answered as an error."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


@router.post("/mcp")
async def mcp(request: Request, message: RpcMessage, _: SignedIn) -> Response:
    """Answer one message of a client, who shows a token."""
    if "authorization" not in request.headers:
        raise HttpProblem("not_signed_in")
    if message.id is None:
        return Response(status_code=202)
    try:
        answer: dict[str, Any] = {"result": await _result(request, message)}
    except RpcError as error:
        answer = {"error": {"code": error.code, "message": str(error)}}
    return json_response({"jsonrpc": "2.0", "id": message.id, **answer})


async def _result(request: Request, message: RpcMessage) -> dict[str, Any]:
    match message.method:
        case "initialize":
            wanted = message.params.get("protocolVersion")
            return {
                "protocolVersion": wanted if wanted in REVISIONS else REVISIONS[0],
                "capabilities": {"tools": {}},
                "serverInfo": {"name": "offerloop", "version": __version__},
                "instructions": INSTRUCTIONS,
            }
        case "ping":
            return {}
        case "tools/list":
            return {"tools": [one.listed() for one in _tools_of(request.app).values()]}
        case "tools/call":
            return await _called(request, message.params)
    raise RpcError(UNKNOWN_METHOD, "this method is not known")


async def _called(request: Request, params: Mapping[str, JsonValue]) -> dict[str, Any]:
    """Send the request that a tool stands for; a problem is an answer that a model can read.

    The ETag of an answer is written beside it, since a change gives it back.
    """
    tool = _tools_of(request.app).get(str(params.get("name")))
    arguments = params.get("arguments", {})
    if tool is None or not isinstance(arguments, dict):
        raise RpcError(WRONG_PARAMS, "there is no such tool")
    try:
        url = tool.url(arguments)
    except KeyError as missing:
        raise RpcError(WRONG_PARAMS, f"the argument {missing} is missing") from None
    headers = {**tool.headers(arguments), "authorization": request.headers["authorization"]}
    content = None
    if "body" in arguments:
        content, headers["content-type"] = json.dumps(arguments["body"]), "application/json"
    httpx = await run_in_threadpool(import_module, "httpx")
    inside = httpx.ASGITransport(request.app, raise_app_exceptions=False, client=(peer_of(request), 0))
    async with httpx.AsyncClient(transport=inside, base_url=str(request.base_url)) as client:
        answer = await client.request(tool.method, url, content=content, headers=headers)
    texts = [answer.text, *(f"ETag: {one}" for one in answer.headers.get_list("etag"))]
    return {"content": [{"type": "text", "text": one} for one in texts], "isError": answer.is_error}
