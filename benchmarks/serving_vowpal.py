"""How long Vowpal Wabbit takes to choose among offers for one customer: a contextual bandit in the same process."""

from __future__ import annotations

import statistics
import time

LEARNED = 200
"""Decisions that it has seen before it is timed."""


def decision_us(offers: int, times: int) -> float | None:
    """Return the median time of a decision in microseconds; None where Vowpal Wabbit is not installed."""
    try:
        from vowpalwabbit import Workspace
    except ImportError:
        return None
    model = Workspace("--cb_explore_adf --epsilon 0.1 --quiet")
    for number in range(LEARNED):
        model.learn(_example(number, offers, chosen=number % offers))
    took = []
    for number in range(times):
        begin = time.perf_counter()
        model.predict(_example(number, offers))
        took.append(time.perf_counter() - begin)
    model.finish()
    return 1e6 * statistics.median(took)


def _example(customer: int, offers: int, chosen: int | None = None) -> list[str]:
    """Return a decision as text: who it is for, and each offer; the chosen one with its cost and propensity."""
    shared = f"shared |customer id={customer} channel=app orders={customer % 7}"
    labels = [f"0:-{one % 3}:0.5 " if one == chosen else "" for one in range(offers)]
    return [shared, *(f"{label}|offer id={one} save={1 + one % 9}" for one, label in enumerate(labels))]
