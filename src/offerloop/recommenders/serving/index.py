"""The products with the largest inner products with a query, exactly, under filters, mostly without looking at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from math import isfinite
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from offerloop.errors import ContractError
from offerloop.recommenders.base import Scores
from offerloop.recommenders.histories import Codes
from offerloop.recommenders.serving.selection import UNFILTERED, Best, Cap, Filters, Mask, select

HEAD = 2_048
"""Products looked at first."""
_GROWTH = 16
"""So many times as far as it has looked a search looks next."""
_FEW = 8
"""Where one product in so many is allowed, or fewer, these are taken out before anything is computed."""
_LOWEST = np.finfo(np.float32).min
_TINY = float(np.finfo(np.float64).tiny)
_ROWS = 64
"""Queries at a time: then their affinities fit into a processor's cache."""
_FLAT = 0.5
"""Where the median length is so large a share of the HEAD-th longest, too few products could be passed over."""


@dataclass(frozen=True)
class ProductIndex:
    """Products from the longest vector to the shortest; in their own order where all are about equally long.

    No inner product exceeds the product of the lengths (Cauchy and Schwarz), so a search ends where the next
    product could not reach the k-th best affinity found so far. Lengths of factors of implicit feedback differ by
    orders of magnitude, and few products are looked at; where all are about equally long every one is, at once
    (`benchmarks/topk.py`). Affinities are float32 sums. BLAS takes as many threads as the process lets it.
    """

    codes: Codes
    """Shape (products,): positions in the vectors that the index was built from."""
    vectors: Scores
    """Shape (products, dimensions); the last dimension is the bias if there is one."""
    limits: NDArray[np.float64]
    """Minus the lengths, ascending, each with room for the rounding of an inner product; equal where `flat`."""
    flat: bool
    biased: bool
    n_codes: int
    """Products that the index was built from, of which it may hold some."""

    @classmethod
    def build(cls, vectors: ArrayLike, bias: ArrayLike | None = None) -> Self:
        """Build it from vectors of shape (products, dimensions) and what is added to every affinity of each product.

        Raises ContractError where a number is not finite.
        """
        matrix = np.asarray(vectors, dtype=np.float32)
        if bias is not None:
            matrix = np.column_stack([matrix, np.asarray(bias, dtype=np.float32)])
        lengths = _lengths(_finite(matrix, "product"))
        order = np.argsort(-lengths, kind="stable")
        room = 1 + 2 * (matrix.shape[1] + 2) * float(np.finfo(np.float32).eps)
        limits = -room * lengths[order]
        flat = len(order) > HEAD and bool(np.median(limits) <= _FLAT * limits[HEAD])
        if flat:
            order, limits = np.arange(len(matrix)), np.full(len(matrix), limits[0])
        return cls(order, matrix[order], limits, flat, bias is not None, len(matrix))

    @property
    def in_order(self) -> bool:
        """Whether places are codes, all products being about equally long."""
        return self.flat and len(self.codes) == self.n_codes

    def names(self, at: Codes) -> Codes:
        """Codes of the products at these places."""
        return at if self.in_order else self.codes.take(at)

    def only(self, allowed: Mask) -> Self:
        """An index of the products for which `allowed`, shape (products,), is true; codes stay what they are."""
        at = np.flatnonzero(allowed[self.codes])
        return replace(self, codes=self.codes[at], vectors=self.vectors[at], limits=self.limits[at])

    def best(self, queries: ArrayLike, k: int, filters: Filters = UNFILTERED) -> Best:
        """The `k` products with the largest inner products (and bias) for each query, shape (rows, dimensions).

        A row has fewer only where fewer may be shown. Memory grows with products, not with queries.
        """
        allowed = filters.allowed
        if allowed is not None and _FEW * np.count_nonzero(allowed) <= self.n_codes:
            return self.only(allowed).best(queries, k, replace(filters, allowed=None))
        if self.in_order:
            matrix = self._checked_queries(queries)
            parts = (slice(start, start + _ROWS) for start in range(0, len(matrix), _ROWS))
            return Best.joined([select(matrix[one] @ self.vectors.T, k, filters.of(one)) for one in parts], k)
        return Best.joined([one.complete(one.head()) for one in self.searches(queries, k, filters)], k)

    def searches(self, queries: ArrayLike, k: int, filters: Filters, step: int = _ROWS) -> Iterator[IndexSearch]:
        """One for every `step` queries."""
        matrix = self._checked_queries(queries)
        for start in range(0, len(matrix), step):
            rows = slice(start, start + step)
            part = matrix[rows]
            yield IndexSearch(self, part, k, filters.of(rows).live(len(part), self.n_codes), filters.cap)

    def _checked_queries(self, queries: ArrayLike) -> Scores:
        """Queries, with a one for the bias. Raises ContractError where one is not finite."""
        matrix = _finite(queries, "query")
        return matrix if not self.biased else np.column_stack([matrix, np.ones(len(matrix), dtype=np.float32)])


