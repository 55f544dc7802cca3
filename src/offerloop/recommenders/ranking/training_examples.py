"""What a ranker learns from: candidates as of the begin of a window, and whether they were bought in it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from offerloop.recommenders.base import TASKS, Task
from offerloop.recommenders.histories import Codes, Histories
from offerloop.recommenders.ranking.candidates import SHORT, CandidateModels, CandidatePairs
from offerloop.recommenders.ranking.window import RankingWindow

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
class Examples:
    """The candidates of a window, of one task and one kind of history: all of them, or those to learn from."""

    row: Codes
    """Positions in the window's customers, ascending."""
    column: Codes
    features: NDArray[np.float32]
    bought: NDArray[np.bool_]
    taught: NDArray[np.bool_]
    """Which are learned from: those of customers who bought one, all that they bought and a part of the others."""

    def of(self, which: NDArray[np.bool_]) -> Examples:
        """Some of the candidates."""
        return Examples(
            self.row[which], self.column[which], self.features[which], self.bought[which], self.taught[which]
        )


WindowExamples = dict[tuple[Task, Kind], Examples]
"""The examples of one window; there is none for a kind that no customer has."""


def training_examples(candidates: CandidateModels, window: RankingWindow, rng: int, *, whole: bool) -> WindowExamples:
    """Make the examples of a window from what was known before it; `whole` keeps those that are not learned from."""
    draw = np.random.default_rng(rng)
    parts: dict[tuple[Task, Kind], list[Examples]] = {}
    for some in window.batches():
        histories = window.before.of(window.customers[some])
        for kind, row, shown in _kinds(histories, draw):
            scored = candidates.scored(shown)
            for task in TASKS:
                pairs = candidates.pairs(scored, task, short=kind != "long")
                examples = _examples(
                    pairs, some.start + row[pairs.row], window, draw.random(len(pairs.row)) < NEGATIVES[task]
                )
                parts.setdefault((task, kind), []).append(examples if whole else examples.of(examples.taught))
    return {key: _joined(examples) for key, examples in parts.items()}


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


def _examples(pairs: CandidatePairs, row: Codes, window: RankingWindow, drawn: NDArray[np.bool_]) -> Examples:
    bought = np.zeros(0, dtype=np.bool_)  # a sparse matrix at no places is no array
    if len(row):
        bought = np.asarray(window.targets["repeat"][row, pairs.column]).ravel()
    buys = np.bincount(row, bought) > 0
    return Examples(row, pairs.column, pairs.features, bought, buys[row] & (drawn | bought))


def _joined(parts: list[Examples]) -> Examples:
    names = [one.name for one in fields(Examples)]
    return Examples(*(np.concatenate([getattr(one, name) for one in parts]) for name in names))


def learn(parts: list[Examples], rng: int) -> Any | None:  # noqa: ANN401 - LightGBM has no types
    """Gradient boosted trees by log loss; None where nobody bought a candidate."""
    import lightgbm

    features = [one.features[one.taught] for one in parts]
    bought = np.concatenate([np.empty(0, dtype=np.bool_), *(one.bought[one.taught] for one in parts)])
    if not len(bought):
        return None
    fewest = int(np.clip(len(bought) / 500, 5, 100))
    settings = BOOSTING | {"min_data_in_leaf": fewest, "seed": rng}
    data = lightgbm.Dataset(np.concatenate(features), bought.astype(np.float32), params=settings)
    return lightgbm.train(settings, data, ROUNDS)
