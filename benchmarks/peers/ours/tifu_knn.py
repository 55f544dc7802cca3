"""Ours by the name tifu_knn."""

from __future__ import annotations

from typing import Any

from peers.ours import SOURCE, fitting, recommend

__all__ = ["ENVIRONMENT", "GRID", "NAME", "SOURCE", "fit", "recommend"]

NAME, ENVIRONMENT = "offerloop tifu_knn", ""
GRID: list[dict[str, Any]] = [
    {"group_size": 7, "basket_decay": 0.9, "group_decay": 0.7, "neighbours": 300, "own_weight": 0.5},
    {"group_size": 7, "basket_decay": 0.9, "group_decay": 0.7, "neighbours": 300, "own_weight": 0.7},
    {"group_size": 7, "basket_decay": 0.9, "group_decay": 0.7, "neighbours": 300, "own_weight": 0.9},
    {"group_size": 7, "basket_decay": 0.95, "group_decay": 0.8, "neighbours": 100, "own_weight": 0.7},
    {"group_size": 7, "basket_decay": 0.95, "group_decay": 0.8, "neighbours": 300, "own_weight": 0.7},
    {"group_size": 3, "basket_decay": 0.9, "group_decay": 0.9, "neighbours": 300, "own_weight": 0.3},
    {"group_size": 3, "basket_decay": 0.9, "group_decay": 0.9, "neighbours": 300, "own_weight": 0.7},
]
fit = fitting("tifu_knn")
