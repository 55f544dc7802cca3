"""Dots with whiskers: in rows on one axis (forest plot), or upright over ordered steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from offerloop.evaluation import Estimate
from offerloop.report.charts.drawing import (
    CONTROL,
    INK,
    NARROW,
    OURS,
    SOFT,
    SURFACE,
    WARNING,
    Build,
    rows_of,
    ticks,
    width_of,
    words_on,
)
from offerloop.report.localizer import Localizer

if TYPE_CHECKING:
    import altair as alt

LOOKS = {
    "ours": (OURS, "circle"),
    "control": (CONTROL, "square"),
    "placebo": (WARNING, "triangle-up"),
}
"""Colour and shape of each kind of dot: never colour alone."""


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
    estimate: Estimate
    look: str = "ours"
    assumed: bool = False
    """Hollow: there is no interval to draw."""


def forest(
    dots: Sequence[Dot], axis_labels: str, *, reference: float = 0.0, lines_per_row: int = 1, one_scale: bool = True
) -> Build:
    """Rows of dots with whiskers on one axis, or on one for each group, with a line at the reference."""

    def build(width: int) -> alt.TopLevelMixin:
        import altair as alt

        grouped = any(dot.group for dot in dots)
        label_width = _label_width(dots, width)
        y = alt.Y("row:N", sort=None, title=None, axis=_row_axis(label_width, lines_per_row))
        x = alt.X(
            "value:Q",
            title=None,
            axis=alt.Axis(labelExpr=axis_labels, tickCount=ticks(width)),
            scale=alt.Scale(zero=False),
        )
        size = {
            "width": width - label_width - 25,
            "height": alt.Step(20 if lines_per_row == 1 else 16 + 14 * lines_per_row),
        }
        layers = alt.layer(
            alt.Chart().mark_rule(color=INK, strokeWidth=1.2).encode(x=alt.XDatum(reference)),
            alt.Chart().mark_rule(strokeWidth=2).encode(x=alt.X("low:Q"), x2=alt.X2("high:Q"), y=y, color=_colour()),
            alt.Chart().mark_point(size=75, filled=True, opacity=1).encode(x=x, y=y, color=_colour(), shape=_shape()),
            *([_hollow(x, y)] if any(dot.assumed for dot in dots) else []),
        ).properties(**size)
        values = rows_of([_row(dot, position) for position, dot in enumerate(dots)])
        if not grouped:
            return layers.properties(data=values)
        heading = alt.Row("group:N", sort=list(dict.fromkeys(dot.group for dot in dots)), header=_heading())
        faceted = layers.facet(row=heading, data=values, spacing=14)
        chart: alt.FacetChart = faceted.resolve_scale(x="shared" if one_scale else "independent", y="independent")
        return chart

    return build


def _hollow(x: alt.X, y: alt.Y) -> alt.Chart:
    import altair as alt

    point = alt.Chart().transform_filter("datum.assumed").mark_point(size=26, filled=True, color=SURFACE, opacity=1)
    return point.encode(x=x, y=y, shape=_shape())


def _label_width(dots: Sequence[Dot], width: int) -> int:
    """Pixels for the longest line of the rows' names, at most three fifths of the chart."""
    longest = max(width_of(line, LETTER) for dot in dots for line in dot.row.split("|"))
    return min(longest + 16, width * 3 // 5)


def _row(dot: Dot, position: int) -> dict[str, Any]:
    estimate = dot.estimate
    return {
        "group": dot.group,
        "row": dot.row,
        "look": dot.look,
        "position": position,
        "value": estimate.value,
        "low": estimate.low,
        "high": estimate.high,
        "assumed": dot.assumed,
    }


def _row_axis(label_width: int, lines: int) -> alt.Axis:
    import altair as alt

    split = alt.Undefined if lines == 1 else "split(datum.label, '|')"
    return alt.Axis(
        labelLimit=label_width - 8,
        labelExpr=split,
        labelColor=INK,
        labelOverlap=False,
        minExtent=label_width,
        maxExtent=label_width,
    )


def _heading() -> alt.Header:
    import altair as alt

    return alt.Header(
        title=None,
        labelOrient="top",
        labelAnchor="start",
        labelAngle=0,
        labelPadding=-4,
        labelLimit=NARROW,
    )


def _colour() -> alt.Color:
    import altair as alt

    scale = alt.Scale(domain=list(LOOKS), range=[look[0] for look in LOOKS.values()])
    return alt.Color("look:N", scale=scale, legend=None)


def _shape() -> alt.Shape:
    import altair as alt

    scale = alt.Scale(domain=list(LOOKS), range=[look[1] for look in LOOKS.values()])
    return alt.Shape("look:N", scale=scale, legend=None)


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

    def build(width: int) -> alt.TopLevelMixin:
        import altair as alt

        apart = APART if any(step.predicted is not None for step in steps) else 0
        x = alt.X("step:N", sort=None, **_step_axis(steps, x_title, width, _))
        y = alt.Y("value:Q", title=None, axis=alt.Axis(labelExpr=axis_labels, grid=True, tickCount=5))
        values = rows_of([_step(step) for step in steps])
        layers: list[alt.Chart] = [
            alt.Chart(values).mark_rule(color=INK, strokeWidth=1.2).encode(y=alt.YDatum(0)),
            *(_level(*level) if level else ()),
            alt.Chart(values)
            .mark_rule(color=OURS, strokeWidth=2, xOffset=-apart)
            .encode(x=x, y=alt.Y("low:Q"), y2=alt.Y2("high:Q")),
            alt.Chart(values)
            .transform_filter("isValid(datum.predicted)")
            .mark_point(shape="diamond", size=SIZE, color=SOFT, fill=SURFACE, opacity=1, xOffset=apart)
            .encode(x=x, y=alt.Y("predicted:Q")),
            alt.Chart(values)
            .mark_point(size=SIZE, filled=True, color=OURS, opacity=1, xOffset=-apart)
            .encode(x=x, y=y),
        ]
        return alt.layer(*layers).properties(width=width - 60, height=260)

    return build


def _step_axis(steps: Sequence[Upright], x_title: str, width: int, _: Localizer) -> dict[str, Any]:
    """Every step is named; on a narrow screen the per cent signs move to the title."""
    import altair as alt

    sign = _.percent_sign
    shorten = width <= NARROW and any(sign in step.step for step in steps)
    names = f"replace(datum.label, '{sign}', '')" if shorten else alt.Undefined
    axis = alt.Axis(labelAngle=0, grid=False, labelOverlap=False, labelExpr=names)
    return {"title": _("{title} (%)", context="axis title", title=x_title) if shorten else x_title, "axis": axis}


def _level(value: float, label: str) -> tuple[alt.Chart, ...]:
    import altair as alt

    row = rows_of([{"value": value, "label": label}])
    line = alt.Chart(row).mark_rule(color=SOFT, strokeDash=[5, 4]).encode(y=alt.Y("value:Q"))
    words = words_on(row, align="left", dy=-9, baseline="middle")
    return line, *(text.encode(x=alt.XValue(4), y=alt.Y("value:Q")) for text in words)


def _step(step: Upright) -> dict[str, Any]:
    estimate = step.estimate
    return {
        "step": step.step,
        "value": estimate.value,
        "low": estimate.low,
        "high": estimate.high,
        "predicted": step.predicted,
    }
