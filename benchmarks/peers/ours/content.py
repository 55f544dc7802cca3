"""Ours by the name content."""

from __future__ import annotations

from typing import Any

from peers.ours import SOURCE, fitting, recommend

__all__ = ["ENVIRONMENT", "GRID", "NAME", "SOURCE", "fit", "recommend"]

NAME, ENVIRONMENT = "offerloop content", ""
GRID: list[dict[str, Any]] = [
    {"time_constant_days": 20.0},
    {"time_constant_days": 60.0},
    {"time_constant_days": 120.0},
    {"time_constant_days": 365.0},
]
fit = fitting("content")
