"""Ours by the name deep."""

from __future__ import annotations

from typing import Any

from peers.ours import SOURCE, fitting, recommend

__all__ = ["ENVIRONMENT", "GRID", "NAME", "SOURCE", "fit", "recommend"]

NAME, ENVIRONMENT = "offerloop deep", ""
GRID: list[dict[str, Any]] = [
    {},
]
fit = fitting("deep")
