"""Answers that are JSON already."""

from __future__ import annotations

import json

from fastapi import Response


def json_response(value: object, status: int = 200) -> Response:
    """Return plain values as JSON, without looking at them again."""
    content = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Response(content, status, media_type="application/json")
