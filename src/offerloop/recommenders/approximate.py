"""Nearly the products with the largest inner products, for many products of which an exact search passes over few."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count, takewhile
from math import ceil, sqrt
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from threadpoolctl import threadpool_limits  # a dependency of implicit

from offerloop.errors import InputError
from offerloop.recommenders.base import Scores
from offerloop.recommenders.histories import Codes
from offerloop.recommenders.index import HEAD, ProductIndex, Search
from offerloop.recommenders.selection import UNFILTERED, Best, Filters

_WANTED = 11
"""Products to be compared exactly, for each one of a list ..."""
_LEAST = 220
"""... and at least."""
_PART = 4
"""Where one product in so many would be fetched, or only one in so many may be shown, the search is exact."""
_MANY = 8
"""From so many queries at once the product of two matrices is faster."""
_SURE = 1.25
"""A search ends where the last product of the list is so many errors of rounding ahead of what was not fetched."""
_PARTS = 32
"""At least so many points stand for a vector, unless it has fewer dimensions."""
_TRAINED = 50_000
"""Products from which faiss learns to round, about."""
_SHALLOW = 3 * HEAD
"""A search that has to look no further is exact: it is as fast."""


@dataclass(frozen=True)
class Short:
    """Short codes of the vectors of an exact index from `begin` to `end`, in their order."""

    begin: int
    end: int
    codes: Any
    error: float
    """By how much rounding changes an inner product with a vector of length 1, root of the mean square."""
    kept: float
    """Share of the squared lengths that rounded vectors have; about as much is left of a high inner product."""

    @classmethod
    def build(cls, vectors: Scores, begin: int, end: int) -> Self:
        """Of the vectors from `begin` to `end`. Raises InputError where faiss is not installed."""
        faiss, some = _faiss(), vectors[begin:end]
        codes = faiss.index_factory(some.shape[1], _kind(some.shape[1]), faiss.METRIC_INNER_PRODUCT)
        sample = some[:: ceil(len(some) / _TRAINED)]
        with threadpool_limits(1):  # its threads wait for each other far longer than they work
            codes.train(sample)
            codes.add(some)
            lost = float(np.mean((sample - codes.sa_decode(codes.sa_encode(sample))) ** 2))
        square = float(np.mean(sample**2))
        return cls(begin, end, codes, sqrt(lost), max(1 - lost / square, 0.5) if square else 1.0)

    def best(self, search: Search, n: int) -> tuple[Codes, float]:
        """Places of the `n` vectors whose codes are best for the one query, and an affinity few others will reach."""
        scores, at = self.codes.search(search.queries, n)
        if at[0, -1] < 0:  # it stands for nothing: so many codes cannot be told from the worst
            return at[0, :0], np.inf
        length = sqrt(float(search.queries[0] @ search.queries[0]))
        others = float(scores[0, -1]) / self.kept + _SURE * self.error * length
        return at[0] + self.begin if self.begin else at[0], others


def _kind(dimensions: int) -> str:
    """What faiss calls vectors turned at random, of which one dimension or two are rounded to one of 16 points."""
    if dimensions <= _PARTS:
        return f"RR{dimensions},PQ{dimensions}x4fs_128"
    parts = max(_PARTS, ceil(dimensions / 2))
    return f"RR{2 * parts},PQ{parts}x4fs_128"


@dataclass(frozen=True)
class ApproximateIndex:
    """An exact index beside short codes of its vectors, which answer where it would look at too many products.

    The library faiss turns the vectors at random and rounds every two dimensions (each where there are 32 or fewer)
    to one of 16 points (product quantisation with fast scan, André, Kermarrec and Le Scouarnec 2015): a sixteenth of
    the memory to read. The best of these, and the longest vectors where lengths differ, are compared again by their
    exact affinities, more of them where the last of the list is not well ahead of what the others may reach.
    Affinities returned are exact; a product that belongs there may be missing.
    """

    exact: ProductIndex
    short: tuple[Short, ...]
    """Of all vectors; where lengths differ from the HEAD-th on, each of twice as many. None where there are few."""

    @classmethod
    def build(cls, exact: ProductIndex) -> Self:
        """On one thread, a second for 100,000 products. Raises InputError where faiss is not installed."""
        n = len(exact.vectors)
        if n <= _SHALLOW:
            _faiss()
            return cls(exact, ())
        if exact.flat:
            return cls(exact, (Short.build(exact.vectors, 0, n),))
        ends = [*takewhile(lambda end: end < n, (HEAD << doubled for doubled in count(3))), n]
        return cls(exact, tuple(Short.build(exact.vectors, HEAD, end) for end in ends))

    def best(self, queries: ArrayLike, k: int, filters: Filters = UNFILTERED) -> Best:
        """As `ProductIndex.best` and as many of each row; exactly where few products are to be looked at."""
        share = 1.0 if filters.allowed is None else np.count_nonzero(filters.allowed) / self.exact.n_codes
        if not self.short or share * _PART <= 1 or np.shape(queries)[0] >= _MANY:
            return self.exact.best(queries, k, filters)
        hidden = () if filters.hidden is None else filters.hidden
        fetched = ceil(max(_WANTED * k, _LEAST) / share) + max(map(len, hidden), default=0) // 2
        return Best.joined([self._one(one, fetched) for one in self.exact.searches(queries, k, filters, step=1)], k)

    def _one(self, search: Search, fetched: int) -> Best:
        """Of one query; fetches twice as many where the list is short or others may well belong there."""
        head = None if self.exact.flat else search.head()
        depth = len(self.exact.codes) if head is None else search.depth(head.floor)[0]
        short = next(one for one in self.short if one.end >= depth)
        while depth > _SHALLOW and fetched * _PART <= short.end - short.begin:
            at, others = short.best(search, fetched)
            found = search.compared(at, head)
            if found.scores[0, -1] > others:
                return found
            fetched *= 2
        return search.complete(search.head() if head is None else head)


def _faiss() -> Any:  # noqa: ANN401 - a module without types
    try:
        import faiss
    except ImportError:
        raise InputError(
            "an approximate index needs faiss; install it with: pip install 'offerloop[index]', or use the exact index"
        ) from None
    return faiss
