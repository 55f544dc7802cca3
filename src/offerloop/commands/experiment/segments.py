"""The outcome broken down by segments, with a correction for looking many times.

The more segments are looked at, the more often one of them looks better by chance alone. So intervals hold for all
segments, columns and arms together (Bonferroni), and p-values are adjusted over all of them (Holm 1979). One segment
that is clearly better, and another that is not clearly so, need not differ: whether an arm does different things in
the segments of a column is a test of its own, Cochran's Q (1954), whose p-values are adjusted in the same way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl

from offerloop.commands.experiment.arms import ArmTotals, read_arms
from offerloop.commands.experiment.comparing import compare
from offerloop.commands.experiment.findings import SegmentContrast, SegmentFound
from offerloop.commands.experiment.request import ExperimentRequest
from offerloop.errors import EvidenceError, InputError
from offerloop.evaluation import ALPHA, Metric, absolute, holm
from offerloop.message import Message
from offerloop.response import is_text_column

MOST_SEGMENTS = 20
"""Different values that a column of segments may have."""
FEW_NUMBERS = 8
"""A column of numbers with more different ones is cut into quarters."""
QUARTERS = (0.25, 0.5, 0.75)


@dataclass(frozen=True)
class BrokenDown:
    """See the fields of `ExperimentResult`."""

    segments: tuple[SegmentFound, ...]
    contrasts: tuple[SegmentContrast, ...]
    small_segments: tuple[str, ...]


@dataclass(frozen=True)
class _Look:
    """One segment of one arm, before it is compared."""

    column: str
    value: str
    share: float
    """Share of the rows that are in the segment."""
    arm: ArmTotals
    control: ArmTotals


def break_down(table: pl.DataFrame, request: ExperimentRequest, control: str, path: Path) -> BrokenDown:
    """Compare each arm with the control in each segment. Raises InputError for a column with too many values."""
    looks, small = [], []
    for column in request.by:
        labels = segment_labels(table[column], path)
        for value in labels.unique(maintain_order=True).drop_nulls().sort():
            some = table.filter(labels == value)
            try:
                own, *others = read_arms(some, replace(request, control=control, by=()), path)
            except (EvidenceError, InputError):
                small.append(f"{column} {value}")
                continue
            looks += [_Look(column, value, some.height / table.height, one, own) for one in others]
    segments = tuple(_adjusted([_compared(one, request, len(looks)) for one in looks]))
    contrasts = () if request.planned is not None else tuple(_contrasts(looks, request))
    return BrokenDown(segments, contrasts, tuple(small))


def segment_labels(column: pl.Series, path: Path) -> pl.Series:
    """Return the segment of each row: its value, or the quarter that a number is in; null where there is none."""
    distinct = column.drop_nulls().n_unique()
    if not is_text_column(column) and column.dtype.is_numeric() and distinct > FEW_NUMBERS:
        return _quarters(column)
    if distinct > MOST_SEGMENTS:
        raise InputError(
            Message(
                "'{path}': '{name}' (--by) has {distinct} different values, and segments may be at "
                "most {most}; put values together in a column of their own",
                path=str(path),
                name=column.name,
                distinct=distinct,
                most=MOST_SEGMENTS,
            )
        )
    return column.cast(pl.String).str.strip_chars()


def _quarters(column: pl.Series) -> pl.Series:
    """Numbers by the quarter in which they lie, with the ends in the name; letters keep their order."""
    numbers = column.cast(pl.Float64).fill_nan(None)
    known = numbers.drop_nulls().to_numpy()
    ends = np.unique([known.min(), *np.quantile(known, QUARTERS, method="lower"), known.max()])
    names = [f"{place}: {low:,.6g} – {high:,.6g}" for place, (low, high) in enumerate(pairwise(ends), start=1)]
    part = np.clip(np.searchsorted(ends[1:-1], numbers.fill_null(ends[0]).to_numpy(), side="left"), 0, len(names) - 1)
    labels = pl.Series(column.name, [names[one] for one in part])
    return labels.to_frame().select(pl.when(numbers.is_not_null()).then(pl.col(column.name))).to_series()


def _compared(look: _Look, request: ExperimentRequest, looks: int) -> SegmentFound:
    planned = None if request.planned is None else request.planned * look.share
    outcome = request.outcome
    _, compared = compare(
        Metric(outcome), look.arm.totals[outcome], look.control.totals[outcome], planned, ALPHA / looks
    )
    return SegmentFound(look.column, look.value, look.arm.name, look.arm.n + look.control.n, compared)


def _adjusted(segments: Sequence[SegmentFound]) -> Iterator[SegmentFound]:
    for one, p in zip(segments, holm([one.compared.p_value for one in segments]), strict=True):
        yield replace(one, compared=replace(one.compared, p_adjusted=p))


def _contrasts(looks: Sequence[_Look], request: ExperimentRequest) -> Iterator[SegmentContrast]:
    groups: dict[tuple[str, str], list[_Look]] = {}
    for look in looks:
        groups.setdefault((look.column, look.arm.name), []).append(look)
    p_values = {key: _same_p([_difference(one, request.outcome) for one in own]) for key, own in groups.items()}
    for (column, arm), p in zip(p_values, holm(list(p_values.values())), strict=True):
        yield SegmentContrast(column, arm, p_values[column, arm], p)


def _difference(look: _Look, outcome: str) -> tuple[float, float]:
    difference = absolute(look.arm.totals[outcome], look.control.totals[outcome])
    return difference.value, difference.se


def _same_p(differences: Sequence[tuple[float, float]]) -> float:
    """Return the p-value of Cochran's Q: that true differences are all the same."""
    from scipy.stats import chi2

    usable = np.array([one for one in differences if one[1] > 0])
    if len(usable) < 2:
        return 1.0
    weights = usable[:, 1] ** -2.0
    mean = float(np.average(usable[:, 0], weights=weights))
    return float(chi2.sf(float(weights @ (usable[:, 0] - mean) ** 2), len(usable) - 1))
