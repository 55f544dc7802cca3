"""Ours by the name popularity."""

from __future__ import annotations

from typing import Any

from peers.ours import SOURCE, fitting, recommend

__all__ = ["ENVIRONMENT", "GRID", "NAME", "SOURCE", "fit", "recommend"]

NAME, ENVIRONMENT = "offerloop popularity", ""
GRID: list[dict[str, Any]] = [
    {"window_days": 7},
    {"window_days": 14},
    {"window_days": 28},
    {"window_days": 56},
    {"window_days": 91},
    {"window_days": 365},
]
fit = fitting("popularity")
