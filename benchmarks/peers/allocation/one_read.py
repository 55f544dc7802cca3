"""The physical limit: to read the same bytes once, each thread its part, as numpy sums integers of 8 bytes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from peers.allocation.given import THREADS, Answer, Given

NAMES = {"sum": "one read of the same bytes"}
ENVIRONMENT = ""


def build(given: Given, _: str) -> list[Any]:
    """Views of profit and cost."""
    flat = [one.reshape(-1) for one in (given.profit, given.cost)]
    words = [one[: len(one) // 2 * 2].view(np.int64) for one in flat]
    return [part for one in words for part in np.array_split(one, THREADS)]


def solve(model: list[Any], _: str, __: float) -> Answer:
    """No plan."""
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(np.sum, model))
    return Answer()
