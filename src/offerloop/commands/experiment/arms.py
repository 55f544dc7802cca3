"""The totals of every arm of an experiment's table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import narwhals as nw
import polars as pl

from offerloop.commands.experiment.request import ExperimentRequest
from offerloop.commands.experiment.sums import ARM, UNITS, is_binary, moments_of, totals_of
from offerloop.engine import Frame, collect
from offerloop.errors import EvidenceError, InputError
from offerloop.evaluation import LEAST_CUSTOMERS, Moments, Totals, skew_if_alike
from offerloop.message import Message
from offerloop.workspace import control_among

FEWEST_CLUSTERS = 5
"""Clusters that an arm must have: with fewer, the spread between them is not known."""
TINY = 1e-100
"""The squares and cubes of smaller values are rounded to zero."""


@dataclass(frozen=True)
class ArmTotals:
    """The totals of one arm."""

    name: str
    totals: Mapping[str, Totals]
    """The totals of the outcome and of each guardrail, by column; all of the same customers."""
    moments: Mapping[str, Moments]
    """The moments of each of these columns alone."""

    @property
    def n(self) -> int:
        """The number of customers, or of clusters where these were drawn."""
        return next(iter(self.totals.values())).n


def arms_of(sums: pl.DataFrame, request: ExperimentRequest, path: Path) -> list[ArmTotals]:
    """The control first. Raises InputError where it is not clear which it is, EvidenceError for too few rows."""
    rows = {row[ARM]: row for row in sums.iter_rows(named=True)}
    metrics = (request.outcome, *(one.name for one in request.guardrails))
    shares = {metric: is_binary(sums, metric, request) for metric in metrics}
    return [
        ArmTotals(
            name,
            {metric: totals_of(rows[name], metric, request, is_binary=shares[metric]) for metric in metrics},
            {metric: moments_of(rows[name], metric, request) for metric in metrics},
        )
        for name in _names({name: row[UNITS] for name, row in rows.items()}, request, path)
    ]


def refuse_lost_spread(rows: Frame, arms: Sequence[ArmTotals], request: ExperimentRequest, path: Path) -> None:
    """Raise InputError for a column that varies in an arm by less than the rounding of its sums."""
    for metric in arms[0].totals if request.cluster is None else ():
        flat = [one.name for one in arms if _is_flat(one.totals[metric])]
        if not flat:
            continue
        values = nw.col(metric).cast(nw.Float64)
        ends = collect(rows.group_by(request.arm).agg(low=values.min(), high=values.max()))
        ends = ends.filter(pl.col(request.arm).cast(pl.String).str.strip_chars().is_in(flat))
        if (ends["low"] < ends["high"]).any():
            if max(ends["high"].abs().to_numpy().max(), ends["low"].abs().to_numpy().max()) < TINY:
                raise InputError(
                    Message(
                        "'{path}': the values of '{column}' are so close to zero that their squares are rounded to "
                        "zero; multiply all of them by a number, so that they are about 1",
                        path=str(path),
                        column=metric,
                    )
                )
            raise InputError(
                Message(
                    "'{path}': the values of '{column}' are so far from zero that rounding hides how they differ; "
                    "subtract a number from all of them, such as {low}",
                    path=str(path),
                    column=metric,
                    low=f"{ends['low'].to_numpy().min():.12g}",
                )
            )


def skew_of(request: ExperimentRequest, arm: ArmTotals, control: ArmTotals, metric: str) -> float:
    """Return the skewness of a difference of plain means that is looked at once; of others it is not known, and 0."""
    is_plain = metric != request.outcome or request.denominator is request.before is None
    if request.planned is not None or request.cluster is not None or not is_plain:
        return 0.0
    return skew_if_alike(arm.moments[metric], control.moments[metric])


def least_units(request: ExperimentRequest) -> int:
    """Return how many customers, or clusters, an arm must have."""
    return LEAST_CUSTOMERS if request.cluster is None else FEWEST_CLUSTERS


def _is_flat(totals: Totals) -> bool:
    """Whether the sums show no spread, at a mean at which rounding may hide it."""
    return totals.covariance()[0, 0] == 0 and totals.means()["outcome"] != 0


def _names(counts: dict[str, int], request: ExperimentRequest, path: Path) -> list[str]:
    least = least_units(request)
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
