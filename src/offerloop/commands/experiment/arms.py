"""The totals of every arm of an experiment's table."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from offerloop.commands.experiment.request import ExperimentRequest
from offerloop.errors import EvidenceError, InputError
from offerloop.evaluation import LEAST, Totals
from offerloop.message import Message
from offerloop.workspace import check_arm_cells, control_among, no_column, numeric_column

FEWEST_CLUSTERS = 5
"""Clusters that an arm must have: with fewer, the spread between them is not known."""
CLUSTER, ARM, ARMS, ROWS = "_cluster", "_arm", "_arms", "_rows"


@dataclass(frozen=True)
class ArmTotals:
    """The totals of one arm."""

    name: str
    totals: dict[str, Totals]
    """The totals of the outcome and of each guardrail, by column; all of the same customers."""

    @property
    def n(self) -> int:
        """The number of customers, or of clusters where these were drawn."""
        return next(iter(self.totals.values())).n


def read_arms(table: pl.DataFrame, request: ExperimentRequest, path: Path) -> list[ArmTotals]:
    """The control first. Raises InputError for columns that cannot be read, EvidenceError for too few arms or rows."""
    for option, name in _named(request).items():
        if name not in table.columns:
            columns = [one for one in table.columns if one != "_row"]
            raise InputError(no_column(name, option, columns, path))
    check_arm_cells(table, request.arm, path)
    numbers = {name: _numbers(table, name, path) for name in dict.fromkeys(request.columns.values())}
    arms = table[request.arm].cast(pl.String).str.strip_chars()
    if request.cluster is None:
        names = _names(arms, request, LEAST, path)
        return [_totals(name, (arms == name).to_numpy(), numbers, request) for name in names]
    drawn, sums = _summed(table, arms, numbers, request.cluster, path)
    names = _names(drawn, request, FEWEST_CLUSTERS, path)
    return [_cluster_totals(name, (drawn == name).to_numpy(), sums, request) for name in names]


def _named(request: ExperimentRequest) -> dict[str, str]:
    return {"--arm": request.arm, **request.columns, **request.clusters, **request.segmented}


def _summed(
    table: pl.DataFrame, arms: pl.Series, numbers: dict[str, np.ndarray], cluster: str, path: Path
) -> tuple[pl.Series, dict[str, np.ndarray]]:
    """The arm of each cluster, and sums of its columns, with the number of its rows as ROWS."""
    column = table[cluster]
    if column.null_count():
        row = int(table.filter(column.is_null())["_row"][0])
        raise InputError(
            Message(
                "'{path}', row {row}: '{column}' (--cluster) is empty; fill it in",
                path=str(path),
                row=row,
                column=cluster,
            )
        )
    frame = pl.DataFrame({CLUSTER: column.cast(pl.String), ARM: arms, **numbers})
    groups = frame.group_by(CLUSTER, maintain_order=True)
    found = groups.agg(
        pl.col(ARM).first(), pl.col(ARM).n_unique().alias(ARMS), pl.len().alias(ROWS), pl.col(*numbers).sum()
    )
    torn = found.filter(pl.col(ARMS) > 1)
    if torn.height:
        raise EvidenceError(
            Message(
                "'{path}': '{cluster}' {group} has rows in {n_arms} arms, so it was not drawn as a "
                "whole; name the column that was with --cluster",
                path=str(path),
                cluster=cluster,
                group=str(torn[CLUSTER][0]),
                n_arms=torn[ARMS][0],
            )
        )
    return found[ARM], {name: found[name].cast(pl.Float64).to_numpy() for name in (*numbers, ROWS)}


def _cluster_totals(name: str, rows: np.ndarray, sums: dict[str, np.ndarray], request: ExperimentRequest) -> ArmTotals:
    """A mean over rows is a ratio of sums over clusters, whose spread is theirs (Deng, Knoblich and Lu 2018)."""

    def column(option: str | None) -> np.ndarray:
        return sums[ROWS if option is None else option][rows]

    before = () if request.before is None else (column(request.before), column(request.before_denominator))
    totals = {request.outcome: Totals.of(column(request.outcome), column(request.denominator), *before)}
    return ArmTotals(name, totals | {one.name: Totals.of(column(one.name), column(None)) for one in request.guardrails})


def _numbers(table: pl.DataFrame, name: str, path: Path) -> np.ndarray:
    try:
        return numeric_column(table, name)
    except InputError as error:
        raise InputError(
            Message("'{path}', {error}", context="what is wrong with a file", path=str(path), error=error.message)
        ) from None


def _names(arms: pl.Series, request: ExperimentRequest, least: int, path: Path) -> list[str]:
    counts = dict(sorted(arms.value_counts().iter_rows()))
    small = [name for name, n in counts.items() if n < least]
    if len(counts) < 2 or small:
        sizes = ", ".join(f"'{name}' {n:,}" for name, n in counts.items())
        raise EvidenceError(
            Message(
                "'{path}': an experiment needs two arms or more with {least} {units} each, and "
                "'{arm}' has {sizes}; give more rows, or leave the rows of small arms out",
                path=str(path),
                least=least,
                units=_counted(request),
                arm=request.arm,
                sizes=sizes,
            )
        )
    control = control_among(list(counts), request.control, request.arm, path)
    return [control, *(name for name in counts if name != control)]


def _counted(request: ExperimentRequest) -> Message:
    if request.cluster is None:
        return Message("rows", context="what an arm needs")
    return Message("different '{cluster}'", context="what an arm needs", cluster=request.cluster)


def _totals(name: str, rows: np.ndarray, numbers: dict[str, np.ndarray], request: ExperimentRequest) -> ArmTotals:
    def column(option: str | None) -> np.ndarray | None:
        return None if option is None else numbers[option][rows]

    def single(option: str) -> Totals:
        """A column of zeros and ones in all arms is a share."""
        values = numbers[option][rows]
        is_share = np.isin(numbers[option], (0.0, 1.0)).all()
        return Totals.share(len(values), values.sum()) if is_share else Totals.of(values)

    others = [column(one) for one in (request.denominator, request.before, request.before_denominator)]
    alone = all(one is None for one in others)
    totals = {request.outcome: single(request.outcome) if alone else Totals.of(numbers[request.outcome][rows], *others)}
    return ArmTotals(name, totals | {one.name: single(one.name) for one in request.guardrails})
