"""Sums of an experiment's table by arm: all that is needed of its rows, which may therefore lie on any engine."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations_with_replacement

import narwhals as nw
import polars as pl

from offerloop.commands.experiment.request import ExperimentRequest
from offerloop.engine import Frame, collect
from offerloop.errors import EvidenceError
from offerloop.evaluation import Moments, Role, Totals
from offerloop.message import Message

ARM, SEGMENT, UNITS, ROWS = "arm", "segment", "units", "rows"
"""Columns of the sums: UNITS are customers, or clusters where these were drawn; ROWS are those of the table."""
_CLUSTER, _LAST, _TORN = "cluster", "last", "torn"
_TEXTS = (nw.String, nw.Categorical, nw.Enum)


def arm_sums(frame: Frame, request: ExperimentRequest, path: str, segment: nw.Expr | None = None) -> pl.DataFrame:
    """One row for each arm, and for each raw value of a segment, with sums over its customers or clusters.

    Raises EvidenceError for a cluster that is in several arms.
    """
    is_text = isinstance(frame.collect_schema()[request.arm], _TEXTS)
    arm = nw.col(request.arm).cast(nw.String).str.strip_chars() if is_text else nw.col(request.arm)
    group = {} if segment is None else {SEGMENT: segment}
    cells = {cell: nw.col(name).cast(nw.Float64) for name, cell in _cells(request).items() if name != ROWS}
    if request.cluster is None:
        units, torn = frame.select(**{ARM: arm, ROWS: nw.lit(1.0)}, **group, **cells), nw.lit(0)
    else:
        rows = frame.select(**{ARM: arm, _CLUSTER: nw.col(request.cluster)}, **group, **cells)
        ends = nw.col(ARM).min(), nw.col(ARM).max().alias(_LAST)
        counts = nw.len().cast(nw.Float64).alias(ROWS), *(nw.col(one).sum() for one in cells)
        units = rows.group_by(_CLUSTER, *group).agg(*ends, *counts)
        torn = (nw.col(_LAST) != nw.col(ARM)).cast(nw.Int64)
    sums = collect(units.with_columns(torn.alias(_TORN)).group_by(ARM, *group).agg(**_sums(request)))
    if request.cluster is not None and sums[_TORN].sum():
        _refuse_torn(rows, request.cluster, path)
    return added(sums.with_columns(pl.col(ARM).cast(pl.String).str.strip_chars()), *group)


def added(sums: pl.DataFrame, *keys: str) -> pl.DataFrame:
    """One row for each arm, and for each value of further keys."""
    return sums.group_by(*keys, ARM).agg(pl.exclude(*keys, ARM).sum()).sort(*keys, ARM)


def totals_of(sums: Mapping[str, float], metric: str, request: ExperimentRequest, *, is_binary: bool) -> Totals:
    """The totals of a metric from the sums of one arm. A column of zeros and ones in all arms is a share.

    A mean over rows is a ratio of sums over clusters, whose spread is theirs (Deng, Knoblich and Lu 2018).
    """
    divisor = None if request.cluster is None else ROWS
    columns: dict[Role, str | None] = {"outcome": metric, "per": divisor}
    if metric == request.outcome:
        columns["per"], columns["before"] = request.denominator or divisor, request.before
        columns["before_per"] = request.before_denominator or (None if request.before is None else divisor)
    cells = {role: _cells(request)[name] for role, name in columns.items() if name is not None}
    if is_binary and len(cells) == 1:
        return Totals.share(int(sums[UNITS]), sums[cells["outcome"]])
    pairs = {(one, other): sums[_product(cells[one], cells[other])] for one in cells for other in cells}
    return Totals.from_sums(
        int(sums[UNITS]), {role: (sums[cell], pairs[role, role]) for role, cell in cells.items()}, pairs
    )


def is_binary(sums: pl.DataFrame, metric: str, request: ExperimentRequest) -> bool:
    """Return whether a column is zero or one in all rows of all arms."""
    return not sums[f"other {_cells(request)[metric]}"].sum()


def moments_of(sums: Mapping[str, float], metric: str, request: ExperimentRequest) -> Moments:
    """The moments of a column from the sums of one arm."""
    cell = _cells(request)[metric]
    return Moments.from_sums(int(sums[UNITS]), sums[cell], sums[_product(cell, cell)], sums[_cubes(cell)])


def _cells(request: ExperimentRequest) -> dict[str, str]:
    """Names of columns of numbers, whatever the table calls them: an engine may refuse its names."""
    columns = dict.fromkeys(request.columns.values())
    return {name: f"x{place}" for place, name in enumerate(columns)} | {ROWS: ROWS}


def _sums(request: ExperimentRequest) -> dict[str, nw.Expr]:
    cells = _cells(request)
    columns = {cell: nw.col(cell) for cell in cells.values()}
    others = {f"other {one}": ((x != 0) & (x != 1)).cast(nw.Int64).sum() for one, x in columns.items()}
    products = {
        _product(column, other): (columns[column] * columns[other]).sum()
        for column, other in combinations_with_replacement(columns, 2)
    }
    plain = {one: x.sum() for one, x in columns.items()}
    cubes = {_cubes(one): (x * x * x).sum() for one, x in columns.items()}
    return {
        UNITS: nw.len(),
        _TORN: nw.col(_TORN).sum(),
        **plain,
        **others,
        **products,
        **cubes,
    }


def _product(column: str, other: str) -> str:
    return " ".join(sorted((column, other)))


def _cubes(column: str) -> str:
    return f"{column} cubed"


def _refuse_torn(rows: Frame, cluster: str, path: str) -> None:
    """Raise EvidenceError for the first cluster that is in several arms."""
    arms = rows.group_by(_CLUSTER).agg(nw.col(ARM).n_unique())
    name, n_arms = collect(arms.filter(nw.col(ARM) > 1).sort(_CLUSTER).head(1)).row(0)
    raise EvidenceError(
        Message(
            "'{path}': '{cluster}' {group} has rows in {n_arms} arms, so it was not drawn as a "
            "whole; name the column that was with --cluster",
            path=path,
            cluster=cluster,
            group=str(name),
            n_arms=n_arms,
        )
    )
