"""Nearly the products with the largest inner products, for many products of which an exact search passes over few."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, takewhile
from math import ceil, inf, isfinite, sqrt
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from threadpoolctl import threadpool_limits  # a dependency of implicit

from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.recommenders.base import Scores
from offerloop.recommenders.histories import Codes
from offerloop.recommenders.serving.calibration import ListAnswer, calibrated
from offerloop.recommenders.serving.index import HEAD, IndexSearch, ProductIndex
from offerloop.recommenders.serving.selection import UNFILTERED, Best, Filters

_WANTED = 16
"""Products to be compared exactly, for each one of a list ..."""
_LEAST = 320
"""... and at least."""
_FURTHER = 3
"""Where these are not enough, so many times as many are compared next."""
_PART = 4
"""Where only one product in so many may be shown the search is exact."""
_FETCH_COST = 10
"""To fetch and compare a product costs about as much as looking at so many, to read all codes as at one in so many."""
_FASTER = 2
"""Where it would not be so many times as fast as looking at all, an index answers exactly."""
_MANY = 8
"""From so many queries at once the product of two matrices is faster."""
_TINY = float(np.finfo(np.float64).tiny)
_PARTS = 32
"""At least so many points stand for a vector, unless it has fewer dimensions."""
_SINGLE = 40
"""Up to so many dimensions each is rounded by itself."""
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
    """The change of an inner product with a vector of length 1 by rounding, root of the mean square."""
    kept: float
    """Share of the squared lengths that rounded vectors have; about as much is left of a high inner product."""

    @classmethod
    def build(cls, vectors: Scores, begin: int, end: int) -> Self:
        """Encode the vectors from `begin` to `end`. Raises InputError where faiss is not installed."""
        faiss, some = _faiss(), vectors[begin:end]
        codes = faiss.index_factory(some.shape[1], _kind(some.shape[1]), faiss.METRIC_INNER_PRODUCT)
        sample = some[:: ceil(len(some) / _TRAINED)]
        with threadpool_limits(1):  # its threads wait for each other far longer than they work
            codes.train(sample)
            codes.add(some)
            lost = float(np.mean((sample - codes.sa_decode(codes.sa_encode(sample))) ** 2))
        square = float(np.mean(sample**2))
        return cls(begin, end, codes, sqrt(lost), max(1 - lost / square, 0.5) if square else 1.0)

    def best(self, search: IndexSearch, n: int) -> tuple[Codes, float]:
        """Places of the `n` vectors whose codes are best for the one query, and the affinity the last stands for."""
        scores, at = self.codes.search(search.queries, n)
        if at[0, -1] < 0:  # it stands for nothing: so many codes cannot be told from the worst
            return at[0, :0], np.inf
        return at[0] + self.begin if self.begin else at[0], float(scores[0, -1]) / self.kept

    def unit(self, search: IndexSearch) -> float:
        """Return by how much rounding changes an inner product with the one query, above zero."""
        return max(self.error * float(search.lengths[0]), _TINY)


def _kind(dimensions: int) -> str:
    """What faiss calls vectors turned at random, of which one dimension or two are rounded to one of 16 points."""
    if dimensions <= _SINGLE:
        return f"RR{dimensions},PQ{dimensions}x4fs_128"
    parts = max(_PARTS, ceil(dimensions / 2))
    return f"RR{2 * parts},PQ{parts}x4fs_128"


@dataclass(frozen=True)
class ApproximateIndex:
    """An exact index beside short codes of its vectors, which answer where it would look at too many products.

    The library faiss turns the vectors at random and rounds every two dimensions (each where there are 40 or fewer)
    to one of 16 points (product quantisation with fast scan, André, Kermarrec and Le Scouarnec 2015): a sixteenth of
    the memory to read. The best of these, and the longest vectors where lengths differ, are compared again by their
    exact affinities, more of them where the last of the list is not well ahead of what the others may reach: how far
    it must be is measured when the index is built. Affinities returned are exact; a product that belongs there may be
    missing.
    """

    exact: ProductIndex
    short: tuple[Short, ...]
    """Codes of all vectors; where lengths differ from the HEAD-th on, each of twice as many. Empty if all is exact."""
    sureness: float
    """A search ends where the last of the list is more errors of rounding ahead; infinite where all is exact."""
    recall: float
    """Share found, with that, of the products that belong in the lists for made-up requests (`calibrated`)."""

    @classmethod
    def build(cls, exact: ProductIndex) -> Self:
        """Build it on one thread, in some seconds for 100,000 products. Raises InputError where faiss is not installed.

        Answers all requests exactly where products are few, or no sureness is both enough and faster.
        """
        n = len(exact.vectors)
        if n <= _SHALLOW:
            _faiss()
            return cls(exact, (), inf, 1.0)
        ends = takewhile(lambda end: end < n, (HEAD << doubled for doubled in count(3)))
        parts = [(0, n)] if exact.flat else [(HEAD, end) for end in (*ends, n)]
        trial = cls(exact, tuple(Short.build(exact.vectors, begin, end) for begin, end in parts), inf, 1.0)
        with threadpool_limits(1):
            sureness, recall = calibrated(exact, trial.answers, n / _FASTER)
        return cls(exact, trial.short if isfinite(sureness) else (), sureness, recall)

    def best(self, queries: ArrayLike, k: int, filters: Filters = UNFILTERED) -> Best:
        """Return what `ProductIndex.best` does; exactly where few products are to be looked at."""
        share = 1.0 if filters.allowed is None else np.count_nonzero(filters.allowed) / self.exact.n_codes
        if not self.short or share * _PART <= 1 or np.shape(queries)[0] >= _MANY:
            return self.exact.best(queries, k, filters)
        hidden = 0 if filters.hidden is None else max(map(len, filters.hidden), default=0)
        searches = self.exact.searches(queries, k, filters, step=1)
        return Best.joined([self._first_sure_list(search, share, hidden) for search in searches], k)

    def _first_sure_list(self, search: IndexSearch, share: float, hidden: int) -> Best:
        """Return the first list for one query that is well enough ahead."""
        return next(best for best, ahead, _ in self.answers(search, share, hidden) if ahead > self.sureness)

    def answers(self, search: IndexSearch, share: float, hidden: int) -> Iterator[ListAnswer]:
        """Yield longer and longer lists for one query, at last all; that share is allowed and so many are hidden."""
        fetched = ceil(max(_WANTED * search.k, _LEAST) / share) + hidden // 2
        head = None if self.exact.flat else search.head()
        depth = len(self.exact.codes) if head is None else search.depth(head.floor)[0]
        short, cost = next(one for one in self.short if one.end >= depth), 0.0
        n = short.end - short.begin
        while depth > _SHALLOW and fetched * _FETCH_COST <= n:
            at, others = short.best(search, fetched)
            best, cost = search.compared(at, head), cost + n / _FETCH_COST + fetched * _FETCH_COST
            yield ListAnswer(best, (float(best.scores[0, -1]) - others) / short.unit(search), cost)
            fetched *= _FURTHER
        yield ListAnswer(search.complete(search.head() if head is None else head), inf, cost + n if cost else 0.0)


def _faiss() -> Any:  # noqa: ANN401 - a module without types
    try:
        import faiss
    except ImportError:
        raise InputError(
            Message(
                "an approximate index needs faiss; install it with: pip install 'offerloop[index]', or use "
                "the exact index"
            )
        ) from None
    return faiss
