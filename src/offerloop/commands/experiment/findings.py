"""What `offerloop experiment` found: each arm against the control."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, astuple, dataclass
from typing import Any

import polars as pl

from offerloop.evaluation import Action, Estimate, Reason
from offerloop.report import PLAIN_LABELS, Dot, Localizer, Result, forest
from offerloop.workspace import plain

_WIDTH = 640


@dataclass(frozen=True)
class Compared:
    """One metric of one arm against the control."""

    metric: str
    value: float
    """The value in the arm."""
    control: float
    difference: Estimate
    """The difference in the metric's unit."""
    share: Estimate | None
    """The difference as a share of the control's value; None where that is, or may be, zero."""
    p_value: float
    p_adjusted: float
    """Over all arms (Holm)."""
    margin: float | None
    state: str
    chance_to_win: float | None = None
    """Probability that the arm is better, with a flat prior; None for intervals that hold at every look."""

    @property
    def is_bounded(self) -> bool:
        """Whether anything is known of the difference yet."""
        return math.isfinite(self.difference.high - self.difference.low)

    def figures(self) -> dict[str, Any]:
        """Return a row of a table."""
        value, low, high = (None, None, None) if self.share is None else astuple(self.share)
        return {
            "metric": self.metric, "value": self.value, "control": self.control,
            "difference": self.difference.value, "difference_low": self.difference.low,
            "difference_high": self.difference.high, "share": value, "share_low": low, "share_high": high,
            "p_adjusted": self.p_adjusted, "margin": self.margin, "state": self.state,
            "chance_to_win": self.chance_to_win,
        }  # fmt: skip


@dataclass(frozen=True)
class ArmFound:
    """What an arm shows."""

    arm: str
    n: int
    action: Action
    reasons: tuple[Reason, ...]
    metrics: tuple[Compared, ...]
    """Empty where the draw is broken."""


@dataclass(frozen=True)
class SegmentFound:
    """The outcome of one arm against the control, among the customers with one value of a column."""

    column: str
    value: str
    arm: str
    n: int
    """Customers of both arms, or clusters of them."""
    compared: Compared
    """Its interval holds for all segments at once (Bonferroni), as does its adjusted p-value (Holm)."""


@dataclass(frozen=True)
class SegmentContrast:
    """Whether an arm does different things in the segments of a column."""

    column: str
    arm: str
    p_value: float
    """That differences between segments are so large by chance (Cochran's Q)."""
    p_adjusted: float
    """Over all columns and arms (Holm)."""


_FIGURES = {
    "metric": pl.String, "value": pl.Float64, "control": pl.Float64, "difference": pl.Float64,
    "difference_low": pl.Float64, "difference_high": pl.Float64, "share": pl.Float64, "share_low": pl.Float64,
    "share_high": pl.Float64, "p_adjusted": pl.Float64, "margin": pl.Float64, "state": pl.String,
    "chance_to_win": pl.Float64,
}  # fmt: skip
_METRICS = {"arm": pl.String, "action": pl.String, **_FIGURES}
_SEGMENTS = {"column": pl.String, "segment": pl.String, "arm": pl.String, "customers": pl.Int64, **_FIGURES}


@dataclass(frozen=True)
class ExperimentResult(Result):
    """A finished reading."""

    table: str
    outcome: str
    control: str
    sizes: dict[str, int]
    ratio_p: float | None
    """The p-value of these sizes against the planned shares; None without such."""
    sequential: float | None
    left: float | None
    """Customers until the planned number."""
    arms: tuple[ArmFound, ...]
    skewed: bool
    """Whether the outcome is so skewed, for an arm so small, that its interval rests on a correction for that."""
    cluster: str | None = None
    """The column of clusters, which sizes count then."""
    segments: tuple[SegmentFound, ...] = ()
    contrasts: tuple[SegmentContrast, ...] = ()
    """None of a single segment or an `untested` column, nor where intervals hold at every look, without such a test."""
    small_segments: tuple[str, ...] = ()
    """Segments that were left out, or arms in them, since there are too few customers."""
    untested: tuple[str, ...] = ()
    """Columns whose segments share clusters: it was not tested whether they differ."""
    before: str | None = None
    """The column of the outcome before the experiment by which differences are adjusted."""
    unused_before: str | None = None
    """The column that was given for this and explains nothing of the outcome: nothing is adjusted by it."""
    language: str = "en"
    """The language of its sentence and, unless another one is asked for, of its page."""

    @property
    def frames(self) -> Mapping[str, pl.DataFrame]:
        """`metrics`, one row for each metric of each arm, and `segments`; shares are of the control's value."""
        rows = [one.figures() | {"arm": arm.arm, "action": arm.action} for arm in self.arms for one in arm.metrics]
        parts = [
            {"column": segment.column, "segment": segment.value, "arm": segment.arm, "customers": segment.n}
            | segment.compared.figures()
            for segment in self.segments
        ]
        made = {"metrics": pl.DataFrame(rows, schema=_METRICS)}
        return made | ({"segments": pl.DataFrame(parts, schema=_SEGMENTS)} if parts else {})

    @property
    def sentence(self) -> str:
        """What to do with each arm, and what to know of it."""
        from offerloop.commands.experiment.segment_words import left_out_sentences
        from offerloop.commands.experiment.sentences import sentences

        _ = Localizer(self.language)
        said = sentences(self, _, dashes="")  # options are arguments in Python
        return "\n".join([*said, *left_out_sentences(self, _)])

    @property
    def chart(self) -> str:
        """The difference of each arm in the first metric."""
        primary_metrics = [(arm.arm, arm.metrics[0]) for arm in self.arms if arm.metrics]
        dots = [Dot(one.metric, name, one.difference) for name, one in primary_metrics if one.is_bounded]
        return forest(dots, PLAIN_LABELS)(_WIDTH).drawn("white") if dots else ""

    @property
    def summary(self) -> dict[str, Any]:
        """Return the findings for programs; what is unbounded is left empty."""
        summary: dict[str, Any] = plain(asdict(self))
        return {name: value for name, value in summary.items() if name != "language"}

    def page(self, language: str | None = None) -> str:
        """Return the report as HTML."""
        from offerloop.commands.experiment.page import render_experiment

        return render_experiment(self, language or self.language)
