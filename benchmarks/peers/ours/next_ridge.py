"""Ours by the name next_ridge."""

from __future__ import annotations

from typing import Any

from peers.ours import SOURCE, fitting, recommend

__all__ = ["ENVIRONMENT", "GRID", "NAME", "SOURCE", "fit", "recommend"]

NAME, ENVIRONMENT = "offerloop next_ridge", ""
GRID: list[dict[str, Any]] = [
    {"reg": 3.0, "window_days": 28},
    {"reg": 10.0, "window_days": 28},
    {"reg": 30.0, "window_days": 28},
    {"reg": 3.0, "window_days": 56},
    {"reg": 10.0, "window_days": 56},
    {"reg": 30.0, "window_days": 56},
]
fit = fitting("next_ridge")
