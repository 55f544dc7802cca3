"""Everybody's best candidates when limits have prices, and what of each limit that uses up.

A candidate is worth its profit less the prices of all limits it counts in; each customer takes the best `most` that are
worth more than nothing. Of candidates worth the same the earlier is taken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from offerloop.allocation.problem import COUNT, Block, Limit
from offerloop.arrays import Floats, Ints
from offerloop.offers import NOTHING

EXACT = 2**53
"""Sums of integers below it are exact in floating point."""
Terms = tuple[str, str | None]
"""A measure, and the column of groups by whom its price differs."""


@dataclass(frozen=True, eq=False)
class Meters:
    """What limits count, brought together by measure and column."""

    offers: int
    terms: Mapping[Terms, tuple[Ints, Ints]]
    """Positions (m,) of the limits, and their weights (m, groups x offers)."""
    limits: int

    @classmethod
    def of(cls, limits: Sequence[Limit], offers: int) -> Meters:
        """Return the meters of some limits."""
        members: dict[Terms, list[int]] = {}
        for position, limit in enumerate(limits):
            members.setdefault((limit.measure, limit.column), []).append(position)
        terms = {
            member: (np.array(places), np.stack([limits[place].table(offers).ravel() for place in places]))
            for member, places in members.items()
        }
        return cls(offers, terms, len(limits))

    def worth(self, block: Block, prices: Floats) -> Floats:
        """(n, w): profit less prices (limits,) of what each candidate counts as."""
        worth = np.array(block.profit, dtype=np.float64)
        for (measure, column), (places, weights) in self.terms.items():
            if prices[places].any():
                price = self._price(block, column, (prices[places] @ weights).reshape(-1, self.offers))
                worth -= price if measure == COUNT else price * block.measures[measure]
        return worth

    @staticmethod
    def _price(block: Block, column: str | None, table: Floats) -> Floats:
        """(n, w), or (1, w) where all customers pay the same; table (groups, offers)."""
        group = None if column is None else block.groups[column]
        if block.offer is None:
            return table[:, : block.width] if group is None else table[group]
        return np.asarray(table[0 if group is None else group[:, None], block.offer], dtype=np.float64)

    def used(self, block: Block, rows: Ints, chosen: Ints) -> NDArray[np.object_]:
        """(limits,): what candidates use, exactly, as Python's integers."""
        per_limit, offer = np.zeros(self.limits, dtype=object), block.offers(rows, chosen)
        for (measure, column), (places, weights) in self.terms.items():
            group = 0 if column is None else block.groups[column][rows].astype(np.int64)
            sums = totals(group * self.offers + offer, block.measure(measure, rows, chosen), weights.shape[1])
            small = float(np.abs(weights).max()) * float(np.abs(sums).sum()) < EXACT
            per_limit[places] = weights @ sums if small else weights.astype(object) @ sums.astype(object)
        return per_limit


def slots(worth: Floats, most: int = 1) -> Ints:
    """(n, most): positions of the best candidates of each row of (n, w), `NOTHING` behind them."""
    if most == 1:
        best = worth.argmax(axis=1)
        taken = worth[np.arange(len(worth)), best] > 0
        return np.where(taken, best, NOTHING)[:, None]
    order = np.argsort(-worth, axis=1, kind="stable")[:, :most]
    best_slots = np.full((len(worth), most), NOTHING, dtype=np.int64)
    best_slots[:, : order.shape[1]] = np.where(np.take_along_axis(worth, order, axis=1) > 0, order, NOTHING)
    return best_slots


def taken(choice: Ints) -> tuple[Ints, Ints]:
    """Rows and slots of what a choice (n, most) takes."""
    rows, place = np.nonzero(choice != NOTHING)
    return rows, choice[rows, place].astype(np.int64)


def totals(cell: Ints, amount: Ints, cells: int) -> Ints:
    """(cells,): sums of integers, exactly."""
    if len(amount) == 0 or int(np.abs(amount).max()) * len(amount) < EXACT:
        return np.bincount(cell, amount, cells).astype(np.int64)
    high, low = np.divmod(amount, 2**26)
    return 2**26 * totals(cell, high, cells) + totals(cell, low, cells)
