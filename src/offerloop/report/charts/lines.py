"""A line with its band over a lever, with points and levels marked and labelled directly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from offerloop.evaluation.estimate import Estimate
from offerloop.report.charts.drawing import BAND, INK, NARROW, OURS, SOFT, Build, rows_of, ticks, words_on

if TYPE_CHECKING:
    import altair as alt

NARROW_LETTERS = 21
"""Longest line of a label on a narrow screen."""


@dataclass(frozen=True)
class Point:
    """One point of the line."""

    x: float
    estimate: Estimate


@dataclass(frozen=True)
class Level:
    """A vertical mark with its label; labels stand one under the other, in the order given."""

    x: float
    label: str
    dashed: bool = True


def line(points: Sequence[Point], levels: Sequence[Level], labels: tuple[str, str], x_title: str) -> Build:
    """The line with its 95 % band and zero; `labels` are the expressions of the x and the y axis."""

    def build(width: int) -> alt.TopLevelMixin:
        import altair as alt

        values = rows_of([_point(point) for point in points])
        axis = alt.Axis(labelExpr=labels[0], tickCount=ticks(width), grid=False)
        x = alt.X("x:Q", title=x_title, axis=axis, scale=alt.Scale(nice=False, padding=6))
        y = alt.Y("value:Q", title=None, axis=alt.Axis(labelExpr=labels[1], grid=True, tickCount=5))
        chart = alt.Chart(values)
        layers = [
            chart.mark_area(color=OURS, opacity=BAND).encode(x=x, y=alt.Y("low:Q"), y2="high:Q"),
            alt.Chart(values).mark_rule(color=INK, strokeWidth=1.2).encode(y=alt.datum(0)),
            chart.mark_line(color=OURS, strokeWidth=2.5).encode(x=x, y=y),
            *_levels(levels, max(point.x for point in points), width),
        ]
        return alt.layer(*layers).properties(width=width - 70, height=280)

    return build


def _point(point: Point) -> dict[str, Any]:
    estimate = point.estimate
    return {"x": point.x, "value": estimate.value, "low": estimate.low, "high": estimate.high}


def _levels(levels: Sequence[Level], right: float, width: int) -> list[alt.Chart]:
    import altair as alt

    marks: list[alt.Chart] = []
    texts: list[alt.Chart] = []
    top = 4
    for level in levels:
        label = level.label.replace(" %", "\u00a0%")
        lines = [label] if width > NARROW else wrap(label, NARROW_LETTERS)
        row = rows_of([{"x": level.x, "label": "\n".join(lines)}])
        on_left = level.x > right / 2
        dash = [5, 4] if level.dashed else [1, 0]
        marks.append(alt.Chart(row).mark_rule(color=SOFT, strokeDash=dash).encode(x="x:Q"))
        words = words_on(row, align="right" if on_left else "left", dx=-6 if on_left else 6, baseline="top")
        texts += [text.encode(x="x:Q", y=alt.value(top)) for text in words]
        top += 4 + 16 * len(lines)
    return marks + texts
