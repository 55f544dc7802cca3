"""A ranking learned over the others: which of their candidates were bought in windows that they did not see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from offerloop.errors import EvidenceError
from offerloop.recommenders.base import RECENT_DAYS, TASKS, Scores, Task, pick_products, popularity
from offerloop.recommenders.candidates import Candidates
from offerloop.recommenders.histories import Codes, Histories, Ids
from offerloop.recommenders.interactions import Interactions
from offerloop.recommenders.judge import RECALL_DEPTH, Judged, judged
from offerloop.recommenders.moments import Moments
from offerloop.recommenders.window import Window

BOOSTING = {
    "objective": "binary",
    "num_leaves": 15,
    "learning_rate": 0.07,
    "feature_fraction": 0.6,
    "max_bin": 63,
    "lambda_l2": 5.0,
    "num_threads": 1,
    "deterministic": True,
    "verbose": -1,
}
ROUNDS = 100
NEGATIVES: dict[Task, float] = {"repeat": 0.4, "new": 0.25}
"""Share of the candidates that were not bought which the ranker learns from."""


@dataclass(frozen=True)
class Lesson:
    """The candidates of a window, of one task."""

    row: Codes
    """Positions in the window's customers, ascending."""
    column: Codes
    features: NDArray[np.float32]
    bought: NDArray[np.bool_]
    half: NDArray[np.bool_]
    """Of each customer of the window, which half of the customers they are in."""


