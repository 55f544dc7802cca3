"""Nearly the products with the largest inner products, for many products whose vectors are about equally long."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from threadpoolctl import threadpool_limits  # a dependency of implicit

from offerloop.errors import InputError
from offerloop.recommenders.base import Scores
from offerloop.recommenders.histories import Codes
from offerloop.recommenders.index import HEAD, Entries, ProductIndex, Search
from offerloop.recommenders.selection import UNFILTERED, Best, Filters

_WANTED = 4
"""Products to be compared exactly, for each one of a list ..."""
_LEAST = 80
"""... and at least."""
_PART = 4
"""A search that must look at one product in so many, or fewer, is exact: it is as fast."""
_MANY = 8
"""From so many queries at once the product of two matrices is faster."""
_TRAINED = 50_000
"""Products from which faiss learns to round, about."""


@dataclass(frozen=True)
class ApproximateIndex:
    """An exact index beside short codes of its vectors, which answer where it would look at too many products.

    The library faiss turns the vectors at random and rounds every dimension to one of 16 values (product quantisation
    with fast scan, André, Kermarrec and Le Scouarnec 2015): all products are compared, with an eighth of the memory
    to read. The best of these, and the longest vectors in any case, are compared again by their exact affinities:
    affinities returned are exact, and a product that belongs there may be missing.
    """

    exact: ProductIndex
    short: Any
    """Codes of the vectors from the HEAD-th on, in their order; None where there are few."""

    @classmethod
    def build(cls, exact: ProductIndex) -> Self:
        """On one thread, a second for 100,000 products. Raises InputError where faiss is not installed."""
        faiss = _faiss()
        rest = exact.vectors[HEAD:]
        if len(rest) < HEAD:
            return cls(exact, None)
        dimensions = rest.shape[1]
        short = faiss.index_factory(dimensions, f"RR{dimensions},PQ{dimensions}x4fs", faiss.METRIC_INNER_PRODUCT)
        with threadpool_limits(1):  # its threads wait for each other far longer than they work
            short.train(rest[:: ceil(len(rest) / _TRAINED)])
            short.add(rest)
        return cls(exact, short)

    def best(self, queries: ArrayLike, k: int, filters: Filters = UNFILTERED) -> Best:
        """As `ProductIndex.best` and as many of each row; exactly where few products are to be looked at."""
        share = 1.0 if filters.allowed is None else np.count_nonzero(filters.allowed) / self.exact.n_codes
        if self.short is None or share * _PART <= 1:
            return self.exact.best(queries, k, filters)
        hidden = () if filters.hidden is None else filters.hidden
        wanted = max(_WANTED * k, _LEAST)
        first = ceil(wanted / share) + max(map(len, hidden), default=0) // 2
        return Best.joined([self._some(one, first, wanted // 2) for one in self.exact.searches(queries, k, filters)], k)

    def _some(self, search: Search, fetched: int, least: int) -> Best:
        """Of a few queries; fetches twice as many where fewer than `least` of those fetched may be shown."""
        found, most = search.head(), len(self.exact.codes) // _PART
        left = search.depth(found.floor) > most
        while fetched <= most and 0 < np.count_nonzero(left) < _MANY:
            found = self._fetch(search, found, np.flatnonzero(left), fetched, least)
            left &= found.floor < np.inf
            fetched *= 2
        return search.complete(found)

    def _fetch(self, search: Search, found: Entries, rows: Codes, fetched: int, least: int) -> Entries:
        """With what the short codes hold for best for these rows; nothing else counts for those that have enough."""
        at = HEAD + self.short.search(search.queries[rows], fetched)[1]
        codes = self.exact.codes[at]
        may = at >= HEAD  # -1 stands for nothing
        if search.live is not None:
            may &= search.live[rows[:, None], codes]
        row, place = np.nonzero(may)
        at, row = at[row, place], rows[row]
        scores: Scores = np.einsum("ij,ij->i", self.exact.vectors[at], search.queries[row])
        more = Entries(row, self.exact.codes[at], scores, found.floor.copy())
        enough = np.zeros(len(search.queries), dtype=np.bool_)
        enough[rows] = _usable(search, more)[rows] >= least
        more.floor[enough] = np.inf
        return found.joined(more.of(enough[row]))


def _usable(search: Search, found: Entries) -> Codes:
    """How many products were found for each query; none where the cap leaves too few of them for a list."""
    n_found = np.bincount(found.row, minlength=len(search.queries))
    if search.cap is not None:
        n_found[search.best(found).codes[:, -1] < 0] = 0
    return n_found


def _faiss() -> Any:  # noqa: ANN401 - a module without types
    try:
        import faiss
    except ImportError:
        raise InputError(
            "an approximate index needs faiss; install it with: pip install 'offerloop[index]', or use the exact index"
        ) from None
    return faiss
