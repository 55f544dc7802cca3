"""The best products of every customer as a table."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from offerloop.recommenders.base import HistoryRecommender, Recommender, Scores, Task
from offerloop.recommenders.histories import Codes, Histories, Ids, as_ids
from offerloop.recommenders.interactions import Interactions
from offerloop.recommenders.serving.assortment import Assortment
from offerloop.recommenders.serving.selection import Best, select
from offerloop.recommenders.top_columns import best as ranked_columns


def top(
    recommender: Recommender,
    interactions: Interactions,
    task: Task,
    k: int,
    customers: pl.Series | Ids,
    assortment: Assortment | None = None,
    batch: int = 512,
    *,
    personal: bool = True,
) -> pl.DataFrame:
    """The `k` best products of each customer for one task, from a recommender fitted on `interactions`.

    Columns customer_id, product_id, task, rank (from 1), affinity, source, reason; customers in the given order, best
    first, equal affinities in the order of the assortment, by default everything that was sold. A customer has fewer
    rows only when fewer products may be shown. With `personal` false nothing that is known of them is used. Memory
    grows with batch x products, not with customers.
    """
    return listed(
        recommender, interactions, task, k, customers, assortment or Assortment.of(interactions), batch,
        personal=personal,
    )  # fmt: skip


def listed(
    recommender: Recommender,
    histories: Histories,
    task: Task,
    k: int,
    customers: pl.Series | Ids,
    assortment: Assortment,
    batch: int = 512,
    *,
    personal: bool = True,
) -> pl.DataFrame:
    """What `top` gives, from histories that need not be those of the fit."""
    ids, serving = as_ids(customers), recommender.for_task(task)
    starts = range(0, max(len(ids), 1), batch)
    batches = (ids[at : at + batch] for at in starts)
    of_batches = (histories.of(some) if personal else histories.without(some) for some in batches)
    shown = [_shown(serving, one, task, k, assortment, personal=personal) for one in of_batches]
    customer, column, rank, affinity, is_unknown, reason = map(np.concatenate, zip(*shown, strict=True))
    columns = {
        "customer_id": pl.Series(customer),
        "product_id": pl.Series(assortment.products).gather(pl.Series(column)),
        "task": pl.repeat(task, len(column), dtype=pl.String, eager=True),
        "rank": pl.Series(rank, dtype=pl.Int64),
        "affinity": pl.Series(affinity, dtype=pl.Float64),
        "source": assortment.sources(column, serving.name, is_unknown=is_unknown),
        "reason": assortment.texts(column, reason),
    }
    return pl.DataFrame(columns)


def _shown(
    serving: Recommender, histories: Histories, task: Task, k: int, assortment: Assortment, *, personal: bool
) -> tuple[Ids, Codes, Codes, Scores, NDArray[np.bool_], Codes]:
    """Customer, product (a position in the assortment), rank, affinity, whether they are unknown, and reason."""
    best = _best(serving, histories, k, assortment, hides=task == "new" and personal)
    row, place = np.nonzero(best.codes >= 0)
    column = best.codes[row, place]
    reason = assortment.reasons(histories, row, column)
    return histories.customers[row], column, place + 1, best.scores[row, place], histories.is_empty[row], reason


def _best(serving: Recommender, histories: Histories, k: int, assortment: Assortment, *, hides: bool) -> Best:
    """The best products of each customer, by positions in the assortment; `hides` leaves out what they have bought."""
    if isinstance(serving, HistoryRecommender) and serving.alike is not None and assortment.is_plain:
        return _best_of_all(serving.alike, serving.popular, histories, k, assortment.allowed, hides=hides)
    scores = assortment.scores(serving.score_histories(histories))
    if hides:
        assortment.hide_bought(scores, histories)
    return select(scores, k, assortment.filters)


def _best_of_all(
    alike: Scores, popular: Scores, histories: Histories, k: int, allowed: NDArray[np.bool_], *, hides: bool
) -> Best:
    """The same where everybody with a history has the same affinities: only as many products are looked at as can be
    hidden from a customer, and k more.
    """
    bought = histories.counts().tocoo() if hides else None
    most = 0 if bought is None else int(np.bincount(bought.row, minlength=1).max())
    value = np.where(allowed, np.stack([alike, popular]), np.float32(-np.inf))
    ranked = ranked_columns(value, k + most)
    kind = histories.is_empty.astype(np.int64)
    columns, scores = ranked[kind], np.take_along_axis(value, ranked, axis=1)[kind]
    if bought is not None:
        place = np.full(value.shape, -1)
        np.put_along_axis(place, ranked, np.arange(ranked.shape[1])[None, :], axis=1)
        at = place[kind[bought.row], bought.col]
        scores[bought.row[at >= 0], at[at >= 0]] = -np.inf
    first = np.argsort(scores == -np.inf, axis=1, kind="stable")[:, :k]
    columns, scores = np.take_along_axis(columns, first, axis=1), np.take_along_axis(scores, first, axis=1)
    best = Best.none((len(columns), k))
    best.codes[:, : columns.shape[1]] = np.where(scores > -np.inf, columns, -1)
    best.scores[:, : columns.shape[1]] = scores
    return best
