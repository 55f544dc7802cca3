"""Ours by the name item_knn."""

from __future__ import annotations

from typing import Any

from peers.ours import SOURCE, fitting, recommend

__all__ = ["ENVIRONMENT", "GRID", "NAME", "SOURCE", "fit", "recommend"]

NAME, ENVIRONMENT = "offerloop item_knn", ""
GRID: list[dict[str, Any]] = [
    {"neighbours": 20, "threads": 1},
    {"neighbours": 50, "threads": 1},
    {"neighbours": 100, "threads": 1},
    {"neighbours": 300, "threads": 1},
]
fit = fitting("item_knn")
