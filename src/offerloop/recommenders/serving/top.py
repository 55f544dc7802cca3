"""The best products of every customer as a table."""

from __future__ import annotations

import numpy as np
import polars as pl

from offerloop.recommenders.base import LAST_RESORT, Recommender, Task
from offerloop.recommenders.histories import Histories, Ids, as_ids
from offerloop.recommenders.interactions import Interactions
from offerloop.recommenders.serving.assortment import Assortment
from offerloop.recommenders.serving.selection import select

_COLUMNS = ("customer_id", "product_id", "task", "rank", "affinity", "source", "reason")


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
    return pl.concat([_rows(serving, one, task, k, assortment, personal=personal) for one in of_batches])


def _rows(
    serving: Recommender, histories: Histories, task: Task, k: int, assortment: Assortment, *, personal: bool
) -> pl.DataFrame:
    scores = assortment.scores(serving.score_histories(histories))
    if task == "new" and personal:
        assortment.hide_bought(scores, histories)
    best = select(scores, k, assortment.filters)
    row, place = np.nonzero(best.codes >= 0)
    column = best.codes[row, place]
    source = np.where(histories.is_empty[row], LAST_RESORT, assortment.sources(column, serving.name))
    columns = {
        "customer_id": histories.customers[row],
        "product_id": assortment.products[column],
        "rank": place + 1,
        "affinity": best.scores[row, place].astype(np.float64),
        "source": source,
        "reason": assortment.reasons(histories, row, column),
    }
    texts = {"source": pl.String, "reason": pl.String}
    table = pl.DataFrame(columns, schema_overrides={"rank": pl.Int64, **texts})
    return table.with_columns(task=pl.lit(task)).select(list(_COLUMNS))
