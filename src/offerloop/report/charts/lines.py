"""A line with its band over a lever, with points and levels marked and labelled directly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations, product
from textwrap import wrap
from typing import Any

from offerloop.evaluation import Estimate
from offerloop.report.charts.drawing import BAND, NARROW, Axes, Build, ticks, width_of
from offerloop.report.charts.vega import OURS, SOFT, Chart, Spec, layered, mark, quantity, words_on, zero_line

HEIGHT, MARGIN = 280, 70
NARROW_LETTERS = 21
"""Longest line of a label on a narrow screen, in Latin letters."""
LETTER, LINE, GAP = 7.5, 16, 6
"""Pixels of a letter, of a line of text, and between a line and its label."""
MOST = 4
"""Levels for which every arrangement is tried."""
WORDS_AT = 0.55
"""Where on a straight line its words stand."""


@dataclass(frozen=True)
class LinePoint:
    """One point of the line."""

    x: float
    estimate: Estimate


@dataclass(frozen=True)
class Level:
    """A vertical mark with its label."""

    x: float
    label: str
    dashed: bool = True


@dataclass(frozen=True)
class Straight:
    """What the line is held against: a straight one from zero, with its words on the far side."""

    x: float
    value: float
    """Where it ends."""
    label: str


def line(
    points: Sequence[LinePoint],
    levels: Sequence[Level],
    axes: Axes,
    *,
    assumed: bool = False,
    against: Straight | None = None,
) -> Build:
    """The line with its 95 % band and zero; an assumed one is dashed and has no band."""

    def build(width: int) -> Chart:
        rows = [_point(point) for point in points]
        axis = {"labelExpr": axes.x_labels, "tickCount": ticks(width), "grid": False}
        x = quantity("x", title=axes.x_title, axis=axis, scale={"nice": False, "padding": 6})
        y = quantity("value", title=None, axis={"labelExpr": axes.y_labels, "grid": True, "tickCount": 5})
        band = mark("area", rows, {"color": OURS, "opacity": BAND}, x=x, y=quantity("low"), y2={"field": "high"})
        dash = [7, 4] if assumed else [1, 0]
        layers = [
            *([] if assumed else [band]),
            zero_line(rows),
            mark("line", rows, {"color": OURS, "strokeWidth": 2.5, "strokeDash": dash}, x=x, y=y),
            *([] if against is None else _straight(against, points)),
            *_levels(levels, points, width),
        ]
        return layered(layers, width=width - MARGIN, height=HEIGHT)

    return build


def _straight(straight: Straight, points: Sequence[LinePoint]) -> list[Spec]:
    at = WORDS_AT * straight.x
    is_above = min(points, key=lambda point: abs(point.x - at)).estimate.value < WORDS_AT * straight.value
    on_right = is_above == (straight.value < 0)
    ends: list[Spec] = [{"x": 0, "value": 0}, {"x": straight.x, "value": straight.value}]
    row = [{"x": at, "value": WORDS_AT * straight.value, "label": straight.label}]
    channels = {"x": quantity("x"), "y": quantity("value")}
    drawn = mark("line", ends, {"color": SOFT, "strokeWidth": 1.5, "strokeDash": [5, 4]}, **channels)
    place = {"align": "left", "dx": GAP} if on_right else {"align": "right", "dx": -GAP}
    place |= {"dy": -LINE if is_above else LINE, "baseline": "middle"}
    return [drawn, *words_on(row, place, **channels)]


def _point(point: LinePoint) -> dict[str, Any]:
    estimate = point.estimate
    return {"x": point.x, "value": estimate.value, "low": estimate.low, "high": estimate.high}


@dataclass(frozen=True)
class Label:
    """A level's words on the chart, in pixels."""

    level: Level
    lines: tuple[str, ...]
    at: float
    """Where its line stands."""

    @property
    def width(self) -> float:
        """The width of its longest line of text."""
        return max(width_of(one, LETTER) for one in self.lines) + GAP

    def covers(self, at: float, *, on_left: bool) -> bool:
        """Whether the words lie over what stands at a place."""
        return self.at - self.width < at < self.at if on_left else self.at < at < self.at + self.width


Placed = tuple[tuple[Label, bool], ...]
"""Labels from top to bottom, and whether each stands left of its line."""


def arranged(labels: Sequence[Label], room: float) -> Placed:
    """Words under one another so that as few as possible are crossed by a line.

    A level's line begins at its own words: it crosses only words further down.
    """
    if len(labels) > MOST:
        return tuple((one, one.at > room / 2) for one in labels)
    sides = product((False, True), repeat=len(labels))
    options = [tuple(zip(order, side, strict=True)) for side in sides for order in permutations(labels)]
    return min(options, key=lambda placed: _cost(placed, room))


def _cost(placed: Placed, room: float) -> tuple[float, int, float]:
    """Pixels outside the chart, words crossed, then words that run inwards from the nearer side."""
    outside = sum(
        max(0.0, label.width - label.at) if on_left else max(0.0, label.at + label.width - room)
        for label, on_left in placed
    )
    crossed = sum(
        label.covers(above.at, on_left=on_left)
        for position, (label, on_left) in enumerate(placed)
        for above, _ in placed[:position]
    )
    return outside, crossed, sum(one.at < room / 2 if on_left else one.at > room / 2 for one, on_left in placed)


def _levels(levels: Sequence[Level], points: Sequence[LinePoint], width: int) -> list[Spec]:
    marks: list[Spec] = []
    texts: list[Spec] = []
    top, room = 4, width - MARGIN
    for label, on_left in arranged([_label(level, points, width) for level in levels], room):
        level = label.level
        row = [{"x": level.x, "label": "\n".join(label.lines)}]
        look = {"color": SOFT, "strokeDash": [5, 4] if level.dashed else [1, 0]}
        marks.append(mark("rule", row, look, x=quantity("x"), y={"value": top}, y2={"value": HEIGHT}))
        place = {"align": "right" if on_left else "left", "dx": -GAP if on_left else GAP, "baseline": "top"}
        texts += words_on(row, place, x=quantity("x"), y={"value": top})
        top += 4 + LINE * len(label.lines)
    return marks + texts


def _label(level: Level, points: Sequence[LinePoint], width: int) -> Label:
    left, right = min(point.x for point in points), max(point.x for point in points)
    at = (level.x - left) / max(right - left, 1e-9) * (width - MARGIN)
    words = level.label.replace(" %", "\u00a0%")
    letters = NARROW_LETTERS * LETTER * max(len(words), 1) / max(width_of(words, LETTER), 1)
    lines = [words] if width > NARROW else wrap(words, max(1, min(NARROW_LETTERS, round(letters))))
    return Label(level, tuple(lines), at)
