"""All that a log says about a policy, in sums that can be added over shards of customers.

Values of policies are functions of a few means over decisions, and their errors follow from the products of the same
columns by customer. So a shard of whole customers gives its sums, and every method values the sums of all of them: the
result depends on the number of shards only by predictions, and by the limit of SWITCH.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from offerloop.arrays import Floats
from offerloop.evaluation.off_policy.customer_sums import CustomerSums, added, condensed
from offerloop.evaluation.off_policy.log import Predictions
from offerloop.evaluation.off_policy.overlap import OverlapTotals, possible_weights
from offerloop.evaluation.off_policy.past import PastExposures, RepeatedTotals, repeated_columns
from offerloop.evaluation.off_policy.rows import PolicyRows

_FAR, _ROUNDING = 4.0, 1e-9
"""Standard errors that a mean weight may lie from 1."""


@dataclass(frozen=True, eq=False)
class WeightCut:
    """Weights above a limit were cut."""

    limit: float
    used: float
    """Sum of the weights after the cuts."""
    above: float = 0.0
    """Sum of the policy's probabilities whose weight is above the limit of SWITCH."""
    residual: Floats | None = None
    """(columns of the outcomes,): the largest error of a prediction, with SWITCH."""

    def __add__(self, other: WeightCut) -> WeightCut:
        residual = None if self.residual is None or other.residual is None else np.maximum(
            self.residual, other.residual
        )  # fmt: skip
        return WeightCut(self.limit, self.used + other.used, self.above + other.above, residual)

    def bias(self, rows: int) -> Floats | None:
        """Bound of what the cuts of SWITCH add to the error of a mean over the rows."""
        return None if self.residual is None else self.above / rows * self.residual


@dataclass(frozen=True, eq=False)
class PolicySums:
    """A policy over decisions, in sums; `of` says of which columns."""

    names: tuple[str, ...]
    """The K actions."""
    overlap: OverlapTotals
    columns: CustomerSums
    places: Mapping[str, slice]
    """Where the columns stand: one, weight, gained, and with predictions robust and switched; see `repeated_columns`
    for those of a policy applied repeatedly."""
    whole: float
    """Sum of the weights."""
    clip: WeightCut
    switch: WeightCut | None
    repeated: RepeatedTotals | None
    source: object
    """The log, or what all sums of a log in shards have in common."""

    @classmethod
    def of(
        cls,
        rows: PolicyRows,
        predictions: Predictions | None = None,
        past: PastExposures | None = None,
        *,
        clip: float = np.inf,
        limit: float | None = None,
    ) -> PolicySums:
        """Add up rows, with weights above `clip` taken for it and, for SWITCH, those above `limit` for 0."""
        log, used = rows.log, np.minimum(rows.weights, clip)[:, None]
        columns = {"one": np.ones_like(used), "weight": used, "gained": used * rows.outcomes}
        switch, repeated = None, None
        if predictions is not None:
            columns["robust"] = _robust(rows, predictions, used)
        if predictions is not None and limit is not None:
            below = (rows.weights * (rows.weights <= limit))[:, None]
            columns["switched"], switch = _robust(rows, predictions, below), _switch(rows, predictions, below, limit)
        if past is not None:
            more, repeated = repeated_columns(rows, past)
            columns |= more
        ends = np.cumsum([0, *(one.shape[1] for one in columns.values())]).tolist()
        places = {name: slice(*ends[place : place + 2]) for place, name in enumerate(columns)}
        return cls(
            log.names, OverlapTotals.of(log, rows.chosen, rows.weights),
            CustomerSums.of(np.column_stack(list(columns.values())), log.customer), places,
            float(rows.weights.sum()), WeightCut(clip, float(used.sum())), switch, repeated, log,
        )  # fmt: skip

    @property
    def rows(self) -> int:
        """Decisions."""
        return self.columns.rows

    def total(self, name: str) -> Floats:
        """Return the sums of the columns of a name."""
        return self.columns.total[self.places[name]]

    def root(self, name: str) -> Floats:
        """Return the columns of the root; see `CustomerSums`."""
        return self.columns.root[:, self.places[name]]

    def misfit(self, weight: str = "weight") -> float | None:
        """Return the mean of the weights of a name where it contradicts the logged propensities, else None.

        By these it is 1 on average. Far from it is four standard errors, by customer: those of a holdout are given
        nothing in every period, so that their weights are alike.
        """
        mean = float(self.total(weight)[0] / self.rows)
        error = float(np.linalg.norm(self.root(weight) - mean * self.root("one"))) * self.columns.scale
        return mean if abs(mean - 1) > _FAR * error + _ROUNDING else None

    def joined(self, other: PolicySums, columns: CustomerSums) -> PolicySums:
        """The sums of both, whose columns were added already."""
        return replace(
            self,
            overlap=self.overlap + other.overlap,
            columns=columns,
            whole=self.whole + other.whole,
            clip=self.clip + other.clip,
            switch=self.switch and other.switch and self.switch + other.switch,
            repeated=self.repeated and other.repeated and self.repeated + other.repeated,
        )


def without_customers(sums: Sequence[PolicySums]) -> tuple[PolicySums, ...]:
    """The sums of several policies over one log, with nothing in them that grows with it."""
    parts, source = condensed([one.columns for one in sums]), object()
    return tuple(replace(one, columns=part, source=source) for one, part in zip(sums, parts, strict=True))


def joined(first: Sequence[PolicySums], second: Sequence[PolicySums]) -> tuple[PolicySums, ...]:
    """Return the sums of the same policies over the decisions of two shards."""
    columns = added([one.columns for one in first], [one.columns for one in second])
    return tuple(one.joined(two, part) for one, two, part in zip(first, second, columns, strict=True))


def _robust(rows: PolicyRows, predictions: Predictions, used: Floats) -> Floats:
    """(n, m): ``sum_a pi(a | x) q(x, a) + w (r - q(x, a))`` with weights (n, 1)."""
    columns: Floats = predictions.under(rows.chosen)[:, :2] + used * rows.residual(predictions)[:, :2]
    return columns


def _switch(rows: PolicyRows, predictions: Predictions, below: Floats, limit: float) -> WeightCut:
    full = rows.log.propensities
    assert full is not None
    above = float(rows.chosen[possible_weights(rows.chosen, full) > limit].sum())
    return WeightCut(limit, float(below.sum()), above, np.abs(rows.residual(predictions)).max(axis=0))
