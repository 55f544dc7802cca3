"""Ours by the name als."""

from __future__ import annotations

from typing import Any

from peers.ours import SOURCE, fitting, recommend

__all__ = ["ENVIRONMENT", "GRID", "NAME", "SOURCE", "fit", "recommend"]

NAME, ENVIRONMENT = "offerloop als", ""
GRID: list[dict[str, Any]] = [
    {"threads": 1},
    {"embedding_size": 100, "reg": 10.0, "threads": 1},
    {"embedding_size": 64, "reg": 0.01, "threads": 1},
    {"embedding_size": 64, "reg": 10.0, "threads": 1},
    {"embedding_size": 128, "reg": 0.01, "threads": 1},
    {"embedding_size": 128, "reg": 10.0, "threads": 1},
    {"embedding_size": 64, "reg": 30.0, "threads": 1},
]
fit = fitting("als")
