"""Sums over the rows of a shard, and how its rows are valued by models fitted to a sample."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from offerloop.arrays import Floats, Ints
from offerloop.commands.uplift.arms import Arms, same_arms
from offerloop.commands.uplift.balance import BalanceSums
from offerloop.commands.uplift.columns import amounts
from offerloop.commands.uplift.facts import MOST_GROUPS
from offerloop.commands.uplift.request import UpliftRequest
from offerloop.commands.uplift.shards.columns import TrialColumns, ValuedRows
from offerloop.commands.uplift.shards.rows import ShardColumns, TrialShards
from offerloop.commands.uplift.trial import PreparedTrial, cluster_numbers, costs, first_rows
from offerloop.response import (
    ColumnEncoding,
    Evidence,
    ExpectedOutcomes,
    LearnedEffects,
    MeanSums,
    OverlapSums,
    PropensityModel,
    TrialStudy,
    complete_propensities,
    expected_outcomes,
    has_overlap,
    plan_columns,
)
from offerloop.workspace import numeric_column

CONTROL = "control "
"""Stands before the name of a negative control."""
Group = tuple[str, str]
"""An audited column, and one of its values."""


@dataclass(frozen=True, eq=False)
class TrialSums:
    """All that is needed of some rows of a trial."""

    rows: MeanSums
    """Over the columns of `TrialColumns`."""
    arms: tuple[MeanSums, ...]
    """Over outcome and profit of the rows of each arm."""
    plans: tuple[MeanSums, MeanSums]
    """Over the columns of `plan_columns`, of all rows and of the first one of each cluster."""
    groups: Mapping[Group, MeanSums]
    """As `rows`, of audited groups."""
    events: int
    """Rows with an outcome."""
    balance: BalanceSums
    """Over features less their means in the sample; these and the next are of rows without overlap, too."""
    overlap: OverlapSums | None
    """None for a trial."""

    def __add__(self, other: TrialSums) -> TrialSums:
        groups = dict(self.groups)
        for name, sums in other.groups.items():
            groups[name] = groups[name] + sums if name in groups else sums
        return TrialSums(
            self.rows + other.rows,
            tuple(one + two for one, two in zip(self.arms, other.arms, strict=True)),
            (self.plans[0] + other.plans[0], self.plans[1] + other.plans[1]),
            groups,
            self.events + other.events,
            self.balance + other.balance,
            self.overlap and other.overlap and self.overlap + other.overlap,
        )


@dataclass(frozen=True, eq=False)
class RowValuer:
    """What rows of a trial are valued and added up by; it travels to where the shards are."""

    request: UpliftRequest
    path: Path
    columns: ShardColumns
    arms: Arms
    shares: Floats
    """(K,): observed shares of the arms among all rows."""
    encoding: ColumnEncoding
    centre: Floats
    """(p,): means of the features in the sample."""
    learned: LearnedEffects
    models: Mapping[str, ExpectedOutcomes]
    groups: tuple[Group, ...]
    propensities: PropensityModel | None
    """None for a trial."""

    @classmethod
    def of(
        cls, trial: PreparedTrial, learned: LearnedEffects, request: UpliftRequest, shards: TrialShards
    ) -> RowValuer:
        """Return the valuer that the study of a sample gives."""
        arms = replace(trial.arms, kept=trial.arms.kept.head(0), action=trial.arms.action[:0])
        counts = np.array([shards.sizes[name] for name in arms.names], dtype=np.float64)
        outcomes = {"outcome": trial.outcome, "value": trial.value.outcome, **_controls(trial.table, request)}
        if trial.cost is not None:
            outcomes["cost"] = trial.cost.outcome
        models = {name: ExpectedOutcomes.of(replace(trial.value, outcome=one)) for name, one in outcomes.items()}
        learned = replace(learned, verdict="targeted")
        centre = trial.value.features.mean(axis=0)
        groups = tuple(group for column in request.audit for group in _groups(trial.table[column]))
        return cls(
            request, shards.path, shards.columns, arms, counts / counts.sum(), trial.encoding, centre, learned, models,
            groups, None if shards.overlap is None else shards.overlap.model,
        )  # fmt: skip

    @property
    def layout(self) -> TrialColumns:
        """Where the columns of the sums stand."""
        controls = tuple(CONTROL + name for name in self.request.negative_controls)
        return TrialColumns(len(self.arms.names), controls, is_naive=self.propensities is not None)

    def __call__(self, rows: pl.DataFrame) -> TrialSums:
        """Add up a shard."""
        kept, arms, features = self._in_arms(self.columns.restored(rows))
        balance, propensity, overlap = self._balance(kept, arms, features), self._propensity(kept, arms, features), None
        if self.propensities is not None:
            overlap, likely = OverlapSums.of(propensity, arms.action), has_overlap(propensity)
            kept, arms = kept.filter(pl.Series(likely)), replace(arms, action=arms.action[likely])
            features, propensity = features[likely], propensity[likely]
        return self._summed(self._valued(kept, arms, features, propensity), balance, overlap)

    def of_sample(self, trial: PreparedTrial, study: TrialStudy, rows: pl.DataFrame) -> TrialSums:
        """Add up the sample of `rows`, which are predicted by models of the other folds."""
        fold, no_cost = study.value.fold[0], np.zeros(trial.value.size)
        others = _controls(trial.table, self.request)
        expected = {
            name: expected_outcomes(replace(trial.value, outcome=outcome), fold)
            for name, outcome in {"outcome": trial.outcome, **others}.items()
        }
        expected["value"] = study.value.expected
        if self.request.value is None:
            expected["outcome"] = study.value.expected
        expected["cost"] = np.zeros_like(study.value.expected) if study.cost is None else study.cost.expected
        balance, overlap = self._balance(*self._in_arms(rows)), None
        value = trial.value
        if self.propensities is None:
            value = replace(value, propensity=self._propensity(trial.table, trial.arms, value.features))
        else:
            before = sum(one.n for one in balance.features)
            overlap = replace(OverlapSums.of(value.propensity, value.action), rows=before, kept=value.size)
        paid = no_cost if trial.cost is None else trial.cost.outcome
        policy = study.selection.policies[study.decision.estimator].mean(axis=0)
        valued = ValuedRows(trial.table, value, trial.outcome, paid, expected, others, policy)
        return self._summed(valued, balance, overlap)

    def _in_arms(self, table: pl.DataFrame) -> tuple[pl.DataFrame, Arms, Floats]:
        """The rows of the arms, and their features."""
        arms = same_arms(self.arms, table[self.request.treatment])
        kept = table.filter(arms.kept)
        return kept, arms, self.encoding.matrix(kept)

    def _valued(self, kept: pl.DataFrame, arms: Arms, features: Floats, propensity: Floats) -> ValuedRows:
        outcome = numeric_column(kept, self.request.outcome)
        worth = amounts(kept, self.request.value, outcome)
        paid = costs(kept, arms, self.request, self.path)
        value = Evidence(
            features,
            arms.action,
            outcome if worth is None else worth,
            propensity,
            arms.offers,
            customer=self._whose(kept),
        )
        expected = {name: model.predict(features) for name, model in self.models.items()}
        if paid is None:
            expected["cost"], paid = np.zeros_like(expected["value"]), np.zeros(value.size)
        policy = self.learned.policy(features)
        return ValuedRows(kept, value, outcome, paid, expected, _controls(kept, self.request), policy)

    def _whose(self, kept: pl.DataFrame) -> Ints | None:
        """Number the clusters of the rows (n,) from 0."""
        return None if self.request.cluster is None else cluster_numbers(kept[self.request.cluster])

    def _balance(self, kept: pl.DataFrame, arms: Arms, features: Floats) -> BalanceSums:
        return BalanceSums.of(features - self.centre, arms.action, len(arms.names), self._whose(kept))

    def _propensity(self, kept: pl.DataFrame, arms: Arms, features: Floats) -> Floats:
        if self.propensities is not None:
            return self.propensities.predict(features)
        if self.request.propensity is None:
            return np.tile(self.shares, (kept.height, 1))
        return complete_propensities(numeric_column(kept, self.request.propensity), arms.action, self.shares)

    def _summed(self, rows: ValuedRows, balance: BalanceSums, overlap: OverlapSums | None) -> TrialSums:
        whole, whose = self.layout.of(rows), rows.value.customer
        plan = plan_columns(rows.value.action, rows.value.propensity)
        own = np.column_stack([rows.outcome, rows.value.outcome - rows.cost])
        names = {column: rows.table[column].cast(pl.String).fill_null("?") for column in self.request.audit}

        def of(columns: Floats, kept: NDArray[np.bool_]) -> MeanSums:
            return MeanSums.of(columns[kept], None if whose is None else whose[kept])

        return TrialSums(
            MeanSums.of(whole, whose),
            tuple(of(own, rows.value.action == k) for k in range(len(self.arms.names))),
            (MeanSums.of(plan), MeanSums.of(plan if whose is None else plan[first_rows(whose)])),
            {(column, group): of(whole, (names[column] == group).to_numpy()) for column, group in self.groups},
            int((rows.outcome != 0).sum()),
            balance,
            overlap,
        )


def _controls(table: pl.DataFrame, request: UpliftRequest) -> dict[str, Floats]:
    return {CONTROL + name: numeric_column(table, name) for name in request.negative_controls}


def _groups(column: pl.Series) -> list[Group]:
    """The values that most rows of the sample have."""
    text = column.cast(pl.String).fill_null("?")
    sizes = text.value_counts().sort(["count", column.name], descending=[True, False]).head(MOST_GROUPS)
    return [(column.name, group) for group in sizes[column.name]]
