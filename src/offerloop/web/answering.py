"""Answers that are JSON already, and texts of answers in CSV."""

from __future__ import annotations

import json
import re

from fastapi import Response

_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")
"""What a spreadsheet takes for a formula: https://owasp.org/www-community/attacks/CSV_Injection."""


def json_response(value: object, status: int = 200) -> Response:
    """Return plain values as JSON, without looking at them again."""
    content = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Response(content, status, media_type="application/json")


def without_formula(text: str) -> str:
    """Return a text with an apostrophe in front where a spreadsheet would take it for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text
