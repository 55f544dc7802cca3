"""Dots with whiskers: in rows on one axis (forest plot), or upright over ordered steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from offerloop.evaluation import Estimate
from offerloop.report.charts.drawing import NARROW, Build, broken, ticks, width_of
from offerloop.report.charts.vega import (
    CONTROL,
    INK,
    OURS,
    SOFT,
    SURFACE,
    WARNING,
    Chart,
    Spec,
    category,
    layered,
    mark,
    quantity,
    rows_of,
    words_on,
    zero_line,
)
from offerloop.report.localizer import Localizer

LOOKS = {
    "ours": (OURS, "circle"),
    "control": (CONTROL, "square"),
    "placebo": (WARNING, "triangle-up"),
}
"""Colour and shape of each kind of dot: never colour alone."""


_HEADING: Spec = {
    "title": None,
    "labelOrient": "top",
    "labelAnchor": "start",
    "labelAngle": 0,
    "labelPadding": -4,
    "labelLimit": NARROW,
    "labelExpr": "split(datum.label, '\\n')",
}
LETTER = 7
"""Pixels of one letter, about."""
SIZE = 70
"""Square pixels of a dot."""
APART = 6
"""Pixels by which a dot and a prediction are moved aside, so that they do not cover each other."""


@dataclass(frozen=True)
class Dot:
    """One estimate in a row; rows are grouped under headings."""

    group: str
    row: str
    """Its name, of one or more lines."""
    estimate: Estimate
    look: str = "ours"
    assumed: bool = False
    """Hollow: there is no interval to draw."""


def forest(
    dots: Sequence[Dot], axis_labels: str, *, reference: float = 0.0, lines_per_row: int = 1, one_scale: bool = True
) -> Build:
    """Rows of dots with whiskers on one axis, or on one for each group, with a line at the reference."""

    def build(width: int) -> Chart:
        label_width = _label_width(dots, width)
        layers = layered(
            _dot_layers(dots, axis_labels, reference, _row_axis(label_width, lines_per_row), ticks(width)),
            width=width - label_width - 25,
            height={"step": 20 if lines_per_row == 1 else 16 + 14 * lines_per_row},
        )
        headings = {dot.group: "\n".join(broken(dot.group, width - label_width, LETTER)) for dot in dots}
        data = rows_of(_row(dot, headings[dot.group], position) for position, dot in enumerate(dots))
        if not any(headings):
            return Chart(layers, data=data)
        groups = list(headings.values())
        scales = {"x": "shared" if one_scale else "independent", "y": "independent"}
        return Chart(
            data=data,
            facet={"row": category("group", sort=groups, header=_HEADING)},
            spacing=14,
            spec=layers,
            resolve={"scale": scales},
        )

    return build


def _dot_layers(dots: Sequence[Dot], axis_labels: str, reference: float, row_axis: Spec, n_ticks: int) -> list[Spec]:
    x = quantity("value", title=None, axis={"labelExpr": axis_labels, "tickCount": n_ticks}, scale={"zero": False})
    y = category("row", sort=None, title=None, axis=row_axis)
    whiskers = {"x": quantity("low"), "x2": {"field": "high"}, "y": y, "color": _look(0)}
    layers = [
        zero_line(None, "x", reference),
        mark("rule", None, {"strokeWidth": 2}, **whiskers),
        mark("point", None, {"size": 75, "filled": True, "opacity": 1}, x=x, y=y, color=_look(0), shape=_look(1)),
    ]
    if any(dot.assumed for dot in dots):
        hollow = {"size": 26, "filled": True, "color": SURFACE, "opacity": 1}
        layers.append(
            {**mark("point", None, hollow, x=x, y=y, shape=_look(1)), "transform": [{"filter": "datum.assumed"}]}
        )
    return layers


def _label_width(dots: Sequence[Dot], width: int) -> int:
    """Pixels for the longest line of the rows' names, at most three fifths of the chart."""
    longest = max(width_of(line, LETTER) for dot in dots for line in dot.row.split("\n"))
    return min(longest + 16, width * 3 // 5)


def _row(dot: Dot, heading: str, position: int) -> dict[str, Any]:
    estimate = dot.estimate
    return {
        "group": heading,
        "row": dot.row,
        "look": dot.look,
        "position": position,
        "value": estimate.value,
        "low": estimate.low,
        "high": estimate.high,
        "assumed": dot.assumed,
    }


def _row_axis(label_width: int, lines: int) -> Spec:
    axis = {
        "labelLimit": label_width - 8,
        "labelColor": INK,
        "labelOverlap": False,
        "minExtent": label_width,
        "maxExtent": label_width,
    }
    return axis if lines == 1 else axis | {"labelExpr": "split(datum.label, '\\n')"}


def _look(place: int) -> Spec:
    """The colour (0) or the shape (1) of a dot."""
    return category(
        "look", scale={"domain": list(LOOKS), "range": [look[place] for look in LOOKS.values()]}, legend=None
    )


@dataclass(frozen=True)
class Upright:
    """One step on the horizontal axis."""

    step: str
    estimate: Estimate
    predicted: float | None = None


def upright(
    steps: Sequence[Upright], axis_labels: str, x_title: str, _: Localizer, *, level: tuple[float, str] | None = None
) -> Build:
    """Dots with whiskers over ordered steps, with zero and perhaps an average as lines; predictions are hollow."""

    def build(width: int) -> Chart:
        apart = APART if any(step.predicted is not None for step in steps) else 0
        rows = [_step(step) for step in steps]
        x = category("step", sort=None, **_step_axis(steps, x_title, width, _))
        y = quantity("value", title=None, axis={"labelExpr": axis_labels, "grid": True, "tickCount": 5})
        whiskers = {"color": OURS, "strokeWidth": 2, "xOffset": -apart}
        hollow = {"shape": "diamond", "size": SIZE, "color": SOFT, "fill": SURFACE, "opacity": 1, "xOffset": apart}
        predicted = mark("point", rows, hollow, x=x, y=quantity("predicted"))
        dot = {"size": SIZE, "filled": True, "color": OURS, "opacity": 1, "xOffset": -apart}
        layers = [
            zero_line(rows),
            *(_level(*level) if level else ()),
            mark("rule", rows, whiskers, x=x, y=quantity("low"), y2={"field": "high"}),
            {**predicted, "transform": [{"filter": "isValid(datum.predicted)"}]},
            mark("point", rows, dot, x=x, y=y),
        ]
        return layered(layers, width=width - 60, height=260)

    return build


def _step_axis(steps: Sequence[Upright], x_title: str, width: int, _: Localizer) -> Spec:
    """Every step is named; on a narrow screen the per cent signs move to the title."""
    sign = _.percent_sign
    axis = {"labelAngle": 0, "grid": False, "labelOverlap": False}
    if width > NARROW or not any(sign in step.step for step in steps):
        return {"title": x_title, "axis": axis}
    names = {"labelExpr": f"replace(datum.label, '{sign}', '')"}
    return {"title": _("{title} (%)", context="axis title", title=x_title), "axis": axis | names}


def _level(value: float, label: str) -> list[Spec]:
    row, y = [{"value": value, "label": label}], quantity("value")
    line = mark("rule", row, {"color": SOFT, "strokeDash": [5, 4]}, y=y)
    if not label:
        return [line]
    return [line, *words_on(row, {"align": "left", "dy": -9, "baseline": "middle"}, x={"value": 4}, y=y)]


def _step(step: Upright) -> dict[str, Any]:
    estimate = step.estimate
    return {
        "step": step.step,
        "value": estimate.value,
        "low": estimate.low,
        "high": estimate.high,
        "predicted": step.predicted,
    }
