"""Ours by the name item2vec."""

from __future__ import annotations

from typing import Any

from peers.ours import SOURCE, fitting, recommend

__all__ = ["ENVIRONMENT", "GRID", "NAME", "SOURCE", "fit", "recommend"]

NAME, ENVIRONMENT = "offerloop item2vec", ""
GRID: list[dict[str, Any]] = [
    {},
    {"window": 30},
    {"epochs": 10, "embedding_size": 64},
]
fit = fitting("item2vec")
