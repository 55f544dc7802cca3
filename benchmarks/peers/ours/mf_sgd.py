"""Ours by the name mf_sgd."""

from __future__ import annotations

from typing import Any

from peers.ours import SOURCE, fitting, recommend

__all__ = ["ENVIRONMENT", "GRID", "NAME", "SOURCE", "fit", "recommend"]

NAME, ENVIRONMENT = "offerloop mf_sgd", ""
GRID: list[dict[str, Any]] = [
    {"biases": False, "reg": 1.0},
    {"biases": False, "reg": 10.0},
    {"biases": False, "reg": 30.0},
    {"biases": True, "reg": 1.0},
    {"biases": True, "reg": 10.0},
    {"biases": True, "reg": 30.0},
]
fit = fitting("mf_sgd")
