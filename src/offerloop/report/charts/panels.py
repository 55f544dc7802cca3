"""Lines with bands in panels: a row for each measure, a column for each kind of lever, goals marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from offerloop.evaluation import Estimate
from offerloop.report.charts.drawing import ACCENT, BAD, BAND, CONTROL, INK, NARROW, OURS, SOFT, WARNING, Build, rows_of

if TYPE_CHECKING:
    import altair as alt

HEIGHT = 150
COLOURS, DASHES = (OURS, CONTROL, ACCENT, WARNING, BAD), ([1, 0], [7, 4], [2, 3], [9, 3, 2, 3], [4, 2])
"""Lines differ by colour and by dash."""


@dataclass(frozen=True)
class PanelLine:
    """One line: x and estimate of its points, from left to right."""

    name: str
    points: tuple[tuple[float, Estimate], ...]


@dataclass(frozen=True)
class ChartPanel:
    """One row and column of the chart."""

    title: str
    x_title: str
    lines: tuple[PanelLine, ...]
    goal: float | None = None


def panels(rows: Sequence[Sequence[ChartPanel]]) -> Build:
    """All panels, each with its own scales; every one marks zero."""
    names = list(dict.fromkeys(line.name for row in rows for panel in row for line in panel.lines))
    looks = {name: place for place, name in enumerate(names)}

    def build(width: int) -> alt.TopLevelMixin:
        import altair as alt

        if width <= NARROW:
            narrow: alt.VConcatChart = alt.vconcat(*(_panel(one, looks, width - 60) for row in rows for one in row))
            return narrow
        drawn = [alt.hconcat(*(_panel(one, looks, width // len(row) - 60) for one in row)) for row in rows]
        chart: alt.VConcatChart = alt.vconcat(*drawn)
        return chart

    return build


def _panel(panel: ChartPanel, looks: Mapping[str, int], width: int) -> alt.LayerChart:
    import altair as alt

    values = rows_of([_row(line.name, x, one) for line in panel.lines for x, one in line.points])
    x = alt.X("x:Q", title=panel.x_title, axis=alt.Axis(grid=False, tickCount=4))
    y = alt.Y("value:Q", title=None, axis=alt.Axis(grid=True, tickCount=5))
    colour = alt.Color(
        "line:N",
        title=None,
        legend=alt.Legend(orient="bottom", symbolOpacity=1, symbolType="circle"),
        scale=_scale(looks, COLOURS),
    )
    dash = alt.StrokeDash("line:N", title=None, legend=None, scale=_scale(looks, DASHES))
    base = alt.Chart(values)
    layers = [
        base.mark_area(opacity=BAND).encode(x=x, y=alt.Y("low:Q"), y2=alt.Y2("high:Q"), color=colour),
        alt.Chart(rows_of([{}])).mark_rule(color=INK, strokeWidth=1.2).encode(y=alt.YDatum(0)),
        base.mark_line(strokeWidth=2.5, point=True).encode(x=x, y=y, color=colour, strokeDash=dash),
    ]
    if panel.goal is not None:
        layers.append(
            alt.Chart(rows_of([{}])).mark_rule(color=SOFT, strokeDash=[3, 3]).encode(y=alt.YDatum(panel.goal))
        )
    return alt.LayerChart(layer=layers, title=panel.title, width=width, height=HEIGHT)


def _scale(looks: Mapping[str, int], of: Sequence[Any]) -> alt.Scale:
    """The same look for a line in every panel."""
    import altair as alt

    return alt.Scale(domain=list(looks), range=[of[place % len(of)] for place in looks.values()])


def _row(name: str, x: float, estimate: Estimate) -> dict[str, Any]:
    return {"line": name, "x": x, "value": estimate.value, "low": estimate.low, "high": estimate.high}
