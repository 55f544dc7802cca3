"""Which recommender serves which task: chosen on one held-out window, reported on a later one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from offerloop.errors import EvidenceError
from offerloop.evaluation.ranking import mean_interval
from offerloop.recommenders.base import Task
from offerloop.recommenders.hybrid import FALLBACK, Choice, Hybrid
from offerloop.recommenders.interactions import Interactions
from offerloop.recommenders.judge import Judged, judge
from offerloop.recommenders.moments import Moments
from offerloop.recommenders.window import Window
from offerloop.tables import RECOMMENDER_RESULTS


def choose(interactions: Interactions, names: Sequence[str], window_days: int, rng: int) -> tuple[Hybrid, pl.DataFrame]:
    """A hybrid of everything known, its parts chosen a window before, and how all did then and since.

    Of the two windows of `window_days` before the day of the interactions the first (``tune``) decides by the hybrid's
    gate, the second (``test``) is only reported, by recommenders fitted on what came before it. The table has one row
    per window, recommender and task: mean nDCG@10 over customers with its 95 % interval (null for a single customer),
    mean Recall@20, number of customers with a target; it is empty when the history is too short.
    """
    moments, today = Moments(interactions), interactions.as_of_day
    hybrid = Hybrid(candidates=names, window_days=window_days, rng=rng)
    try:
        hybrid.fit_at(moments, today - window_days)
        test = Window.between(moments.known(today - window_days), interactions)
    except EvidenceError as missing:
        return hybrid.fit_at(moments, today, Choice(FALLBACK, gap=str(missing))), RECOMMENDER_RESULTS.empty()
    choice = hybrid.choice
    if choice.gap is not None:
        return hybrid.fit_at(moments, today, choice), RECOMMENDER_RESULTS.empty()
    reported = judge(hybrid.rivals(moments, today - window_days), test)
    table = pl.concat([_table(choice.judged, "tune"), _table(reported, "test")])
    return hybrid.fit_at(moments, today, choice), RECOMMENDER_RESULTS.check(table)


def _table(judged: Mapping[tuple[Task, str], Judged], window: str) -> pl.DataFrame:
    rows = []
    for (task, name), one in judged.items():
        counted = np.isfinite(one.ndcg)
        gain, low, high = mean_interval(one.ndcg[counted])
        rows.append((task, name, window, gain, low, high, float(one.recall[counted].mean()), int(counted.sum())))
    return pl.DataFrame(rows, schema=RECOMMENDER_RESULTS.empty().schema, orient="row").fill_nan(None)
