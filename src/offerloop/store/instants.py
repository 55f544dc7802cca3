"""Instants: epoch seconds in the database, RFC 3339 in UTC where anybody else reads them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

_FIRST, _LAST = -62_135_596_800, 253_402_300_799
"""The seconds from which and up to which RFC 3339 has a year of four digits."""


def instant(second: int, ms: int | None = None) -> str:
    """Return an epoch second as RFC 3339 has it, in UTC; with `ms` to a thousandth of a second."""
    return f"{_second(second)}Z" if ms is None else f"{_second(second)}.{ms:03}Z"


@lru_cache(maxsize=1_024)
def _second(second: int) -> str:
    return datetime.fromtimestamp(min(max(second, _FIRST), _LAST), UTC).replace(tzinfo=None).isoformat()


def with_instants(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row with its instants as RFC 3339 has them: `at`, `at_ms`, and what ends in `_at` and `_until`."""
    return dict(_as_read(name, value) for name, value in row.items())


def _as_read(name: str, value: Any) -> tuple[str, Any]:  # noqa: ANN401 - whatever a column holds
    if name == "at_ms":
        return "at", instant(*divmod(value, 1_000))
    is_instant = isinstance(value, int) and (name == "at" or name.endswith(("_at", "_until")))
    return name, instant(value) if is_instant else value
