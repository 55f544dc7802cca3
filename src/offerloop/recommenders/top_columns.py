"""The columns of the highest scores of each row, exactly."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from offerloop.recommenders.base import Scores
from offerloop.recommenders.histories import place_in_row

_BLOCK = 64
_TIES = 4
"""With so many times as many products as wanted, many of them may be equal, and most of those need no sorting."""


def best(scores: Scores, k: int) -> NDArray[np.int64]:
    """Columns of the `k` highest scores of each row, best first, equal ones in column order.

    Shape (rows, min(k, columns)). One pass over the scores finds the few that can be among the best; only
    they are sorted, at most 65 * k of a row.
    """
    n_rows, n_columns = scores.shape
    k = min(k, n_columns)
    floor = reached_by(scores, k)
    flat = np.flatnonzero(scores >= floor[:, None])
    row, value = flat // n_columns, scores.ravel()[flat]
    if len(flat) > _TIES * n_rows * k:
        tied = np.flatnonzero(value == floor[row])
        needed = np.ones(len(flat), dtype=np.bool_)
        needed[tied] = place_in_row(row[tied], n_rows) < k
        flat, row, value = flat[needed], row[needed], value[needed]
    order = np.lexsort((-value, row))
    first = place_in_row(row, n_rows) < k
    columns: NDArray[np.int64] = (flat[order[first]] % n_columns).reshape(n_rows, k)
    return columns


def reached_by(scores: Scores, k: int) -> Scores:
    """Return, for each row, a value that at least `k` of its scores reach, and few more: the k-th best block maximum.

    Each block is _BLOCK columns, so what lies above that value is in fewer than k blocks.
    """
    width = scores.shape[1] // _BLOCK
    if width >= k:
        scores = scores[:, : _BLOCK * width].reshape(len(scores), _BLOCK, width).max(axis=1)
    at = scores.shape[1] - k
    return np.partition(scores, at, axis=1)[:, at]
