"""What is added up over the rows of a trial: columns whose sums and products say what arms and policies bring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from offerloop.arrays import Floats
from offerloop.response import Evidence, robust_scores

BLOCKS = ("arm", "plain", "raw", "paid", "outcome", "value", "cost", "policy")
"""Blocks of K columns: weights 1 / propensity of the arm that each row is in; the weights of plain differences, which
are the same or, without known propensities, 1; these times outcome, and the first ones times profit; doubly robust
scores of outcome, value and cost; and the probability of each offer under the choice of customers."""
SINGLE = ("one", "weight", "gained", "chosen_value", "chosen_cost")
"""Single columns: 1; of the choice of customers the weight of each row, this times profit, and the scores of value and
cost."""


@dataclass(frozen=True, eq=False)
class ValuedRows:
    """Rows of a trial with what models that have not seen them expect of each."""

    table: pl.DataFrame
    value: Evidence
    outcome: Floats
    cost: Floats
    """(n,) each; cost is 0 where none is known."""
    expected: Mapping[str, Floats]
    """(n, K): of outcome, value, cost, and negative controls by their names."""
    others: Mapping[str, Floats]
    """(n,): the negative controls."""
    policy: Floats
    """(n, K): the choice of customers."""


@dataclass(frozen=True)
class TrialColumns:
    """Where each column stands."""

    offers: int
    """K."""
    controls: tuple[str, ...]
    """Negative controls, each of which has a block of scores."""
    is_naive: bool = False
    """Whether plain differences are those of a table that is no trial."""

    def of(self, rows: ValuedRows) -> Floats:
        """(n, d): the columns of the rows."""
        value, got = rows.value, np.arange(rows.value.size)
        in_arm = np.eye(self.offers)[value.action]
        arm = in_arm / value.propensity[got, value.action][:, None]
        plain = in_arm if self.is_naive else arm
        profit = value.outcome - rows.cost
        scores = {name: self._scores(rows, name) for name in ("outcome", "value", "cost", *self.controls)}
        weight = (rows.policy * arm).sum(axis=1)
        chosen = [(rows.policy * scores[name]).sum(axis=1) for name in ("value", "cost")]
        blocks = (arm, plain, plain * rows.outcome[:, None], arm * profit[:, None])
        single = (np.ones(value.size), weight, weight * profit, *chosen)
        first = (scores[name] for name in ("outcome", "value", "cost"))
        return np.column_stack([*blocks, *first, rows.policy, *single, *(scores[name] for name in self.controls)])

    @staticmethod
    def _scores(rows: ValuedRows, name: str) -> Floats:
        outcomes = {"outcome": rows.outcome, "value": rows.value.outcome, "cost": rows.cost, **rows.others}
        return robust_scores(replace(rows.value, outcome=outcomes[name]), rows.expected[name])

    def at(self, name: str, weights: Floats | float = 1.0) -> Floats:
        """Return the weights (d,) of a sum over one block (K,), or over a single column."""
        width, single = len(BLOCKS) * self.offers, len(SINGLE)
        whole = np.zeros(width + single + len(self.controls) * self.offers)
        if name in SINGLE:
            whole[width + SINGLE.index(name)] = weights
            return whole
        first = (
            BLOCKS.index(name) * self.offers
            if name in BLOCKS
            else width + single + self.controls.index(name) * self.offers
        )
        whole[first : first + self.offers] = weights
        return whole

    def gap(self, name: str, offer: int, less: int = 0) -> Floats:
        """Return the weights (d,) of an offer's column of a block less that of another, by default of no offer."""
        every = np.eye(self.offers)
        return self.at(name, every[offer] - every[less])