@dataclass(frozen=True)
class Halves:
    """Two models, each learned from the other half of the customers."""

    models: tuple[Any, Any]

    def predict(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Mean of both, for serving: log-odds of a purchase."""
        if not len(features):
            return np.empty(0, dtype=np.float32)
        both: NDArray[np.float32] = np.mean([one.predict(features, raw_score=True) for one in self.models], axis=0)
        return both.astype(np.float32)

    def out_of_fold(self, lesson: Lesson) -> NDArray[np.float32]:
        """By the model that did not see the customer."""
        half = lesson.half[lesson.row]
        predicted = np.empty(len(half), dtype=np.float32)
        for seen, model in zip((False, True), self.models, strict=True):
            predicted[half != seen] = model.predict(lesson.features[half != seen], raw_score=True)
        return predicted


class Ranker:
    """Affinity = log-odds of a purchase by gradient boosted trees over candidates (LightGBM).

    For each task the candidates (`candidates`) of the last two windows are described by what was known before them
    and labelled by what was bought in them; two models are learned, each from half of the customers. What is no
    candidate ranks below, by the member "next_ridge".
    """

    name: ClassVar[str] = "ranker"

    def __init__(self, *, windows: int = 2, window_days: int = RECENT_DAYS, rng: int = 0) -> None:
        self.windows = windows
        self.window_days = window_days
        self.rng = rng

    def fit(self, interactions: Interactions) -> Self:
        """Learn. Raises EvidenceError when the history is too short for a window."""
        return self.fit_at(Moments(interactions), interactions.as_of_day)

    def fit_at(self, moments: Moments, as_of_day: int) -> Self:
        """Learn as of a day."""
        self.interactions = moments.known(as_of_day)
        halves = np.random.default_rng(self.rng).random(len(self.interactions.customers)) < 0.5
        lessons: dict[Task, list[Lesson]] = {task: [] for task in TASKS}
        for back in range(1, self.windows + 1):
            try:
                window = self._window(moments, as_of_day, back)
            except EvidenceError:
                if back == 1:
                    raise
                break
            half = halves[self.interactions.customer_codes(window.customers)]
            for task, lesson in _lessons(Candidates.at(moments, window.before.as_of_day), window, half).items():
                lessons[task].append(lesson)
            if back == 1:
                self.window = window
        self._models = {task: _learn(lessons[task], task, self.rng) for task in TASKS}
        self.judged: dict[Task, Judged] = {task: self._judge(lessons[task][0], task) for task in TASKS}
        """Out of fold, on the last window."""
        self._candidates = Candidates.at(moments, as_of_day)
        self._popular = popularity(self.interactions)
        return self

    def for_task(self, task: Task) -> TaskRanker:
        """The ranking of one task."""
        return TaskRanker(self.interactions, self._candidates, self._models[task], task, self._popular)

    def score_histories(self, histories: Histories) -> Scores:
        """The ranking of the next basket."""
        return self.for_task("repeat").score_histories(histories)

    def score(self, customers: Ids, products: Ids | None = None) -> Scores:
        """The ranking of the next basket."""
        return self.for_task("repeat").score(customers, products)

    def _window(self, moments: Moments, as_of_day: int, back: int) -> Window:
        end = as_of_day - (back - 1) * self.window_days
        return Window.between(moments.known(end - self.window_days), moments.known(end))

    def _judge(self, lesson: Lesson, task: Task) -> Judged:
        order = np.lexsort((lesson.column, -self._models[task].out_of_fold(lesson), lesson.row))
        row = lesson.row[order]
        place = np.arange(len(row)) - np.searchsorted(row, row)
        hits = np.zeros((len(lesson.half), RECALL_DEPTH), dtype=np.bool_)
        shown = place < RECALL_DEPTH
        hits[row[shown], place[shown]] = lesson.bought[order[shown]]
        return judged(hits, self.window, task)


@dataclass(frozen=True)
class TaskRanker:
    """A fitted ranking of one task."""

    interactions: Interactions
    candidates: Candidates
    models: Halves
    task: Task
    popular: Scores
    """What ranks without a history."""
    name: ClassVar[str] = "ranker"

    def fit(self, interactions: Interactions) -> TaskRanker:
        """A ranker of both tasks, fitted anew."""
        return Ranker().fit(interactions).for_task(self.task)

    def for_task(self, task: Task) -> TaskRanker:  # noqa: ARG002 - it serves one
        """Itself."""
        return self

    def score_histories(self, histories: Histories) -> Scores:
        """Log-odds of candidates; below them all other products."""
        scores = self.candidates.scores(histories)
        pairs = self.candidates.pairs(histories, scores, self.task)
        affinity = self.models.predict(pairs.features)
        ranked = scores["next_ridge"]
        ranked -= ranked.max(axis=1, keepdims=True) + 1.0 - affinity.min(initial=0.0)
        ranked[pairs.row, pairs.column] = affinity
        ranked[histories.is_empty] = self.popular
        return ranked

    def score(self, customers: Ids, products: Ids | None = None) -> Scores:
        """By the histories of the fit."""
        scores = self.score_histories(self.interactions.of(customers))
        return scores if products is None else pick_products(scores, self.interactions, products)


def _lessons(candidates: Candidates, window: Window, half: NDArray[np.bool_]) -> dict[Task, Lesson]:
    parts: dict[Task, list[tuple[Codes, Codes, NDArray[np.float32]]]] = {task: [] for task in TASKS}
    for some in window.batches():
        histories = window.before.of(window.customers[some])
        scores = candidates.scores(histories)
        for task in TASKS:
            pairs = candidates.pairs(histories, scores, task)
            parts[task].append((pairs.row + some.start, pairs.column, pairs.features))
    lessons = {}
    for task, found in parts.items():
        row, column, features = (np.concatenate(one) for one in zip(*found, strict=True))
        bought = np.asarray(window.targets[task][row, column]).ravel()
        lessons[task] = Lesson(row, column, features, bought, half)
    return lessons


def _learn(lessons: list[Lesson], task: Task, rng: int) -> Halves:
    """From customers who bought a candidate, and a part of what they did not buy."""
    draw = np.random.default_rng(rng)
    kept = [_kept(one, draw.random(len(one.row)) < NEGATIVES[task]) for one in lessons]
    features = np.concatenate([one.features[at] for one, at in zip(lessons, kept, strict=True)])
    bought = np.concatenate([one.bought[at] for one, at in zip(lessons, kept, strict=True)])
    half = np.concatenate([one.half[one.row[at]] for one, at in zip(lessons, kept, strict=True)])
    first, second = (_boost(features[half == side], bought[half == side], rng) for side in (False, True))
    return Halves((first, second))


def _kept(lesson: Lesson, drawn: NDArray[np.bool_]) -> Codes:
    buys = np.bincount(lesson.row, lesson.bought, len(lesson.half)) > 0
    return np.flatnonzero(buys[lesson.row] & (drawn | lesson.bought))


def _boost(features: NDArray[np.float32], bought: NDArray[np.bool_], rng: int) -> Any:  # noqa: ANN401 - LightGBM has no types
    import lightgbm

    fewest = int(np.clip(len(bought) / 500, 5, 100))
    settings = BOOSTING | {"min_data_in_leaf": fewest, "seed": rng}
    data = lightgbm.Dataset(features, bought.astype(np.float32), params=settings)
    return lightgbm.train(settings, data, ROUNDS)
