"""Bodies that a route reads itself, where FastAPI's resolution of arguments would take longer than the answer."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

Read = TypeVar("Read", bound=BaseModel)


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
        found = error.errors(include_url=False, include_context=False)
        raise RequestValidationError([{**one, "loc": ("body", *one["loc"])} for one in found]) from None
    except ValueError:
        problem = {"type": "json_invalid", "loc": ("body",), "msg": "no JSON", "input": None}
        raise RequestValidationError([problem]) from None
