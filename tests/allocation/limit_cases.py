"""Small random problems of every kind of limit."""

from __future__ import annotations

import numpy as np

from offerloop.allocation.problem import COST, COUNT, Block, Limit, Problem

GROUPS = 3


def made(kind: str, seed: int) -> Problem:
    """Up to 13 customers in three groups, up to four offers, a budget, and limits of the kind."""
    rng = np.random.default_rng([KINDS.index(kind), seed])
    n, offers = int(rng.integers(1, 14)), int(rng.integers(1, 5))
    profit = np.round(rng.uniform(-5, 20, (n, offers)), 1)
    profit[rng.random((n, offers)) < 0.2] = -np.inf
    cost = rng.integers(-3 if kind == "negative costs" else 0, 13, (n, offers))
    group = rng.integers(0, GROUPS, n)
    value = np.where(np.isfinite(profit), profit, 0) + cost
    measures = {COST: cost, "missing return": np.ceil((2.0 * cost - value) * 10).astype(np.int64)}
    scale = max(1, int(0.4 * cost.clip(0).mean() * n))
    limits = (Limit("budget", int(rng.integers(0, 2 * scale + 1))), *LIMITS[kind](rng, scale, group, offers))
    block = Block(np.arange(n), profit, measures, None, {"group": group})
    return Problem(block.pieces(), offers, limits, 2 if kind == SEVERAL else 1)


def none(*_: object) -> list[Limit]:
    """The budget alone."""
    return []


def budgets(rng: np.random.Generator, scale: int, group: np.ndarray, offers: int) -> list[Limit]:
    """Of each offer and each group."""
    del group
    found = [Limit(f"offer {k}", int(rng.integers(0, scale + 1)), COST, (k,)) for k in range(offers)]
    return found + [
        Limit(f"group {g}", int(rng.integers(0, scale + 1)), COST, None, "group", only(g)) for g in range(GROUPS)
    ]


def caps(rng: np.random.Generator, scale: int, group: np.ndarray, offers: int) -> list[Limit]:
    """On how often each offer is given, and all together."""
    del scale
    names = {f"offer {k}": (k,) for k in range(offers)} | {"contacts": None}
    return [Limit(name, int(rng.integers(0, len(group) + 1)), COUNT, which) for name, which in names.items()]


def minimum(rng: np.random.Generator, scale: int, group: np.ndarray, offers: int) -> list[Limit]:
    """How often each offer is given at least."""
    del scale
    most = max(1, len(group) // 4)
    return [Limit(f"offer {k}", -int(rng.integers(0, most + 1)), COUNT, (k,), None, (-1,)) for k in range(offers)]


def band(rng: np.random.Generator, scale: int, group: np.ndarray, offers: int) -> list[Limit]:
    """Rates of offers in two groups lie within a band."""
    del scale, offers
    size, found = np.bincount(group, minlength=GROUPS), []
    for one in range(GROUPS):
        for other in range(GROUPS):
            if one != other and size[one] and size[other]:
                weights = [0] * GROUPS
                weights[one], weights[other] = int(size[other]), -int(size[one])
                width = int(float(rng.uniform(0.1, 0.5)) * size[one] * size[other])
                found.append(Limit(f"{one} over {other}", width, COUNT, None, "group", tuple(weights)))
    return found


def returns(*_: object) -> list[Limit]:
    """Twice the cost comes back."""
    return [Limit("return", 0, "missing return")]


def only(group: int) -> tuple[int, ...]:
    """Weight 1 for one group."""
    return tuple(int(one == group) for one in range(GROUPS))


SEVERAL = "two offers each"
"""The kind in which a customer may have two offers."""
LIMITS = {
    "budget": none,
    "negative costs": none,
    "budgets": budgets,
    "caps": caps,
    SEVERAL: caps,
    "minimum": minimum,
    "band": band,
    "return": returns,
}
KINDS = list(LIMITS)
SAFE = ("budget", "budgets", "caps", SEVERAL)
"""Kinds of budgets and caps, whose measures are never below zero: a plan that gives nothing keeps to them."""
