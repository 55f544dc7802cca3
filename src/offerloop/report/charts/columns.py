"""Counts or amounts over time: one column for each day or week, stacked by what was done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from offerloop.report.charts.bars import shades
from offerloop.report.charts.drawing import INK, OURS, Axes, Build, rows_of, ticks

if TYPE_CHECKING:
    import altair as alt

MOST_DAYS = 120
"""Days that a chart of days has room for; a longer period is shown by week."""
WEEK, MONDAY = 7, 4
"""Days in a week, and the first Monday as an epoch day."""


@dataclass(frozen=True)
class ColumnPart:
    """One part of one column."""

    day: int
    """Its first epoch day."""
    size: float
    part: str


def columns(
    counts: Sequence[ColumnPart], axes: Axes, parts: Sequence[str], ends: tuple[int, int], width_of_one: int
) -> Build:
    """Columns of some days' width; the axis runs over the whole period, so that days without a case show."""

    def build(width: int) -> alt.TopLevelMixin:
        import altair as alt

        gap = 0.0 if width_of_one == 1 else 1.0
        values = rows_of(
            [
                {"from": column.day, "to": column.day + width_of_one - gap, "size": column.size, "part": column.part}
                for column in counts
            ]
        )
        scale = alt.Scale(domain=[ends[0], ends[1]], nice=False)
        axis = alt.Axis(labelExpr=axes.x_labels, grid=False, tickCount=ticks(width), tickMinStep=1)
        x = alt.X("from:Q", title=axes.x_title, axis=axis, scale=scale)
        y = alt.Y("sum(size):Q", title=None, axis=_counted(axes), stack="zero")
        opacity = shades(parts) if len(parts) > 1 else alt.value(1)
        bar = alt.Chart(values).mark_bar(color=OURS).encode(x=x, x2=alt.X2("to:Q"), y=y, opacity=opacity)
        zero = alt.Chart(values).mark_rule(color=INK, strokeWidth=1.2).encode(y=alt.YDatum(0))
        return alt.layer(bar, zero).properties(width=width - 60, height=160)

    return build


def _counted(axes: Axes) -> alt.Axis:
    """Whole numbers, unless the axes say how amounts are written."""
    import altair as alt

    if not axes.y_labels:
        return alt.Axis(grid=True, tickCount=4, tickMinStep=1)
    return alt.Axis(grid=True, tickCount=4, labelExpr=axes.y_labels)
