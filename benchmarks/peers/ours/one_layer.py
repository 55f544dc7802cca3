"""Ours by the name one_layer."""

from __future__ import annotations

from typing import Any

from peers.ours import SOURCE, fitting, recommend

__all__ = ["ENVIRONMENT", "GRID", "NAME", "SOURCE", "fit", "recommend"]

NAME, ENVIRONMENT = "offerloop one_layer", ""
GRID: list[dict[str, Any]] = [
    {},
]
fit = fitting("one_layer")
