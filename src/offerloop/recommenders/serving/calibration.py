"""How well ahead the lists of an approximate index must be, measured on requests made up from its own vectors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import inf
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from offerloop.recommenders.base import Scores
from offerloop.recommenders.histories import Codes
from offerloop.recommenders.serving.index import IndexSearch, ProductIndex
from offerloop.recommenders.serving.selection import Best, Filters

GRID = np.r_[1:4:0.25, 4:9]
"""Surenesses that are tried."""
_RECALL = 0.985
"""To be found of the products that belong in the lists, of each kind of requests; 0.98 are promised."""
_REQUESTS = 100
"""The number of requests of each kind."""
_K = 20
"""Products of a list."""
_HIDDEN = 400
"""From every second request about half of so many are hidden, those with the highest affinities."""
_SEED = 93


class ListAnswer(NamedTuple):
    """A list for one request, which may be good enough."""

    best: Best
    ahead: float
    """The lead of its last product over the others in errors of rounding; infinite where all were looked at."""
    cost: float
    """The cost of this list and those before, in products looked at; 0 where no code was read."""


Answers = Callable[[IndexSearch, float, int], Iterator[ListAnswer]]
"""Ever longer searches for one request, given the share of products allowed to all and how many it may not show."""
Measured = NDArray[np.float64]
"""Recall and cost, shape (2, GRID)."""


def calibrated(exact: ProductIndex, answers: Answers, most: float) -> tuple[float, float]:
    """The least sureness with which requests of every kind find enough, and the lowest recall of a kind with it.

    Infinite and 1 where none does, or where the mean cost of a request would not be below `most`.
    """
    kinds = np.array([_measured(exact, queries, answers) for queries in _made_up(exact)])
    recall, cost = kinds[:, 0].min(axis=0), kinds[:, 1].mean(axis=0)
    enough = np.flatnonzero((recall >= _RECALL) & (cost < most))
    return (float(GRID[enough[0]]), float(recall[enough[0]])) if len(enough) else (inf, 1.0)


def _made_up(exact: ProductIndex) -> list[Scores]:
    """Queries like single products, like customers who bought a few at random, and of random directions."""
    rng, vectors = np.random.default_rng(_SEED), exact.vectors
    if exact.biased:
        vectors = vectors[:, :-1]
    single = vectors[rng.integers(len(vectors), size=_REQUESTS)]
    bought = [rng.integers(len(vectors), size=size) for size in rng.integers(2, 6, size=_REQUESTS)]
    anywhere = rng.normal(size=single.shape) * np.sqrt(np.mean(vectors**2))
    return [single, np.array([vectors[few].mean(axis=0) for few in bought]), anywhere.astype(np.float32)]


def _measured(exact: ProductIndex, queries: Scores, answers: Answers) -> Measured:
    """Means over the requests for which codes are read."""
    rng, outcomes = np.random.default_rng(_SEED), []
    for row, best in enumerate(exact.best(queries, _HIDDEN + _K).codes):
        hides = np.zeros(len(best), dtype=np.bool_)
        hides[:_HIDDEN] = row % 2 * rng.random(_HIDDEN) >= 0.5
        hidden, wanted = best[hides], best[~hides][:_K]
        search = next(exact.searches(queries[row : row + 1], _K, Filters(hidden=[hidden]), step=1))
        outcomes.append(_followed(answers(search, 1.0, len(hidden)), wanted))
    measured = [one for one in outcomes if one[1].any()]
    return np.mean(measured, axis=0) if measured else np.repeat([[1.0], [0.0]], len(GRID), axis=1)


def _followed(answers: Iterator[ListAnswer], wanted: Codes) -> Measured:
    """Measure one request: each sureness ends the search at the first list that is ahead by more."""
    outcome, left = np.zeros((2, len(GRID))), np.ones(len(GRID), dtype=np.bool_)
    for answer in answers:
        ends = left & (answer.ahead > GRID)
        outcome[:, ends] = [[np.isin(wanted, answer.best.codes[0]).mean()], [answer.cost]]
        left &= ~ends
        if not left.any():
            break
    return outcome
