"""What decisions over HTTP are compared with: a bare route of FastAPI that parses the same body, and bare Starlette."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from offerloop.web.api.decisions import DecisionRequest

ANSWER = b'{"offers":[{"offer_id":"offer-1"}]}'
bare_fastapi = FastAPI(openapi_url=None)


@bare_fastapi.post("/v1/decisions")
async def parsed(body: DecisionRequest) -> Response:  # noqa: ARG001 - parsing it is what is measured
    """Parse the body and answer what is always the same."""
    return Response(ANSWER, media_type="application/json")


async def _read(request: Request) -> Response:
    await request.body()
    return Response(ANSWER, media_type="application/json")


bare_starlette = Starlette(routes=[Route("/v1/decisions", _read, methods=["POST"])])
