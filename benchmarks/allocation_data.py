"""The made-up shop that plans are made for, and its limits, in a folder for each size.

A customer has an appetite and a sensitivity; ten offers of 5 to 50 % cost what a customer of such an appetite would
be given off, in whole units of money, and bring a profit that rises less and less with the depth. With one budget it is
30 % of what the plan without limits costs. With 25 limits the budget is 40 % of it; each offer goes to 8 % of the
customers at most; each of seven segments gets 1.05 sevenths of the budget at most, and half of what would be its equal
share of the customers at least.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from environments import BENCH
from peers.allocation.given import COUNT, NOTHING, Bound, Given, Numbers

OFFERS, SEGMENTS = 10, 7
DEPTHS = np.linspace(0.05, 0.5, OFFERS)
DRAWN = 500_000
"""Customers that are made up at once."""
SMALL_NUMBERS = 1_000_000
"""From so many customers on, numbers of 4 bytes rather than 8."""
ONE, MANY = "one", "many"
PROBLEMS = {ONE: "one budget", MANY: "25 limits"}


def folder(customers: int) -> Path:
    """Where the arrays and the limits of a size are; made where they are not."""
    place = BENCH / "allocation" / "given" / f"{customers}x{OFFERS}"
    if not all((place / f"{name}.json").exists() for name in PROBLEMS):
        place.mkdir(parents=True, exist_ok=True)
        given = drawn(customers)
        for name in ("profit", "cost", "segment"):
            np.save(place / f"{name}.npy", getattr(given, name))
        best = unlimited(given)
        for name, limits in ((ONE, one_budget(best)), (MANY, many_limits(customers, best))):
            replace(given, limits=limits).write_limits(place, name)
    return place


def drawn(customers: int) -> Given:
    """Everybody, without limits."""
    large = customers >= SMALL_NUMBERS
    profit = np.empty((customers, OFFERS), dtype=np.float32 if large else np.float64)
    cost = np.empty((customers, OFFERS), dtype=np.int32 if large else np.int64)
    for part, first in enumerate(range(0, customers, DRAWN)):
        some = slice(first, min(first + DRAWN, customers))
        profit[some], cost[some] = offers(some.stop - some.start, np.random.default_rng([17, part]))
    segment = np.random.default_rng(18).integers(0, SEGMENTS, customers, dtype=np.int8)
    return Given(profit, cost, segment, (), SEGMENTS)


def offers(customers: int, rng: np.random.Generator) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Profit and cost (customers, OFFERS)."""
    appetite, sensitivity = rng.gamma(1.5, 1.0, (customers, 1)), rng.gamma(2.0, 0.5, (customers, 1))
    cost = np.ceil(1_000 * appetite * DEPTHS * rng.uniform(0.5, 1.5, (customers, OFFERS)))
    brought = appetite * 180 * (1 - np.exp(-4 * DEPTHS * sensitivity))
    return brought * rng.uniform(0.6, 1.4, (customers, OFFERS)) - 0.15 * cost, cost


def unlimited(given: Given) -> int:
    """What it costs when everybody gets what brings most."""
    best = given.profit.argmax(axis=1)
    rows = np.arange(len(best))
    choice: Numbers = np.where(given.profit[rows, best] > 0, best, NOTHING)
    return int(given.cost[rows, best][choice != NOTHING].sum(dtype=np.int64))


def one_budget(best: int) -> tuple[Bound, ...]:
    """Of 30 % of the best plan's cost."""
    return (Bound("budget", int(0.3 * best)),)


def many_limits(customers: int, best: int) -> tuple[Bound, ...]:
    """See the module."""
    budget = int(0.4 * best)
    each = [tuple(int(one == segment) for one in range(SEGMENTS)) for segment in range(SEGMENTS)]
    least = customers // (2 * SEGMENTS)
    return (
        Bound("budget", budget),
        *(Bound(f"offer {one}", int(0.08 * customers), COUNT, offers=(one,)) for one in range(OFFERS)),
        *(
            Bound(f"budget of segment {one}", int(1.05 * budget / SEGMENTS), segments=who)
            for one, who in enumerate(each)
        ),
        *(
            Bound(f"least of segment {one}", -least, COUNT, segments=tuple(-here for here in who))
            for one, who in enumerate(each)
        ),
    )
