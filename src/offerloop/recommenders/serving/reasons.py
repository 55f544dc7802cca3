"""Why a product is recommended, in codes that a sentence can be made of."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from offerloop.recommenders.histories import Codes, Csr, Histories, Ids

BOUGHT, GOES_WITH, POPULAR, NEW_LIKE = "bought", "goes_with", "popular", "new_like"


def reasons(histories: Histories, row: Codes, column: Codes, similarity: Csr, products: Ids) -> NDArray[np.str_]:
    """One code per pair of a customer (a row of `histories`) and a product (a column).

    ``bought:N`` on N days; ``goes_with:ID`` of the own product that it is most like, by `similarity` (products x
    products, sparse, such as item_knn's); else ``popular``.
    """
    if not len(row):
        return np.empty(0, dtype=np.str_)
    own = histories.counts()
    days = np.asarray(own[row, column]).ravel().astype(np.int64)
    shared = similarity[column].multiply(own[row].sign()).tocsr()
    partner = _largest(shared)
    has_partner = shared.getnnz(axis=1) > 0
    fallback = np.where(has_partner, coded(GOES_WITH, products[partner]), POPULAR)
    return np.where(days > 0, coded(BOUGHT, days), fallback)


def _largest(matrix: Csr) -> Codes:
    """(rows,): the column of the largest value of each row, the first of equal ones; 0 where a row has none."""
    matrix.sum_duplicates()
    length = np.diff(matrix.indptr)
    row, at = np.repeat(np.arange(len(length)), length), np.flatnonzero(length)
    most = np.zeros(len(length))
    most[at] = np.maximum.reduceat(matrix.data, matrix.indptr[at]) if len(at) else 0.0
    reached = np.flatnonzero(matrix.data == most[row])[::-1]
    columns = np.zeros(len(length), dtype=np.int64)
    columns[row[reached]] = matrix.indices[reached]  # of several of a row the last one written, which is the first
    return columns


def coded(code: str, values: NDArray[np.generic]) -> NDArray[np.str_]:
    """A code and what it is about."""
    return np.char.add(f"{code}:", values.astype(np.str_))
