"""The totals of every arm of an experiment's table."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from offerloop.commands.experiment.request import ExperimentRequest
from offerloop.errors import EvidenceError, InputError, near_miss
from offerloop.evaluation import LEAST, Totals
from offerloop.workspace import check_arm_cells, control_among, numeric_column


@dataclass(frozen=True)
class ArmTotals:
    """The totals of one arm."""

    name: str
    totals: dict[str, Totals]
    """The totals of the outcome and of each guardrail, by column; all of the same customers."""

    @property
    def n(self) -> int:
        """The number of customers."""
        return next(iter(self.totals.values())).n


def read_arms(table: pl.DataFrame, request: ExperimentRequest, path: Path) -> list[ArmTotals]:
    """The control first. Raises InputError for columns that cannot be read, EvidenceError for too few arms or rows."""
    for option, name in {"--arm": request.arm, **request.columns}.items():
        if name not in table.columns:
            columns = [one for one in table.columns if one != "_row"]
            raise InputError(
                f"'{path}' has no column '{name}' ({option.split()[0]}){near_miss(name, columns)}; "
                f"it has {', '.join(columns[:12])}{' and more' if len(columns) > 12 else ''}"
            )
    check_arm_cells(table, request.arm, path)
    arms = table[request.arm].cast(pl.String).str.strip_chars()
    names = _names(arms, request, path)
    numbers = {name: _numbers(table, name, path) for name in dict.fromkeys(request.columns.values())}
    return [_totals(name, (arms == name).to_numpy(), numbers, request) for name in names]


def _numbers(table: pl.DataFrame, name: str, path: Path) -> np.ndarray:
    try:
        return numeric_column(table, name)
    except InputError as error:
        raise InputError(f"'{path}', {error}") from None


def _names(arms: pl.Series, request: ExperimentRequest, path: Path) -> list[str]:
    counts = dict(sorted(arms.value_counts().iter_rows()))
    small = [name for name, n in counts.items() if n < LEAST]
    if len(counts) < 2 or small:
        sizes = ", ".join(f"'{name}' {n:,}" for name, n in counts.items())
        raise EvidenceError(
            f"'{path}': an experiment needs two arms or more with {LEAST} rows each, and '{request.arm}' has {sizes}; "
            "give more rows, or leave the rows of small arms out"
        )
    control = control_among(list(counts), request.control, request.arm, path)
    return [control, *(name for name in counts if name != control)]


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
