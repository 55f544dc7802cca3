"""How well recommenders foretell a window, one number per customer and task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from offerloop.evaluation import ndcg, recall
from offerloop.recommenders.base import TASKS, Recommender, Task, hide_bought
from offerloop.recommenders.histories import Codes, Histories
from offerloop.recommenders.ranking.window import RankingWindow
from offerloop.recommenders.top_columns import best

NDCG_DEPTH, RECALL_DEPTH = 10, 20


@dataclass(frozen=True)
class Judged:
    """The measures of every customer of a window; NaN for one without targets."""

    ndcg: NDArray[np.float64]
    """nDCG@10 of each customer."""
    recall: NDArray[np.float64]
    """Recall@20 of each customer."""

    @classmethod
    def of(cls, hits: NDArray[np.bool_], n_targets: Codes) -> Self:
        """Judge by whether the product at each rank is a target, (customers, 20), and the number of targets."""
        return cls(ndcg(hits, n_targets, NDCG_DEPTH), recall(hits, n_targets, RECALL_DEPTH))


def judge(recommenders: Mapping[str, Recommender], window: RankingWindow) -> dict[tuple[Task, str], Judged]:
    """Every recommender on both tasks; each was fitted on what was known before the window."""
    hits_by_model: dict[tuple[Task, str], list[NDArray[np.bool_]]] = {}
    for some in window.batches():
        histories = window.before.of(window.customers[some])
        for name, recommender in recommenders.items():
            for task, hits in _hits(recommender, histories, window, some).items():
                hits_by_model.setdefault((task, name), []).append(hits)
    return {(task, name): judged(np.concatenate(parts), window, task) for (task, name), parts in hits_by_model.items()}


def _hits(
    recommender: Recommender, histories: Histories, window: RankingWindow, some: slice
) -> dict[Task, NDArray[np.bool_]]:
    """Return, by task, whether the product at each of 20 ranks is a target; what serves both tasks is asked once."""
    hits: dict[Task, NDArray[np.bool_]] = {}
    scores, scored_by = None, None
    for task in TASKS:
        serving = recommender.for_task(task)
        if scores is None or serving is not scored_by:
            scores, scored_by = serving.score_histories(histories), serving
        if task == "new":
            hide_bought(scores, histories)
        wanted = window.targets[task][some].toarray()
        hits[task] = np.take_along_axis(wanted, best(scores, RECALL_DEPTH), axis=1)
    return hits


def judged(hits: NDArray[np.bool_], window: RankingWindow, task: Task) -> Judged:
    """Return the measures of all customers of the window."""
    return Judged.of(hits, window.targets[task].getnnz(axis=1).astype(np.int64))
