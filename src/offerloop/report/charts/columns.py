"""Counts or amounts over time: one column for each day or week, stacked by what was done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from offerloop.events import EPOCH
from offerloop.report.charts.bars import shades
from offerloop.report.charts.drawing import Axes, Build, ticks
from offerloop.report.charts.vega import OURS, Chart, layered, mark, quantity, rows_of, zero_line

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


def month_starts(ends: tuple[int, int], most: int) -> list[int]:
    """Return the first days of months within a period, evenly thinned to `most`: labels of months are then unlike."""
    first, last = (date.fromordinal(EPOCH.toordinal() + day) for day in ends)
    months = range(12 * first.year + first.month - 1, 12 * last.year + last.month)
    days = [(date(month // 12, month % 12 + 1, 1) - EPOCH).days for month in months]
    within = [day for day in days if ends[0] <= day < ends[1]]
    return within[:: -(-len(within) // most) or 1]


def columns(
    counts: Sequence[ColumnPart], axes: Axes, parts: Sequence[str], ends: tuple[int, int], width_of_one: int
) -> Build:
    """Columns of some days' width; the axis runs over the whole period, so that days without a case show."""

    def build(width: int) -> Chart:
        gap = 0.0 if width_of_one == 1 else 1.0
        axis = {"labelExpr": axes.x_labels, "grid": False, "tickCount": ticks(width), "tickMinStep": 1}
        axis |= {"values": month_starts(ends, ticks(width))} if width_of_one == WEEK else {}
        # Whole numbers, unless the axes say how amounts are written.
        labels = {"labelExpr": axes.y_labels} if axes.y_labels else {"tickMinStep": 1}
        bar = mark(
            "bar",
            None,
            {"color": OURS},
            x=quantity("from", title=axes.x_title, axis=axis, scale={"domain": [ends[0], ends[1]], "nice": False}),
            x2={"field": "to"},
            y=quantity(
                "size", aggregate="sum", title=None, axis={"grid": True, "tickCount": 4, **labels}, stack="zero"
            ),
            opacity=shades(parts),
        )
        data = rows_of(
            {"from": column.day, "to": column.day + width_of_one - gap, "size": column.size, "part": column.part}
            for column in counts
        )
        return layered([bar, zero_line(None)], data=data, width=width - 60, height=160)

    return build
