"""A ranking learned over the others: which of their candidates were bought in windows that they did not see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from offerloop.errors import EvidenceError
from offerloop.message import Message
from offerloop.recommenders.base import RECENT_DAYS, TASKS, Scores, Task, pick_products
from offerloop.recommenders.histories import Histories, Ids, place_in_row
from offerloop.recommenders.interactions import Interactions
from offerloop.recommenders.ranking.candidates import MEMBERS, SHORT, CandidateModels
from offerloop.recommenders.ranking.judge import RECALL_DEPTH, Judged, judged
from offerloop.recommenders.ranking.snapshots import Snapshots
from offerloop.recommenders.ranking.training_examples import Kind, WindowExamples, learn, training_examples
from offerloop.recommenders.ranking.window import MOST_JUDGED, RankingWindow

EARLIER_CUSTOMERS = 1_000
"""So many customers, drawn at random, teach a window before the last one, at most.

All of them teach no more beyond noise: looked at on two windows of The Complete Journey before week 50, and on Ta-Feng.
"""


@dataclass(frozen=True)
class Models:
    """The trees of one task."""

    long: Any | None
    """The model of histories that are not short; None where there was none to learn from."""
    short: Any

    @classmethod
    def learned(cls, windows: Sequence[WindowExamples], task: Task, rng: int) -> Self | None:
        """None where nobody bought a candidate."""
        long, short = (
            [one[task, kind] for one in windows for kind in kinds if (task, kind) in one] for kinds in _KINDS
        )
        model = learn(short, rng)
        return None if model is None else cls(learn(long, rng), model)

    def short_rows(self, histories: Histories) -> NDArray[np.bool_]:
        """Return whether the trees of short histories rank for each customer."""
        return histories.n_events <= (SHORT if self.long is not None else np.inf)

    def predict(self, features: NDArray[np.float32], *, short: bool) -> NDArray[np.float32]:
        """Log-odds of a purchase."""
        if not len(features):
            return np.empty(0, dtype=np.float32)
        model = self.short if short or self.long is None else self.long
        predicted: NDArray[np.float32] = model.predict(features, raw_score=True).astype(np.float32)
        return predicted


_KINDS: tuple[tuple[Kind, ...], ...] = (("long",), ("short", "cut"))
"""What the trees of long and of short histories learn from."""


class Ranker:
    """Affinity = log-odds of a purchase by gradient boosted trees over candidates (LightGBM).

    For each task the candidates (`candidates`) of the last windows are described by what was known before them and
    labelled by what was bought in them. Customers with a short history have trees of their own, which also learn from
    long histories of which only the last events are shown; so a new customer is ranked by what was learned of new
    customers. `members` are recommenders whose best products are candidates and whose affinities are features; what
    is no candidate ranks below, by the last of them.
    """

    name: ClassVar[str] = "ranker"

    def __init__(
        self, *, members: Sequence[str] = MEMBERS, windows: int = 3, window_days: int = RECENT_DAYS, rng: int = 0
    ) -> None:
        self.members = tuple(members)
        self.windows = windows
        self.window_days = window_days
        self.rng = rng

    def fit(self, interactions: Interactions) -> Self:
        """Learn. Raises EvidenceError when the history is too short for a window."""
        return self.fit_at(Snapshots(interactions, self.rng), interactions.as_of_day)

    def fit_at(self, snapshots: Snapshots, as_of_day: int) -> Self:
        """Learn as of a day."""
        return self._learn(snapshots, as_of_day, self._taught(snapshots, as_of_day, whole=False))

    def fit_and_judge(self, snapshots: Snapshots, as_of_day: int) -> dict[Task, Judged]:
        """Learn as of a day, and say how trees that were learned from all windows but the last do in that one.

        Nothing is judged where there is only one window, or nobody bought a candidate before it.
        """
        taught = self._taught(snapshots, as_of_day, whole=True)
        self._learn(snapshots, as_of_day, taught)
        before = [of for _, of in taught[1:]]
        models = {task: Models.learned(before, task, self.rng) for task in TASKS}
        return {task: _judge(*taught[0], one, task) for task, one in models.items() if one is not None}

    def for_task(self, task: Task) -> TaskRanker:
        """The ranking of one task."""
        return TaskRanker(self.interactions, self._candidates, self._models[task], task, self.members[-1])

    def score_histories(self, histories: Histories) -> Scores:
        """The ranking of the next basket."""
        return self.for_task("repeat").score_histories(histories)

    def score(self, customers: Ids, products: Ids | None = None) -> Scores:
        """The ranking of the next basket."""
        return self.for_task("repeat").score(customers, products)

    def _taught(
        self, snapshots: Snapshots, as_of_day: int, *, whole: bool
    ) -> list[tuple[RankingWindow, WindowExamples]]:
        """The last windows, the latest first, which may be `whole`. Raises EvidenceError when there is none."""
        taught: list[tuple[RankingWindow, WindowExamples]] = []
        for back in range(self.windows):
            try:
                taught.append(self._window(snapshots, as_of_day, back, whole=whole and not back))
            except EvidenceError:
                if not taught:
                    raise
                break
        return taught

    def _window(
        self, snapshots: Snapshots, as_of_day: int, back: int, *, whole: bool
    ) -> tuple[RankingWindow, WindowExamples]:
        end = as_of_day - back * self.window_days
        most = EARLIER_CUSTOMERS if back else MOST_JUDGED

        def make() -> tuple[RankingWindow, WindowExamples]:
            before, after = snapshots.interactions(end - self.window_days), snapshots.interactions(end)
            window = RankingWindow.between(before, after, self.rng).sample(most, self.rng)
            candidates = CandidateModels.at(snapshots, window.before.as_of_day, self.members)
            return window, training_examples(candidates, window, self.rng, whole=whole)

        key = ("training examples", end, most, self.window_days, self.members, self.rng)
        whole = whole or (key, True) in snapshots
        return snapshots.once((key, whole), make)

    def _learn(self, snapshots: Snapshots, as_of_day: int, taught: list[tuple[RankingWindow, WindowExamples]]) -> Self:
        self.interactions = snapshots.interactions(as_of_day)
        models = {task: Models.learned([of for _, of in taught], task, self.rng) for task in TASKS}
        self._models = {task: one for task, one in models.items() if one is not None}
        if len(self._models) < len(TASKS):
            raise EvidenceError(
                Message(
                    "in the last {days} days nobody bought what recommenders had foretold, so no ranking can be "
                    "learned; give more order lines",
                    days=self.window_days,
                )
            )
        self._candidates = CandidateModels.at(snapshots, as_of_day, self.members)
        return self


@dataclass(frozen=True)
class TaskRanker:
    """A fitted ranking of one task."""

    interactions: Interactions
    candidates: CandidateModels
    models: Models
    task: Task
    below: str
    """The member that ranks what is no candidate."""
    name: ClassVar[str] = "ranker"

    def fit(self, interactions: Interactions) -> TaskRanker:
        """A ranker of both tasks, fitted anew."""
        return Ranker().fit(interactions).for_task(self.task)

    def for_task(self, task: Task) -> TaskRanker:  # noqa: ARG002 - it serves one
        """Return what serves the task: itself."""
        return self

    def score_histories(self, histories: Histories) -> Scores:
        """Log-odds of candidates; below them all other products; popularity without a history."""
        scores = np.empty(histories.shape, dtype=np.float32)
        is_short = self.models.short_rows(histories)
        for short in (False, True):
            rows = np.flatnonzero(is_short == short)
            if len(rows):
                scores[rows] = self._ranked(histories.at(rows), short=short)
        scores[histories.is_empty] = self.candidates.popular
        return scores

    def score(self, customers: Ids, products: Ids | None = None) -> Scores:
        """Score by the histories of the fit."""
        scores = self.score_histories(self.interactions.of(customers))
        return scores if products is None else pick_products(scores, self.interactions, products)

    def _ranked(self, histories: Histories, *, short: bool) -> Scores:
        scored = self.candidates.scored(histories)
        pairs = self.candidates.pairs(scored, self.task, short=short)
        affinity = self.models.predict(pairs.features, short=short)
        lowest = np.zeros(histories.shape[0], dtype=np.float32)
        np.minimum.at(lowest, pairs.row, affinity)
        ranked = scored.scores[self.below].copy()
        ranked -= ranked.max(axis=1, keepdims=True) + 1.0 - lowest[:, None]
        ranked[pairs.row, pairs.column] = affinity
        return ranked


def _judge(window: RankingWindow, taught: WindowExamples, models: Models, task: Task) -> Judged:
    """Judge models that were learned before the window."""
    judged_examples = [(kind == "short", taught[task, kind]) for kind in ("long", "short") if (task, kind) in taught]
    row, column = (np.concatenate([getattr(one, name) for _, one in judged_examples]) for name in ("row", "column"))
    bought = np.concatenate([one.bought for _, one in judged_examples])
    affinity = np.concatenate([models.predict(one.features, short=short) for short, one in judged_examples])
    order = np.lexsort((column, -affinity, row))
    place = place_in_row(row[order], len(window.customers))
    shown = place < RECALL_DEPTH
    hits = np.zeros((len(window.customers), RECALL_DEPTH), dtype=np.bool_)
    hits[row[order][shown], place[shown]] = bought[order[shown]]
    return judged(hits, window, task)
