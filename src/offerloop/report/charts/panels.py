"""Lines with bands in panels: a row for each measure, a column for each kind of lever, goals marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from offerloop.evaluation import Estimate
from offerloop.report.charts.drawing import BAND, NARROW, Build
from offerloop.report.charts.vega import (
    ACCENT,
    BAD,
    CONTROL,
    OURS,
    SOFT,
    WARNING,
    Chart,
    Spec,
    category,
    mark,
    quantity,
    zero_line,
)

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

    def build(width: int) -> Chart:
        if width <= NARROW:
            return Chart(vconcat=[_panel(one, looks, width - 60) for row in rows for one in row])
        return Chart(vconcat=[{"hconcat": [_panel(one, looks, width // len(row) - 60) for one in row]} for row in rows])

    return build


def _panel(panel: ChartPanel, looks: Mapping[str, int], width: int) -> Spec:
    rows = [_row(line.name, x, one) for line in panel.lines for x, one in line.points]
    x = quantity("x", title=panel.x_title, axis={"grid": False, "tickCount": 4})
    y = quantity("value", title=None, axis={"grid": True, "tickCount": 5})
    legend = {"orient": "bottom", "symbolOpacity": 1, "symbolType": "circle"}
    colour = category("line", title=None, legend=legend, scale=_scale(looks, COLOURS))
    dash = category("line", title=None, legend=None, scale=_scale(looks, DASHES))
    layers = [
        mark("area", rows, {"opacity": BAND}, x=x, y=quantity("low"), y2={"field": "high"}, color=colour),
        zero_line([{}]),
        mark("line", rows, {"strokeWidth": 2.5, "point": True}, x=x, y=y, color=colour, strokeDash=dash),
    ]
    if panel.goal is not None:
        layers.append(mark("rule", [{}], {"color": SOFT, "strokeDash": [3, 3]}, y={"datum": panel.goal}))
    return {"layer": layers, "title": panel.title, "width": width, "height": HEIGHT}


def _scale(looks: Mapping[str, int], of: Sequence[Any]) -> Spec:
    """The same look for a line in every panel."""
    return {"domain": list(looks), "range": [of[place % len(of)] for place in looks.values()]}


def _row(name: str, x: float, estimate: Estimate) -> dict[str, Any]:
    return {"line": name, "x": x, "value": estimate.value, "low": estimate.low, "high": estimate.high}
