"""Why a product is recommended, in codes that a sentence can be made of."""

from __future__ import annotations

import numpy as np
import polars as pl

from offerloop.recommenders.histories import Codes, Csr, Histories

BOUGHT, GOES_WITH, POPULAR, NEW_LIKE = "bought", "goes_with", "popular", "new_like"


def reasons(histories: Histories, row: Codes, column: Codes, similarity: Csr) -> Codes:
    """Why each product (a column) is shown to a customer (a row of `histories`), as a number that `texts` reads.

    N above 0: bought on N days. Below 0: -1 less the column of the own product that it is most like, by `similarity`
    (products x products, sparse, such as item_knn's). 0: popular.
    """
    if not len(row):
        return np.empty(0, dtype=np.int64)
    own = histories.counts()
    reason = np.asarray(own[row, column]).ravel().astype(np.int64)
    other = np.flatnonzero(reason == 0)
    if len(other):
        reason[other] = -1 - _largest(similarity[column[other]].multiply(own[row[other]].sign()).tocsr())
    return reason


def texts(reason: Codes, products: pl.Series, like: Codes) -> pl.Series:
    """One code of text for each reason: ``bought:N``, ``goes_with:ID``, ``popular``.

    Where `like` is 0 or more the product is new, and like the one of that place: ``new_like:ID``.
    """
    about = products.gather(pl.Series(np.where(like >= 0, like, np.maximum(-1 - reason, 0))))
    code, is_new = pl.lit(pl.Series(reason)), pl.lit(pl.Series(like >= 0))
    text = (
        pl.when(is_new).then(_coded(NEW_LIKE, about))
        .when(code < 0).then(_coded(GOES_WITH, about))
        .when(code > 0).then(_coded(BOUGHT, reason))
        .otherwise(pl.lit(POPULAR))
    )  # fmt: skip
    return pl.select(text).to_series()


def _largest(matrix: Csr) -> Codes:
    """(rows,): the column of the largest value of each row, the first of equal ones; -1 where a row has none."""
    matrix.sum_duplicates()
    length = np.diff(matrix.indptr)
    row, at = np.repeat(np.arange(len(length)), length), np.flatnonzero(length)
    most = np.zeros(len(length))
    most[at] = np.maximum.reduceat(matrix.data, matrix.indptr[at]) if len(at) else 0.0
    reached = np.flatnonzero(matrix.data == most[row])[::-1]
    columns = np.full(len(length), -1, dtype=np.int64)
    columns[row[reached]] = matrix.indices[reached]  # of several of a row the last one written, which is the first
    return columns


def _coded(code: str, about: pl.Series | Codes) -> pl.Expr:
    """A code and what it is about."""
    return pl.format(code + ":{}", pl.lit(pl.Series(about)))
