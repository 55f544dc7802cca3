"""The outcome broken down by segments, with a correction for looking many times.

The more segments are looked at, the more often one of them looks better by chance alone. So intervals hold for all
segments, columns and arms together (Bonferroni), and p-values are adjusted over all of them (Holm 1979). One segment
that is clearly better, and another that is not clearly so, need not differ: whether an arm does different things in
the segments of a column is a test of its own, Cochran's Q (1954), whose p-values are adjusted in the same way. It takes
segments for independent, so a column whose segments share clusters is not tested.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import narwhals as nw
import numpy as np
import polars as pl

from offerloop.commands.experiment.arms import ArmTotals, arms_of, least_units, skew_of
from offerloop.commands.experiment.comparing import compare
from offerloop.commands.experiment.findings import SegmentContrast, SegmentFound
from offerloop.commands.experiment.request import ExperimentRequest
from offerloop.commands.experiment.sums import ARM, ROWS, SEGMENT, UNITS, added, arm_sums
from offerloop.engine import Frame, collect
from offerloop.errors import EvidenceError, InputError
from offerloop.evaluation import ALPHA, FEW_VALUES, Metric, absolute, band_names, band_number, bands_of, holm
from offerloop.message import Message

MOST_SEGMENTS = 20
"""Different values that a column of segments may have."""


@dataclass(frozen=True)
class BrokenDown:
    """See the fields of `ExperimentResult`."""

    segments: tuple[SegmentFound, ...]
    contrasts: tuple[SegmentContrast, ...]
    small_segments: tuple[str, ...]
    untested: tuple[str, ...]


@dataclass(frozen=True)
class _Look:
    """One segment of one arm, before it is compared."""

    column: str
    value: str
    share: float
    """Share of the rows that are in the segment."""
    arm: ArmTotals
    control: ArmTotals


def break_down(frame: Frame, request: ExperimentRequest, arms: Sequence[str], path: Path) -> BrokenDown:
    """Compare each of `arms` with the first of them, the control, in each segment.

    An arm with too few rows in a segment is left out there. Raises InputError for a column with too many values."""
    looks, small, untested = [], [], []
    within = replace(request, control=arms[0], by=())
    for column in request.by:
        segment, sums = _segment_sums(frame, column, request, path)
        if request.planned is None and _share_clusters(frame, segment, request.cluster):
            untested.append(column)
        rows = float(sums[ROWS].sum())
        for (value,), some in sums.drop_nulls(SEGMENT).group_by(SEGMENT, maintain_order=True):
            large = some.filter(pl.col(UNITS) >= least_units(request))
            try:
                own, *others = arms_of(large.drop(SEGMENT), within, path)
            except (EvidenceError, InputError):
                small.append(f"{column} {value}")
                continue
            small += [f"{column} {value} · {name}" for name in arms if name not in large[ARM]]
            looks += [_Look(column, str(value), float(some[ROWS].sum()) / rows, one, own) for one in others]
    segments = tuple(_adjusted([_compared(one, request, len(looks), len(arms)) for one in looks]))
    tested = [] if request.planned is not None else [one for one in looks if one.column not in untested]
    return BrokenDown(segments, tuple(_contrasts(tested, request)), tuple(small), tuple(untested))


def _segment_sums(frame: Frame, column: str, request: ExperimentRequest, path: Path) -> tuple[nw.Expr, pl.DataFrame]:
    """What segment a row is in, and sums by arm and segment: its value, or the band that a number is in, or null."""
    values = nw.col(column)
    distinct = collect(frame.select(values).filter(~values.is_null()).unique().head(MOST_SEGMENTS + 1))[column]
    if distinct.dtype.is_numeric() and distinct.len() > FEW_VALUES:
        bands = bands_of(frame, values)
        values = band_number(values, bands)
        sums = arm_sums(frame, request, str(path), values)
        names = [f"{place}: {name}" for place, name in enumerate(band_names(bands), start=1)]  # sorted as text
        labels = sums[SEGMENT].replace_strict(dict(enumerate(names)), return_dtype=pl.String)
    else:
        if distinct.len() > MOST_SEGMENTS:
            _refuse_many(frame, column, path)
        sums = arm_sums(frame, request, str(path), values)
        labels = sums[SEGMENT].cast(pl.String).str.strip_chars()
    return values, added(sums.with_columns(labels.alias(SEGMENT)), SEGMENT)


def _share_clusters(frame: Frame, segment: nw.Expr, cluster: str | None) -> bool:
    """Whether a cluster has rows in several segments, which are not independent then."""
    if cluster is None:
        return False
    rows = frame.select(cluster=nw.col(cluster), segment=segment).filter(~nw.col("segment").is_null())
    several = rows.group_by("cluster").agg(nw.col("segment").n_unique()).filter(nw.col("segment") > 1)
    return bool(collect(several.head(1)).height)


def _refuse_many(frame: Frame, column: str, path: Path) -> None:
    filled = frame.filter(~nw.col(column).is_null())
    raise InputError(
        Message(
            "'{path}': '{name}' (--by) has {distinct} different values, and segments may be at "
            "most {most}; put values together in a column of their own",
            path=str(path),
            name=column,
            distinct=int(collect(filled.select(nw.col(column).n_unique()))[column][0]),
            most=MOST_SEGMENTS,
        )
    )


def _compared(look: _Look, request: ExperimentRequest, looks: int, n_arms: int) -> SegmentFound:
    planned = request.planned_of(look.arm.name, look.control.name, n_arms)
    planned = None if planned is None else planned * look.share
    outcome = request.outcome
    _, compared = compare(
        Metric(outcome), look.arm.totals[outcome], look.control.totals[outcome], planned, ALPHA / looks,
        skew_of(request, look.arm, look.control, outcome),
    )  # fmt: skip
    return SegmentFound(look.column, look.value, look.arm.name, look.arm.n + look.control.n, compared)


def _adjusted(segments: Sequence[SegmentFound]) -> Iterator[SegmentFound]:
    for segment, p in zip(segments, holm([segment.compared.p_value for segment in segments]), strict=True):
        yield replace(segment, compared=replace(segment.compared, p_adjusted=p))


def _contrasts(looks: Sequence[_Look], request: ExperimentRequest) -> Iterator[SegmentContrast]:
    groups: dict[tuple[str, str], list[_Look]] = {}
    for look in looks:
        groups.setdefault((look.column, look.arm.name), []).append(look)
    p_values = {
        key: _same_p([_difference(one, request.outcome) for one in own]) for key, own in groups.items() if len(own) > 1
    }
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
