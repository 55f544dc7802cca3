"""Which recommender serves which task: chosen on one held-out window, reported on a later one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from offerloop.errors import EvidenceError
from offerloop.evaluation import mean_interval
from offerloop.recommenders.base import Task
from offerloop.recommenders.interactions import Interactions
from offerloop.recommenders.ranking.hybrid import FALLBACK, RANKER, Hybrid, RecommenderChoice, best_single, ranker_gain
from offerloop.recommenders.ranking.judge import Judged, judge
from offerloop.recommenders.ranking.snapshots import Snapshots
from offerloop.recommenders.ranking.window import RankingWindow
from offerloop.tables import RECOMMENDER_RESULTS


def choose(interactions: Interactions, names: Sequence[str], window_days: int, rng: int) -> tuple[Hybrid, pl.DataFrame]:
    """A hybrid of everything known, its parts chosen a window before, and how all did then and since.

    Of the two windows of `window_days` before the day of the interactions the first (``tune``) decides by the hybrid's
    gate, the second (``test``) is only reported, by recommenders fitted on what came before it. The table has one row
    per window, recommender and task: whether it serves, mean nDCG@10 over customers with its 95 % interval (null for a
    single customer), of the ranker its gain, mean Recall@20, number of customers with a target; it is empty when the
    history is too short.
    """
    snapshots, today = Snapshots(interactions, rng), interactions.as_of_day
    hybrid = Hybrid(candidates=names, window_days=window_days, rng=rng)
    try:
        hybrid.fit_at(snapshots, today - window_days)
        test = RankingWindow.between(snapshots.interactions(today - window_days), interactions, rng)
    except EvidenceError as missing:
        return hybrid.fit_at(
            snapshots, today, RecommenderChoice(FALLBACK, gap=missing.message)
        ), RECOMMENDER_RESULTS.empty()
    choice = hybrid.choice
    if choice.gap is not None:
        return hybrid.fit_at(snapshots, today, choice), RECOMMENDER_RESULTS.empty()
    reported = judge(hybrid.rivals(snapshots, today - window_days), test)
    table = pl.concat([_table(choice.judged, choice, "tune"), _table(reported, choice, "test")])
    return hybrid.fit_at(snapshots, today, choice), RECOMMENDER_RESULTS.check(table)


def _table(judged: Mapping[tuple[Task, str], Judged], choice: RecommenderChoice, window: str) -> pl.DataFrame:
    rows = []
    for (task, name), result in judged.items():
        counted = np.isfinite(result.ndcg)
        ndcg = mean_interval(result.ndcg[counted])
        measured = (*ndcg, *_gain(judged, choice, task, name), float(result.recall[counted].mean()), int(counted.sum()))
        rows.append((task, name, window, choice.names[task] == name, *measured))
    return pl.DataFrame(rows, schema=RECOMMENDER_RESULTS.empty().schema, orient="row").fill_nan(None)


def _gain(
    judged: Mapping[tuple[Task, str], Judged], choice: RecommenderChoice, task: Task, name: str
) -> tuple[object, ...]:
    """Return the ranker's gain with both ends, and over whom: in both windows the single one that the gate took."""
    single = best_single(choice.judged, task)
    gain = None if single is None or name != RANKER else ranker_gain(judged, task, single)
    return (None, None, None, None) if gain is None else (gain.value, gain.low, gain.high, single)
