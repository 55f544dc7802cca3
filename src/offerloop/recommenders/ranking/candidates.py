"""Which products the ranker orders for a customer: the best ones by recommenders that each see something else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray

from offerloop.recommenders.base import LAST_RESORT, Recommender, Scores, Task, hide_bought, popularity
from offerloop.recommenders.histories import Codes, Histories, place_in_row
from offerloop.recommenders.interactions import Interactions
from offerloop.recommenders.ranking.pair_features import PairFeatures
from offerloop.recommenders.ranking.snapshots import Snapshots
from offerloop.recommenders.top_columns import best

MEMBERS = ("ease", "next_ridge")
"""Recommenders whose best new products are candidates and whose scores describe them, by default."""
SHORT = 10
"""Events of a customer that make a history short, at most."""
OWN, NEW = 150, {"repeat": 20, "new": 100}
"""So many of a customer's own products, and of the best new ones by each member, are candidates of a task."""


@dataclass(frozen=True)
class CandidatePairs:
    """Candidates of some customers."""

    row: Codes
    """The customer's position, ascending."""
    column: Codes
    """The column of the product."""
    features: NDArray[np.float32]
    """Shape (pairs, features)."""


@dataclass(frozen=True)
class Scored:
    """Affinities of some customers."""

    histories: Histories
    scores: Mapping[str, Scores]
    """Scores of all products by member, and popularity. Not to be written to."""
    _new: dict[str, Codes] = field(default_factory=dict)

    def new(self, name: str) -> Codes:
        """Columns of the best products by a member that each customer has not bought, best first; -1 where none is."""
        if name not in self._new:
            unseen = self.scores[name].copy()
            hide_bought(unseen, self.histories)
            columns = best(unseen, max(NEW.values()))
            is_new = np.take_along_axis(unseen, columns, axis=1) > -np.inf
            self._new[name] = np.where(is_new, columns, -1)
        return self._new[name]


@dataclass(frozen=True)
class CandidateModels:
    """Members fitted at one moment, and what was known of products then."""

    interactions: Interactions
    _members: Mapping[str, Recommender]
    _describe: PairFeatures
    popular: Scores
    """What ranks without a history."""

    @classmethod
    def at(cls, snapshots: Snapshots, as_of_day: int, members: Sequence[str] = MEMBERS) -> Self:
        """Raises EvidenceError when nothing was known then."""
        interactions = snapshots.interactions(as_of_day)
        fitted = {name: snapshots.fitted(name, as_of_day) for name in members}
        return cls(interactions, fitted, PairFeatures.of(interactions), popularity(interactions))

    def scored(self, histories: Histories) -> Scored:
        """What members and popularity say of some customers, for all tasks."""
        scores = {name: member.score_histories(histories) for name, member in self._members.items()}
        return Scored(histories, scores | {LAST_RESORT: np.broadcast_to(self.popular, histories.shape)})

    def pairs(self, scored: Scored, task: Task, *, short: bool) -> CandidatePairs:
        """The candidates of a task and what describes them; of short histories popular products too."""
        histories = scored.histories
        wanted = np.zeros(histories.shape, dtype=np.bool_)
        if task == "repeat":
            _mark_own(wanted, histories)
        for name in (*self._members, LAST_RESORT) if short else self._members:
            columns = scored.new(name)[:, : NEW[task]]
            row, place = np.nonzero(columns >= 0)
            wanted[row, columns[row, place]] = True
        row, column = np.nonzero(wanted)
        described = {name: one[row, column] for name, one in scored.scores.items()}
        return CandidatePairs(row, column, self._describe.matrix(histories, row, column, described))


def _mark_own(wanted: NDArray[np.bool_], histories: Histories) -> None:
    """The products that each customer buys most and latest."""
    own = (histories.decayed(60.0) + 0.1 * histories.decayed(180.0)).tocoo()
    order = np.lexsort((own.col, -own.data, own.row))
    row = own.row[order]
    first = order[place_in_row(row, own.shape[0]) < OWN]
    wanted[own.row[first], own.col[first]] = True
