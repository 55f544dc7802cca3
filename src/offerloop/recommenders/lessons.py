"""What a ranker learns from: candidates as of the begin of a window, and whether they were bought in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from offerloop.recommenders.base import TASKS, Task
from offerloop.recommenders.candidates import SHORT, Candidates
from offerloop.recommenders.histories import Codes, Histories
from offerloop.recommenders.window import Window

Kind = Literal["long", "short", "cut"]
"""Histories that are long, that are short, and long ones of which only the last events are shown."""
CUT = 0.25
"""Share of the customers with a long history who are also shown as if they were new."""
NEGATIVES: dict[Task, float] = {"repeat": 0.25, "new": 0.15}
"""Share of the candidates that were not bought which a ranker learns from."""
ROUNDS = 100
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


@dataclass(frozen=True)
class Lesson:
    """The candidates of a window, of one task and one kind of history."""

    row: Codes
    """Positions in the window's customers, ascending."""
    column: Codes
    features: NDArray[np.float32]
    bought: NDArray[np.bool_]


Lessons = dict[tuple[Task, Kind], Lesson]
"""Of one window; there is none for a kind that no customer has."""


def lessons(candidates: Candidates, window: Window, rng: int) -> Lessons:
    """Of a window, by what was known before it."""
    draw = np.random.default_rng(rng)
    parts: dict[tuple[Task, Kind], list[tuple[Codes, Codes, NDArray[np.float32]]]] = {}
    for some in window.batches():
        histories = window.before.of(window.customers[some])
        for kind, row, shown in _kinds(histories, draw):
            scores = candidates.scores(shown)
            for task in TASKS:
                pairs = candidates.pairs(shown, scores, task, short=kind != "long")
                found = (some.start + row[pairs.row], pairs.column, pairs.features)
                parts.setdefault((task, kind), []).append(found)
    return {key: _lesson(found, window) for key, found in parts.items()}


def _kinds(histories: Histories, draw: np.random.Generator) -> list[tuple[Kind, Codes, Histories]]:
    """Positions of customers, and what is shown of them."""
    is_short = histories.n_events <= SHORT
    long, short = np.flatnonzero(~is_short), np.flatnonzero(is_short)
    cut = long[draw.random(len(long)) < CUT]
    left = draw.integers(1, SHORT, len(cut), endpoint=True)
    kinds: list[tuple[Kind, Codes, Histories]] = [
        ("long", long, histories.at(long)),
        ("short", short, histories.at(short)),
        ("cut", cut, histories.at(cut).last(left)),
    ]
    return [one for one in kinds if len(one[1])]


def _lesson(found: list[tuple[Codes, Codes, NDArray[np.float32]]], window: Window) -> Lesson:
    row, column, features = (np.concatenate(one) for one in zip(*found, strict=True))
    return Lesson(row, column, features, np.asarray(window.targets["repeat"][row, column]).ravel())


def learn(given: list[Lesson], task: Task, rng: int) -> Any | None:  # noqa: ANN401 - LightGBM has no types
    """Gradient boosted trees by log loss, from customers who bought a candidate and a part of what they did not buy.

    None where nobody bought one.
    """
    import lightgbm

    draw = np.random.default_rng(rng)
    kept = [_kept(one, draw.random(len(one.row)) < NEGATIVES[task]) for one in given]
    if not sum(map(len, kept)):
        return None
    features = np.concatenate([one.features[at] for one, at in zip(given, kept, strict=True)])
    bought = np.concatenate([one.bought[at] for one, at in zip(given, kept, strict=True)])
    fewest = int(np.clip(len(bought) / 500, 5, 100))
    settings = BOOSTING | {"min_data_in_leaf": fewest, "seed": rng}
    data = lightgbm.Dataset(features, bought.astype(np.float32), params=settings)
    return lightgbm.train(settings, data, ROUNDS)


def _kept(lesson: Lesson, drawn: NDArray[np.bool_]) -> Codes:
    buys = np.bincount(lesson.row, lesson.bought) > 0
    return np.flatnonzero(buys[lesson.row] & (drawn | lesson.bought))
