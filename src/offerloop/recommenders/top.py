"""The best products of every customer as a table."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from offerloop.recommenders.base import Recommender, Scores
from offerloop.recommenders.interactions import Csr, Ids, Interactions, as_ids

Task = Literal["repeat", "new"]
"""``repeat`` ranks all products for the next basket, ``new`` those that the customer has not bought yet."""
TASKS: tuple[Task, ...] = ("repeat", "new")
_BLOCK = 64


def top(
    recommender: Recommender,
    interactions: Interactions,
    task: Task,
    k: int,
    customers: pl.Series | Ids,
    batch: int = 512,
) -> pl.DataFrame:
    """The `k` best products of each customer for one task, from a recommender fitted on `interactions`.

    Columns customer_id, product_id, task, rank (from 1), affinity, source; customers in the given order, best
    first, equal affinities in product order. A customer has fewer rows only when fewer products are left.
    Memory grows with batch x products, not with customers.
    """
    ids = as_ids(customers)
    bought = interactions.counts()
    parts = [_table(ids[:0], interactions.products[:0], *np.empty((2, 0)))]
    for start in range(0, len(ids), batch):
        some = ids[start : start + batch]
        scores = recommender.score(some)
        if task == "new":
            hide_bought(scores, bought, interactions.customer_codes(some))
        columns = best(scores, k)
        affinity = np.take_along_axis(scores, columns, axis=1)
        row, place = np.nonzero(affinity > -np.inf)
        products = interactions.products[columns[row, place]]
        parts.append(_table(some[row], products, place + 1, affinity[row, place]))
    return pl.concat(parts).select(
        "customer_id",
        "product_id",
        pl.lit(task).alias("task"),
        "rank",
        "affinity",
        pl.lit(recommender.name).alias("source"),
    )


def best(scores: Scores, k: int) -> NDArray[np.int64]:
    """Columns of the `k` highest scores of each row, best first, equal ones in column order.

    Shape (rows, min(k, columns)). One pass over the scores finds the few that can be among the best; only
    they are sorted, at most 65 * k of a row.
    """
    n_rows, n_columns = scores.shape
    k = min(k, n_columns)
    floor = _reached_by(scores, k)
    flat = np.flatnonzero(scores >= floor[:, None])
    row, value = flat // n_columns, scores.ravel()[flat]
    tied = np.flatnonzero(value == floor[row])
    needed = np.ones(len(flat), dtype=np.bool_)
    needed[tied] = place_in_row(row[tied], n_rows) < k
    flat, row, value = flat[needed], row[needed], value[needed]
    order = np.lexsort((-value, row))
    first = place_in_row(row, n_rows) < k
    columns: NDArray[np.int64] = (flat[order[first]] % n_columns).reshape(n_rows, k)
    return columns


def _reached_by(scores: Scores, k: int) -> Scores:
    """For each row a value that at least `k` of its scores reach, and few more: the k-th best block maximum.

    Each block is _BLOCK columns, so what lies above that value is in fewer than k blocks.
    """
    width = scores.shape[1] // _BLOCK
    if width >= k:
        scores = scores[:, : _BLOCK * width].reshape(len(scores), _BLOCK, width).max(axis=1)
    at = scores.shape[1] - k
    return np.partition(scores, at, axis=1)[:, at]


def place_in_row(row: NDArray[np.int64], n_rows: int) -> NDArray[np.int64]:
    """Position of each entry among those of the same row, from 0; `row` ascends."""
    return np.arange(len(row)) - np.searchsorted(row, np.arange(n_rows))[row]


def hide_bought(scores: Scores, bought: Csr, codes: NDArray[np.int64]) -> None:
    """Set the score of everything that a customer has bought to minus infinity, in place."""
    known = np.flatnonzero(codes >= 0)
    row, column = bought[codes[known]].nonzero()
    scores[known[row], column] = -np.inf


def _table(customers: Ids, products: Ids, rank: NDArray[Any], affinity: NDArray[Any]) -> pl.DataFrame:
    columns = {"customer_id": customers, "product_id": products, "rank": rank, "affinity": affinity}
    return pl.DataFrame(columns, schema_overrides={"rank": pl.Int64, "affinity": pl.Float64})
