"""What a solver is given, what it answers, and what its answer is worth, counted for all in the same way."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Numbers = NDArray[Any]
THREADS = 2
"""Of every system."""
NOTHING = -1
COST, COUNT = "cost", "count"
ROWS = 65_536
"""Customers at once, so that counting takes little memory."""


@dataclass(frozen=True)
class Bound:
    """One limit: sum over the chosen of weight of the segment x measure <= at_most."""

    name: str
    at_most: int
    measure: str = COST
    offers: tuple[int, ...] | None = None
    """That count; None for all."""
    segments: tuple[int, ...] | None = None
    """Weight of each; None where everybody counts once."""

    def table(self, segments: int, offers: int) -> Ints:
        """(segments, offers): weights."""
        mask = np.zeros(offers, dtype=np.int64)
        mask[slice(None) if self.offers is None else list(self.offers)] = 1
        return np.outer(np.ones(segments, dtype=np.int64) if self.segments is None else self.segments, mask)


@dataclass(frozen=True, eq=False)
class Answer:
    """Of a solver: whole choices or shares, and what it knows of the best."""

    finished: bool = True
    """Within the time, with the solver's own word that this is the best within its tolerance."""
    choice: Ints | None = None
    """(n,): slots, `NOTHING` for none."""
    share: Floats | None = None
    """(n, w): of a linear relaxation."""
    prices: Floats | None = None
    """(limits,): multipliers, whose dual value is a bound."""
    bound: float | None = None
    """That it states itself."""


@dataclass(frozen=True, eq=False)
class Given:
    """Arrays of the shop, and limits."""

    profit: Numbers
    """(n, w)."""
    cost: Numbers
    """(n, w) integers."""
    segment: Numbers
    """(n,)."""
    limits: tuple[Bound, ...]
    segments: int

    @classmethod
    def read(cls, folder: Path, limits: str) -> Given:
        """The whole arrays in memory."""
        profit, cost, segment = (np.load(folder / f"{name}.npy") for name in ("profit", "cost", "segment"))
        told = json.loads((folder / f"{limits}.json").read_text(encoding="utf-8"))
        lists = ("offers", "segments")
        bounds = (one | {name: one[name] and tuple(one[name]) for name in lists} for one in told["limits"])
        return cls(profit, cost, segment, tuple(Bound(**one) for one in bounds), told["segments"])

    def write_limits(self, folder: Path, name: str) -> None:
        """As `read` reads them."""
        told = {"segments": self.segments, "limits": [asdict(one) for one in self.limits]}
        (folder / f"{name}.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")

    def few(self, customers: int) -> Given:
        """The first of them, with limits in proportion."""
        share = customers / len(self.profit)
        limits = tuple(replace(one, at_most=int(one.at_most * share)) for one in self.limits)
        some = slice(customers)
        return Given(self.profit[some], self.cost[some], self.segment[some], limits, self.segments)

    @property
    def at_most(self) -> list[int]:
        """Of each limit."""
        return [one.at_most for one in self.limits]

    def table(self, limit: Bound) -> Ints:
        """(segments, w): weights."""
        return limit.table(self.segments, self.profit.shape[1])

    def weights(self, limit: Bound) -> Numbers:
        """(n, w): what each candidate counts as."""
        weights = self.table(limit)[self.segment]
        return weights if limit.measure == COUNT else weights * self.cost

    def rows(self) -> Any:  # noqa: ANN401 - a sparse matrix of scipy
        """(n + limits, n w): first that each customer gets one offer at most, then the limits."""
        from scipy.sparse import csr_array, vstack

        n, w = self.profit.shape
        alone = csr_array((np.ones(n * w), np.arange(n * w), np.arange(0, n * w + 1, w)), (n, n * w))
        limits = [csr_array(self.weights(one).reshape(1, -1).astype(np.float64)) for one in self.limits]
        return vstack([alone, *limits], format="csr")

    def ends(self) -> Floats:
        """(n + limits,): what the rows may not exceed."""
        return np.concatenate([np.ones(len(self.profit)), np.array(self.at_most, dtype=np.float64)])

    def used(self, choice: Ints) -> list[int]:
        """Of each limit, exactly."""
        rows = np.flatnonzero(choice != NOTHING)
        slots, shape = choice[rows], (self.segments, self.profit.shape[1])
        cell = self.segment[rows].astype(np.int64) * shape[1] + slots
        paid = np.bincount(cell, self.cost[rows, slots], shape[0] * shape[1]).reshape(shape).astype(np.int64)
        counted = np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape)
        return [int((self.table(one) * (counted if one.measure == COUNT else paid)).sum()) for one in self.limits]

    def value(self, choice: Ints) -> float:
        """Profit."""
        rows = np.flatnonzero(choice != NOTHING)
        return float(self.profit[rows, choice[rows]].sum(dtype=np.float64))

    def dual(self, prices: Floats) -> float:
        """Value of the dual function at some prices: no plan, even with divided customers, has more profit."""
        paid, counted = (self._priced(prices, measure) for measure in (COST, COUNT))
        total = float(sum(price * most for price, most in zip(prices.tolist(), self.at_most, strict=True)))
        for first in range(0, len(self.profit), ROWS):
            some = slice(first, first + ROWS)
            segment = self.segment[some]
            worth = self.profit[some] - paid[segment] * self.cost[some] - counted[segment]
            total += float(np.maximum(worth.max(axis=1), 0.0).sum())
        return total

    def _priced(self, prices: Floats, measure: str) -> Floats:
        """(segments, w): price of a unit of a measure."""
        found = np.zeros((self.segments, self.profit.shape[1]))
        for price, limit in zip(prices.tolist(), self.limits, strict=True):
            if limit.measure == measure:
                found += price * self.table(limit)
        return found

    def whole(self, share: Floats) -> Ints:
        """(n,): shares (n, w) rounded: what has most of each customer, less the worst choices of limits exceeded.

        Of a limit that is exceeded go choices with the least profit per unit. Limits from below are not mended.
        """
        choice = np.where(share.max(axis=1) >= 1 - share.sum(axis=1), share.argmax(axis=1), NOTHING)
        for limit in self.limits:
            rows = np.flatnonzero(choice != NOTHING)
            use = self._each_use(limit, rows, choice[rows])
            over = int(use.sum()) - limit.at_most
            counted = np.flatnonzero(use > 0)
            if over > 0 and len(counted):
                rate = self.profit[rows[counted], choice[rows[counted]]] / use[counted]
                worst = counted[np.argsort(rate, kind="stable")]
                choice[rows[worst[: 1 + int(np.searchsorted(np.cumsum(use[worst]), over))]]] = NOTHING
        return choice

    def _each_use(self, limit: Bound, rows: Ints, slots: Ints) -> Ints:
        weights = self.table(limit)[self.segment[rows], slots]
        return weights if limit.measure == COUNT else weights * self.cost[rows, slots].astype(np.int64)
