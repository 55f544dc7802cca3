"""Ours by the name ease."""

from __future__ import annotations

from typing import Any

from peers.ours import SOURCE, fitting, recommend

__all__ = ["ENVIRONMENT", "GRID", "NAME", "SOURCE", "fit", "recommend"]

NAME, ENVIRONMENT = "offerloop ease", ""
GRID: list[dict[str, Any]] = [
    {"reg": 10.0},
    {"reg": 30.0},
    {"reg": 100.0},
    {"reg": 200.0},
    {"reg": 300.0},
    {"reg": 500.0},
    {"reg": 1000.0},
]
fit = fitting("ease")
