"""Bars for counts: named rows with direct labels, stacks by step, and a histogram."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from offerloop.report.charts.drawing import INK, OURS, SOFT, Axes, Build, rows_of, ticks, width_of, words_on

if TYPE_CHECKING:
    import altair as alt


CAPITAL = 8
"""Pixels of one letter, about; names of categories are often in capitals."""


@dataclass(frozen=True)
class Bar:
    """One row: a name, a size, and the words at its end."""

    row: str
    size: float
    label: str
    part: str = ""
    """Names the stack's part; only the last part of a row carries a label."""


def bars(rows: Sequence[Bar], parts: Sequence[str] = ()) -> Build:
    """Horizontal bars, in the order given; several parts of a row are stacked, darker towards the last part."""

    def build(width: int) -> alt.TopLevelMixin:
        import altair as alt

        label_width = min(max(width_of(bar.row, CAPITAL) for bar in rows) + 16, 250, width // 2)
        values = rows_of([{"row": bar.row, "size": bar.size, "label": bar.label, "part": bar.part} for bar in rows])
        y = alt.Y("row:N", sort=None, title=None, axis=alt.Axis(labelLimit=label_width - 10, labelColor=INK))
        total = alt.X("sum(size):Q", axis=None, scale=alt.Scale(domainMax=1.25 * max(_totals(rows), default=1)))
        opacity = shades(parts) if len(parts) > 1 else alt.value(1)
        order = alt.Order("part:N", sort="descending")
        bar = alt.Chart(values).mark_bar(color=OURS, height=16).encode(x=total, y=y, opacity=opacity, order=order)
        words = (
            alt.Chart(values)
            .transform_joinaggregate(total="sum(size)", groupby=["row"])
            .transform_filter("datum.label != ''")
            .mark_text(align="left", dx=6)
            .encode(x=alt.X("total:Q"), y=y, text=alt.Text("label:N"))
        )
        return alt.layer(bar, words).properties(width=width - label_width, height=alt.Step(24))

    return build


def _totals(rows: Sequence[Bar]) -> list[float]:
    names = dict.fromkeys(bar.row for bar in rows)
    return [sum(bar.size for bar in rows if bar.row == name) for name in names]


def shades(parts: Sequence[str]) -> alt.Opacity:
    """Parts of a stack from light to dark, with a legend above."""
    import altair as alt

    shades = [0.35 + 0.65 * position / (len(parts) - 1) for position in range(len(parts))]
    legend = alt.Legend(title=None, orient="top", symbolFillColor=OURS, symbolStrokeWidth=0, symbolType="square")
    return alt.Opacity("part:N", scale=alt.Scale(domain=list(parts), range=shades), legend=legend)


def histogram(counts: Sequence[tuple[float, float, int]], axes: Axes, level: tuple[float, str]) -> Build:
    """Counts between edges, with one level marked."""

    def build(width: int) -> alt.TopLevelMixin:
        import altair as alt

        values = rows_of([{"low": low, "high": high, "count": size} for low, high, size in counts])
        axis = alt.Axis(labelExpr=axes.x_labels, grid=False, tickCount=ticks(width))
        x = alt.X("low:Q", title=axes.x_title, axis=axis)
        y = alt.Y("count:Q", title=None, axis=alt.Axis(grid=True, tickCount=4))
        bar = (
            alt.Chart(values)
            .mark_bar(color=OURS, opacity=0.75)
            .encode(x=x, x2=alt.X2("high:Q"), y=y, y2=alt.Y2(datum=0))
        )
        row = rows_of([{"x": level[0], "label": level[1]}])
        rule = alt.Chart(row).mark_rule(color=SOFT, strokeDash=[5, 4]).encode(x=alt.X("x:Q"))
        words = [
            mark.encode(x=alt.X("x:Q"), y=alt.YValue(2)) for mark in words_on(row, align="left", dx=6, baseline="top")
        ]
        return alt.layer(bar, rule, *words).properties(width=width - 60, height=200)

    return build
