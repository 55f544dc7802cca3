"""All of them together: a learned ranking where it has proved better, else the best single recommender of the task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Self

import numpy as np

from offerloop.errors import EvidenceError
from offerloop.evaluation import Estimate, mean_of_customers
from offerloop.message import Message
from offerloop.recommenders.base import RECENT_DAYS, TASKS, Recommender, Scores, Task
from offerloop.recommenders.histories import Histories, Ids
from offerloop.recommenders.interactions import Interactions
from offerloop.recommenders.ranking.judge import Judged, judge
from offerloop.recommenders.ranking.ranker import Ranker
from offerloop.recommenders.ranking.snapshots import Snapshots
from offerloop.recommenders.ranking.window import RankingWindow

SINGLES = ("popularity", "repeat", "tifu_knn", "ease", "next_ridge")
RANKER = Ranker.name
FALLBACK: dict[Task, str] = {"repeat": "repeat", "new": "popularity"}
"""Recommenders that need no comparison to be sensible."""


@dataclass(frozen=True)
class RecommenderChoice:
    """Which recommender serves which task, and what it was chosen by."""

    names: dict[Task, str]
    judged: Mapping[tuple[Task, str], Judged] = field(default_factory=dict)
    """How all did on the last window, by what was learned before it."""
    gap: Message | None = None
    """Why they could not be compared; then the fallback serves."""


class Hybrid:
    """Serves each task by the ranker if the gate lets it, else by the single recommender that is best for it.

    Before the last `window_days` the `candidates` are fitted, the ranker too; in these days they are judged by nDCG@10.
    The gate opens for the ranker where the 95 % interval of its mean gain over
    the best single one, customer by customer, lies above zero: so it is never worse beyond noise. Whatever serves is
    fitted again on everything. With a history too short for that, "repeat" and "popularity" serve.
    """

    name: ClassVar[str] = "hybrid"

    def __init__(
        self, *, candidates: Sequence[str] = (*SINGLES, RANKER), window_days: int = RECENT_DAYS, rng: int = 0
    ) -> None:
        self.candidates = tuple(candidates)
        self.window_days = window_days
        self.rng = rng

    def fit(self, interactions: Interactions) -> Self:
        """Judge, choose and fit what was chosen."""
        return self.fit_at(Snapshots(interactions, self.rng), interactions.as_of_day)

    def fit_at(self, snapshots: Snapshots, as_of_day: int, choice: RecommenderChoice | None = None) -> Self:
        """Fit as of a day; with a `choice` that was made before, nothing is judged."""
        self.interactions = snapshots.interactions(as_of_day)
        self._ranker, rehearsed = self._trained(snapshots, as_of_day, choice)
        self.choice = choice or self._choose(snapshots, as_of_day, rehearsed)
        self._serving: dict[Task, Recommender] = {
            task: self._fitted(name, snapshots, as_of_day).for_task(task) for task, name in self.choice.names.items()
        }
        return self

    def rivals(self, snapshots: Snapshots, as_of_day: int) -> dict[str, Recommender]:
        """All that were judged, fitted at the day that this was fitted at."""
        names = dict.fromkeys(name for _, name in self.choice.judged)
        return {name: self._fitted(name, snapshots, as_of_day) for name in names}

    def for_task(self, task: Task) -> Recommender:
        """Return the recommender that serves a task."""
        return self._serving[task]

    def score_histories(self, histories: Histories) -> Scores:
        """Return scores for the next basket."""
        return self._serving["repeat"].score_histories(histories)

    def score(self, customers: Ids, products: Ids | None = None) -> Scores:
        """Return scores for the next basket."""
        return self._serving["repeat"].score(customers, products)

    def _fitted(self, name: str, snapshots: Snapshots, as_of_day: int) -> Recommender:
        return self._ranker if name == RANKER and self._ranker is not None else snapshots.fitted(name, as_of_day)

    def _trained(
        self, snapshots: Snapshots, as_of_day: int, choice: RecommenderChoice | None
    ) -> tuple[Ranker | None, dict[Task, Judged]]:
        """The ranker, where it may serve and there is enough history, and how it did where a choice depends on it."""
        if RANKER not in (self.candidates if choice is None else choice.names.values()):
            return None, {}
        ranker = Ranker(window_days=self.window_days, rng=self.rng)
        try:
            if choice is None:
                return ranker, ranker.fit_and_judge(snapshots, as_of_day)
            return ranker.fit_at(snapshots, as_of_day), {}
        except EvidenceError:
            return None, {}

    def _choose(self, snapshots: Snapshots, as_of_day: int, rehearsed: Mapping[Task, Judged]) -> RecommenderChoice:
        before = as_of_day - self.window_days
        try:
            window = RankingWindow.between(snapshots.interactions(before), snapshots.interactions(as_of_day), self.rng)
        except EvidenceError as missing:
            return RecommenderChoice(FALLBACK, gap=missing.message)
        singles = [name for name in self.candidates if name != RANKER]
        judged = judge({name: snapshots.fitted(name, before) for name in singles}, window)
        judged |= {(task, RANKER): one for task, one in rehearsed.items()}
        return RecommenderChoice({task: gate(judged, task) for task in TASKS}, judged)


def gate(judged: Mapping[tuple[Task, str], Judged], task: Task) -> str:
    """The ranker if it beats the best single one beyond noise; else that one. Without any, what needs no comparison."""
    single = best_single(judged, task)
    if single is None:
        return RANKER if (task, RANKER) in judged else FALLBACK[task]
    gain = ranker_gain(judged, task, single)
    return RANKER if gain is not None and gain.low > 0 else single


def best_single(judged: Mapping[tuple[Task, str], Judged], task: Task) -> str | None:
    """Return the best single recommender by mean nDCG@10, the earlier name of equal ones; None without any."""
    means = {name: float(np.nanmean(one.ndcg)) for (of, name), one in judged.items() if of == task and name != RANKER}
    return max(means, key=lambda name: means[name]) if means else None


def ranker_gain(judged: Mapping[tuple[Task, str], Judged], task: Task, single: str) -> Estimate | None:
    """Mean of what the ranker's nDCG@10 is above that of `single`, customer by customer; None without a ranker.

    The interval of a single customer is NaN.
    """
    if (task, RANKER) not in judged:
        return None
    return mean_of_customers(judged[task, RANKER].ndcg - judged[task, single].ndcg)
