"""The best products of each row of affinities under filters: what may be shown, and at most so many of a group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from offerloop.errors import ContractError
from offerloop.recommenders.base import Scores
from offerloop.recommenders.interactions import Codes
from offerloop.recommenders.top import best, place_in_row

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Cap:
    """At most `most` products of one group in a list. Raises ContractError when that is less than one."""

    groups: Codes
    """Shape (products,): the category of each product, or whatever else they are counted by."""
    most: int

    def __post_init__(self) -> None:
        if self.most < 1:
            raise ContractError(f"a list can show at most {self.most} products of a group; give 1 or more")

    def keeps(self, row: Codes, code: Codes) -> Mask:
        """Which entries stay, given entries of each row from its best one on; a row's entries need not be together."""
        group = self.groups[code]
        order = np.lexsort((group, row))
        row, group = row[order], group[order]
        begins = np.ones(len(order), dtype=np.bool_)
        begins[1:] = (row[1:] != row[:-1]) | (group[1:] != group[:-1])
        start = np.flatnonzero(begins)
        place = np.arange(len(order)) - np.repeat(start, np.diff(start, append=len(order)))
        kept = np.empty(len(order), dtype=np.bool_)
        kept[order] = place < self.most
        return kept


@dataclass(frozen=True)
class Filters:
    """What may be shown to whom. Products are given by their codes, positions from 0."""

    allowed: Mask | None = None
    """Shape (products,): false where nobody may see it: out of stock, excluded, margin too low."""
    hidden: Sequence[Codes] | None = None
    """For each row what it alone may not show, such as what the customer has bought."""
    cap: Cap | None = None

    def of(self, rows: slice) -> Filters:
        """The same for some of the rows."""
        return self if self.hidden is None else replace(self, hidden=self.hidden[rows])

    def live(self, n_rows: int, n_products: int) -> Mask | None:
        """Shape (rows, products): what may be shown; None where everything may. Not to be written to."""
        if self.hidden is None:
            return None if self.allowed is None else np.broadcast_to(self.allowed, (n_rows, n_products))
        live = np.empty((n_rows, n_products), dtype=np.bool_)
        live[:] = True if self.allowed is None else self.allowed
        for one, codes in zip(live, self.hidden, strict=True):
            one[codes] = False
        return live


UNFILTERED = Filters()


@dataclass(frozen=True)
class Best:
    """The best products of each row, best first, equal ones in product order."""

    codes: Codes
    """Shape (rows, k); -1 where a row has fewer than k products that may be shown."""
    scores: Scores
    """Shape (rows, k); minus infinity there."""

    @classmethod
    def none(cls, shape: tuple[int, int]) -> Best:
        """Nothing found yet."""
        return cls(np.full(shape, -1), np.full(shape, -np.inf, dtype=np.float32))

    @classmethod
    def among(cls, row: Codes, code: Codes, score: Scores, shape: tuple[int, int], cap: Cap | None) -> Best:
        """The first of each row among entries in any order."""
        order = np.lexsort((code, -score, row))
        row, code, score = row[order], code[order], score[order]
        if cap is not None:
            kept = cap.keeps(row, code)
            row, code, score = row[kept], code[kept], score[kept]
        place = place_in_row(row, shape[0])
        first = place < shape[1]
        found = cls.none(shape)
        found.codes[row[first], place[first]] = code[first]
        found.scores[row[first], place[first]] = score[first]
        return found

    @classmethod
    def joined(cls, parts: Sequence[Best], k: int) -> Best:
        """One below the other; of no parts, none for no rows."""
        codes = [np.empty((0, k), dtype=np.int64), *(one.codes for one in parts)]
        scores = [np.empty((0, k), dtype=np.float32), *(one.scores for one in parts)]
        return cls(np.concatenate(codes), np.concatenate(scores)) if len(parts) != 1 else parts[0]


def select(scores: Scores, k: int, filters: Filters = UNFILTERED) -> Best:
    """The `k` best of each row of affinities, shape (rows, products), of any recommender.

    Sets what is filtered out to minus infinity, in `scores` itself; what was so already stays out too.
    """
    live = filters.live(*scores.shape)
    if live is not None:
        scores[~live] = -np.inf
    found = Best.none((len(scores), k))
    if not scores.shape[1]:
        return found
    columns = best(scores, k) if filters.cap is None else _capped(scores, k, filters.cap)
    value = np.take_along_axis(scores, columns, axis=1)
    row, place = np.nonzero((columns >= 0) & (value > -np.inf))
    found.codes[row, place], found.scores[row, place] = columns[row, place], value[row, place]
    return found


def _capped(scores: Scores, k: int, cap: Cap) -> Codes:
    """Columns, -1 where there are too few; looks four times as far until k are found."""
    chosen = np.full((len(scores), k), -1)
    left, depth = np.arange(len(scores)), min(4 * k, scores.shape[1])
    while len(left):
        columns = best(scores[left], depth)
        value = np.take_along_axis(scores[left], columns, axis=1)
        row, place = np.nonzero(value > -np.inf)
        found = Best.among(row, columns[row, place], value[row, place], (len(left), k), cap).codes
        done = (found[:, -1] >= 0) | (value[:, -1] == -np.inf) | (depth == scores.shape[1])
        chosen[left[done]] = found[done]
        left, depth = left[~done], min(4 * depth, scores.shape[1])
    return chosen