def _finite(vectors: ArrayLike, what: str) -> Scores:
    """Return the vectors as float32. Raises ContractError where a number is not finite."""
    matrix = np.asarray(vectors, dtype=np.float32)
    if not isfinite(np.vdot(matrix, matrix)) and not (finite := np.isfinite(matrix)).all():
        raise ContractError(f"the vector of {what} {np.flatnonzero(~finite.all(axis=1))[0]} is not finite")
    return matrix


def _lengths(matrix: Scores) -> NDArray[np.float64]:
    """Return the lengths of the rows."""
    squares: NDArray[np.float64] = np.einsum("ij,ij->i", matrix, matrix, dtype=np.float64)
    return np.sqrt(squares)


@dataclass(frozen=True)
class Entries:
    """Products found for queries, one an entry, in any order."""

    row: Codes
    code: Codes
    score: Scores
    floor: Scores
    """The affinity of each query below which no other product counts; minus infinity where fewer than k are known."""

    def of(self, which: Mask) -> Entries:
        """Some of the entries."""
        return replace(self, row=self.row[which], code=self.code[which], score=self.score[which])

    def joined(self, more: Entries) -> Entries:
        """All entries, and the floor that was told with the later ones."""
        row, code = np.concatenate([self.row, more.row]), np.concatenate([self.code, more.code])
        return Entries(row, code, np.concatenate([self.score, more.score]), more.floor)


@dataclass(frozen=True)
class IndexSearch:
    """A few queries on their way through an index."""

    index: ProductIndex
    queries: Scores
    """Shape (rows, dimensions), with a one for the bias."""
    k: int
    live: Mask | None
    """Shape (rows, products): what may be shown; None where everything may."""
    cap: Cap | None

    @cached_property
    def lengths(self) -> NDArray[np.float64]:
        """The lengths of the queries, above zero."""
        return np.maximum(_lengths(self.queries), _TINY)

    def head(self) -> Entries:
        """The best among the products with the longest vectors."""
        codes = self.index.codes[:HEAD]
        scores = self.queries @ self.index.vectors[:HEAD].T
        if self.live is not None:
            scores[~self.live.take(codes, axis=1)] = -np.inf
        floor = self._floor(scores, codes)
        at = np.flatnonzero(scores >= np.maximum(floor, _LOWEST)[:, None])
        row, column = np.divmod(at, len(codes))
        return Entries(row, codes[column], scores.ravel()[at], floor)

    def compared(self, at: Codes, head: Entries | None) -> Best:
        """Return the best of the products at these places in the index and of the head's, for the only query."""
        code = self.index.names(at)
        if self.live is not None:
            may = self.live[0].take(code)
            at = at[may]
            code = self.index.names(at)
        score = self.index.vectors.take(at, axis=0, mode="clip") @ self.queries[0]  # the mode that costs least
        if head is not None:
            code, score = np.concatenate([code, head.code]), np.concatenate([score, head.score])
        return Best.of_one(code, score, self.k, self.cap)

    def _floor(self, scores: Scores, codes: Codes) -> Scores:
        """The k-th highest of each row under the cap; minus infinity where there are fewer."""
        if self.cap is not None:
            return select(scores, self.k, Filters(cap=Cap(self.cap.groups[codes], self.cap.most))).scores[:, -1]
        at = len(codes) - self.k
        return np.partition(scores, at, axis=1)[:, at] if at >= 0 else np.full(len(scores), -np.inf, np.float32)

    def depth(self, floor: Scores) -> Codes:
        """Return, for each row, how many of the longest vectors may hold a product that reaches `floor`."""
        return np.searchsorted(self.index.limits, -floor / self.lengths, side="right")

    def complete(self, entries: Entries) -> Best:
        """The best of all products, given those of the head; each stretch of products narrows what is left to see."""
        start, depth = HEAD, self.depth(entries.floor)
        while len(rows := np.flatnonzero(depth > start)):
            end = min(_GROWTH * start, int(depth.max()))
            scores = self.queries[rows] @ self.index.vectors[start:end].T
            at = np.flatnonzero(scores >= entries.floor[rows, None])
            row, column = np.divmod(at, end - start)
            more = Entries(rows[row], self.index.codes[start + column], scores.ravel()[at], entries.floor)
            entries = entries.joined(more if self.live is None else more.of(self.live[more.row, more.code]))
            if end < depth.max():
                entries = replace(entries, floor=np.maximum(entries.floor, self.best(entries).scores[:, -1]))
                depth = self.depth(entries.floor)
            start = end
        return self.best(entries)

    def best(self, entries: Entries) -> Best:
        """The best of them."""
        if len(self.queries) == 1:
            return Best.of_one(entries.code, entries.score, self.k, self.cap)
        return Best.among(entries.row, entries.code, entries.score, (len(self.queries), self.k), self.cap)
