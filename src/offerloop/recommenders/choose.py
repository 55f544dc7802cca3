"""Which recommender serves which task: chosen on one held-out window, reported on a later one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from offerloop.errors import EvidenceError
from offerloop.evaluation.ranking import mean_interval, ndcg, recall
from offerloop.recommenders import RECOMMENDERS
from offerloop.recommenders.base import Recommender
from offerloop.recommenders.histories import Csr, Ids
from offerloop.recommenders.interactions import Interactions, as_ids, day
from offerloop.recommenders.top import TASKS, Task, best, hide_bought

_RECALL_DEPTH = 20
_BATCH = 512
MOST_JUDGED = 20_000
"""Customers whose purchases judge a window; more would narrow the intervals by less than they cost."""
_SCHEMA = {
    "task": pl.String,
    "recommender": pl.String,
    "window": pl.String,
    "ndcg": pl.Float64,
    "ndcg_low": pl.Float64,
    "ndcg_high": pl.Float64,
    "recall": pl.Float64,
    "n_customers": pl.Int64,
}


@dataclass(frozen=True)
class _Window:
    """What was known before a window, and what customers then bought in it."""

    interactions: Interactions
    customers: Ids
    targets: Mapping[Task, Csr]
    """By task: true where the customer bought the product; `customers` x products of the interactions."""


def choose(
    purchases: pl.DataFrame,
    as_of_day: int,
    names: Sequence[str],
    k: int = 10,
    window_days: int = 28,
    *,
    min_buyers: int = 1,
) -> tuple[dict[Task, str], pl.DataFrame]:
    """The recommender with the highest mean nDCG@k for each task, and the table of all results.

    Of the two windows of `window_days` before `as_of_day`, the first (``tune``) decides, by recommenders
    fitted on what came before it; the second (``test``) is only reported, after a refit on what came before
    that. At most 20,000 customers drawn at random judge a window. Targets are the distinct products bought in
    it that somebody bought before it (``repeat``), and of these the ones new to the customer (``new``);
    customers without a target do not count. Ties go to the earlier name.

    The table has one row per window, recommender and task: mean nDCG@k over customers with its 95 % interval
    (null for a single customer), mean Recall@20, number of customers. Raises EvidenceError when nothing was
    bought before a window or no customer tried a product in it.
    """
    starts = {"tune": as_of_day - 2 * window_days, "test": as_of_day - window_days}
    rows = []
    for label, start in starts.items():
        window = _window(purchases, start, start + window_days, min_buyers)
        for name in names:
            recommender: Recommender = RECOMMENDERS.load(name)()
            hits = _hits(recommender.fit(window.interactions), window, max(k, _RECALL_DEPTH))
            rows += [(task, name, label, *_measure(hits[task], window.targets[task], k)) for task in TASKS]
    table = pl.DataFrame(rows, schema=_SCHEMA, orient="row").with_columns(pl.col(pl.Float64).fill_nan(None))
    tuned = table.filter(window="tune").sort("ndcg", descending=True, maintain_order=True)
    return {task: tuned.filter(task=task)["recommender"][0] for task in TASKS}, table


def _window(purchases: pl.DataFrame, start: int, end: int, min_buyers: int) -> _Window:
    interactions = Interactions.build(purchases, start, min_buyers=min_buyers)
    inside = _judged(purchases.filter(pl.col("order_day").is_between(start, end, closed="left")))
    pairs = inside.select("customer_id", "product_id").unique().sort("customer_id", "product_id")
    column = interactions.product_codes(as_ids(pairs["product_id"]))
    buyer, column = as_ids(pairs["customer_id"])[column >= 0], column[column >= 0]
    customers, row = np.unique(buyer, return_inverse=True)
    shape = (len(customers), len(interactions.products))
    known = interactions.rows * shape[1] + interactions.columns
    is_new = ~np.isin(interactions.customer_codes(buyer) * shape[1] + column, known)
    if not is_new.any():
        raise EvidenceError(
            f"in the {end - start} days from {day(start)} nobody bought a known product for the first time, "
            "so recommenders cannot be compared; give more order lines or a longer window"
        )
    targets: dict[Task, Csr] = {
        "repeat": _ones(row, column, shape),
        "new": _ones(row[is_new], column[is_new], shape),
    }
    return _Window(interactions, customers, targets)


def _judged(purchases: pl.DataFrame) -> pl.DataFrame:
    """Purchases of at most so many customers as tell recommenders apart, drawn once and for all windows alike."""
    customers = purchases["customer_id"].unique().sort()
    if len(customers) <= MOST_JUDGED:
        return purchases
    drawn = customers.sample(MOST_JUDGED, seed=0)
    return purchases.filter(pl.col("customer_id").is_in(drawn.implode()))


def _ones(row: NDArray[np.int64], column: NDArray[np.int64], shape: tuple[int, int]) -> Csr:
    return sparse.csr_matrix((np.ones(len(row), dtype=np.bool_), (row, column)), shape=shape)


def _hits(recommender: Recommender, window: _Window, depth: int) -> dict[Task, NDArray[np.bool_]]:
    """By task: whether the product at each rank was a target, (customers, depth)."""
    bought = window.interactions.counts()
    codes = window.interactions.customer_codes(window.customers)
    found: dict[Task, list[NDArray[np.bool_]]] = {task: [] for task in TASKS}
    for start in range(0, len(codes), _BATCH):
        some = slice(start, start + _BATCH)
        scores = recommender.score(window.customers[some])
        for task in TASKS:
            if task == "new":
                hide_bought(scores, bought, codes[some])
            wanted = window.targets[task][some].toarray()
            found[task].append(np.take_along_axis(wanted, best(scores, depth), axis=1))
    return {task: np.concatenate(parts) for task, parts in found.items()}


def _measure(hits: NDArray[np.bool_], targets: Csr, k: int) -> tuple[float, float, float, float, int]:
    n_targets = targets.getnnz(axis=1)
    counted = n_targets > 0
    hits, n_targets = hits[counted], n_targets[counted]
    gain = mean_interval(ndcg(hits, n_targets, k))
    return *gain, float(recall(hits, n_targets, _RECALL_DEPTH).mean()), int(counted.sum())
