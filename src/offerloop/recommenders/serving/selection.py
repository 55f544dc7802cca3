"""The best products of each row of affinities under filters: what may be shown, and at most so many of a group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from offerloop.errors import ContractError
from offerloop.recommenders.base import Scores
from offerloop.recommenders.histories import Codes, place_in_row
from offerloop.recommenders.top_columns import best

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Cap:
    """Allow at most `most` products of one group in a list. Raises ContractError when that is less than one."""

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
    """What each row alone may not show, such as what the customer has bought."""
    cap: Cap | None = None

    def of(self, rows: slice) -> Filters:
        """The same for some of the rows."""
        if self.hidden is None or (rows.start == 0 and rows.stop >= len(self.hidden)):
            return self
        return replace(self, hidden=self.hidden[rows])

    def live(self, n_rows: int, n_products: int) -> Mask | None:
        """Shape (rows, products): what may be shown; None where everything may. Not to be written to."""
        if self.hidden is None:
            return None if self.allowed is None else np.broadcast_to(self.allowed, (n_rows, n_products))
        live = np.empty((n_rows, n_products), dtype=np.bool_)
        live[:] = True if self.allowed is None else self.allowed
        for row, codes in zip(live, self.hidden, strict=True):
            row[codes] = False
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
        """Return a selection in which no product has been found yet."""
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
        best = cls.none(shape)
        best.codes[row[first], place[first]] = code[first]
        best.scores[row[first], place[first]] = score[first]
        return best

    @classmethod
    def of_one(cls, code: Codes, score: Scores, k: int, cap: Cap | None) -> Best:
        """The first of the one row there is, among its entries in any order."""
        if cap is None and len(score) > k:
            first = np.flatnonzero(score >= np.partition(score, len(score) - k)[len(score) - k])
            code, score = code.take(first), score.take(first)
        order = np.lexsort((code, -score))
        if cap is not None:
            order = order[cap.keeps(np.zeros_like(order), code[order])]
        if len(order) >= k:
            order = order[:k]
            return cls(code[order][None], score[order][None])
        best = cls.none((1, k))
        best.codes[0, : len(order)], best.scores[0, : len(order)] = code[order], score[order]
        return best

    @classmethod
    def joined(cls, parts: Sequence[Best], k: int) -> Best:
        """One below the other; of no parts, none for no rows."""
        if len(parts) == 1:
            return parts[0]
        codes = [np.empty((0, k), dtype=np.int64), *(one.codes for one in parts)]
        scores = [np.empty((0, k), dtype=np.float32), *(one.scores for one in parts)]
        return cls(np.concatenate(codes), np.concatenate(scores))


def select(scores: Scores, k: int, filters: Filters = UNFILTERED) -> Best:
    """The `k` best of each row of affinities, shape (rows, products), of any recommender.

    What is minus infinity is not shown; `scores` may be changed by that.
    """
    for row, codes in () if filters.hidden is None else zip(scores, filters.hidden, strict=True):
        row[codes] = -np.inf
    if not scores.shape[1]:
        return Best.none((len(scores), k))
    columns = _open(scores, k, filters.allowed) if filters.cap is None else _capped(scores, k, filters)
    if columns.shape[1] < k:
        columns = np.pad(columns, ((0, 0), (0, k - columns.shape[1])), constant_values=-1)
    value = scores[np.arange(len(scores))[:, None], columns]
    shown = (columns >= 0) & (value > -np.inf)
    return Best(np.where(shown, columns, -1), np.where(shown, value, np.float32(-np.inf)))


def _open(scores: Scores, k: int, allowed: Mask | None) -> Codes:
    """Columns; takes out everything that nobody may see only where twice as many as wanted do not suffice."""
    if allowed is None:
        return best(scores, k)
    columns, row = best(scores, 2 * k), np.arange(len(scores))[:, None]
    first = np.argsort(~allowed[columns], axis=1, kind="stable")[:, :k]
    columns = columns[row, first]
    if columns.shape[1] == k and allowed[columns[:, -1]].all():
        return columns
    scores[:, ~allowed] = -np.inf
    return best(scores, k)


def _capped(scores: Scores, k: int, filters: Filters) -> Codes:
    """Columns, -1 where there are too few; looks four times as far until k are found."""
    if filters.allowed is not None:
        scores[:, ~filters.allowed] = -np.inf
    chosen = np.full((len(scores), k), -1)
    left, depth = np.arange(len(scores)), min(4 * k, scores.shape[1])
    while len(left):
        columns = best(scores[left], depth)
        value = np.take_along_axis(scores[left], columns, axis=1)
        row, place = np.nonzero(value > -np.inf)
        codes = Best.among(row, columns[row, place], value[row, place], (len(left), k), filters.cap).codes
        done = (codes[:, -1] >= 0) | (value[:, -1] == -np.inf) | (depth == scores.shape[1])
        chosen[left[done]] = codes[done]
        left, depth = left[~done], min(4 * depth, scores.shape[1])
    return chosen
