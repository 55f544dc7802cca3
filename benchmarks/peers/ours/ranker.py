"""Ours by the name ranker."""

from __future__ import annotations

from typing import Any

from peers.ours import SOURCE, fitting, recommend

__all__ = ["ENVIRONMENT", "GRID", "NAME", "SOURCE", "fit", "recommend"]

NAME, ENVIRONMENT = "offerloop ranker", ""
GRID: list[dict[str, Any]] = [
    {},
]
fit = fitting("ranker")
