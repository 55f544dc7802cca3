"""Lines with their bands on one scale, each with its name at its end."""

from __future__ import annotations

from collections.abc import Sequence

from offerloop.report.charts.drawing import BAND, Axes, Build, ticks, width_of
from offerloop.report.charts.panels import COLOURS, DASHES, PanelLine
from offerloop.report.charts.vega import INK, Chart, Spec, category, layered, mark, quantity, zero_line

HEIGHT, MARGIN = 280, 70
LETTER, GAP = 7.5, 17
"""Pixels of a letter, and between the names of two lines."""
LEADER = 14
"""Pixels from the end of a line to its name."""
AIR = 0.04
"""The share of the scale that stays free above and below the lines."""
FULL, EDGE = 2, 0.45
"""Bands that are drawn at full strength side by side, and how strong their edges are."""


def look(place: int) -> tuple[str, list[int]]:
    """Colour and dash of a line; further rounds of colours come with other dashes."""
    return COLOURS[place % len(COLOURS)], DASHES[(place + place // len(COLOURS)) % len(DASHES)]


def apart(wanted: Sequence[float], gap: float, room: float) -> list[float]:
    """Places in the order of those wanted, at least a gap from each other, from 0 to `room`."""
    order = sorted(range(len(wanted)), key=lambda one: wanted[one])
    places = [0.0] * len(wanted)
    last = -gap
    for index in order:
        places[index] = last = max(wanted[index], last + gap, 0.0)
    last = room + gap
    for index in reversed(order):
        places[index] = last = min(places[index], last - gap)
    return places


def courses(lines: Sequence[PanelLine], axes: Axes, looks: Sequence[str] = (), *, whole: bool = False) -> Build:
    """One chart; `whole` where x counts, `looks` names the lines of several charts so that each keeps its look."""
    order = [*looks] or [line.name for line in lines]
    places = [order.index(line.name) for line in lines]

    def build(width: int) -> Chart:
        names = max(width_of(line.name, LETTER) for line in lines)
        room, height = width - MARGIN - min(names, width // 3) - LEADER, max(HEIGHT, GAP * len(lines))
        low, high = _ends(lines)
        at = [height * (high - line.points[-1][1].value) / (high - low) for line in lines]
        layers = [part for place, line in zip(places, lines, strict=True) for part in _band(line, place, len(lines))]
        layers.append(zero_line([{}]))
        layers += [
            _drawn(line, place, (low, high), axes, width, whole=whole)
            for place, line in zip(places, lines, strict=True)
        ]
        for place, line, end, words in zip(places, lines, at, apart(at, GAP, height), strict=True):
            layers += _name(line, place, room, end, words)
        return layered(layers, width=room, height=height)

    return build


def _ends(lines: Sequence[PanelLine]) -> tuple[float, float]:
    """Return the ends of the scale: all bands and zero; where all of it is zero, a unit around it."""
    low = min(0.0, *(one.low for line in lines for _, one in line.points))
    high = max(0.0, *(one.high for line in lines for _, one in line.points))
    air = AIR * (high - low) or 1.0
    return low - air, high + air


def _band(line: PanelLine, place: int, lines: int) -> list[Spec]:
    """Where there are many, bands are paler: their edges tell them apart."""
    colour, dash = look(place)
    rows = [{"x": x, "low": one.low, "high": one.high} for x, one in line.points]
    x, low, high = (quantity(name) for name in ("x", "low", "high"))
    opacity = BAND * min(1.0, FULL / lines)
    area = mark("area", rows, {"color": colour, "opacity": opacity}, x=x, y=low, y2={"field": "high"})
    edge = {"color": colour, "strokeWidth": 1, "strokeDash": dash, "opacity": EDGE}
    return [area, *(mark("line", rows, edge, x=x, y=end) for end in (low, high))]


def _drawn(line: PanelLine, place: int, ends: tuple[float, float], axes: Axes, width: int, *, whole: bool) -> Spec:
    colour, dash = look(place)
    axis = {"labelExpr": axes.x_labels, "tickCount": ticks(width), "grid": False}
    return mark(
        "line",
        ({"x": x, "value": one.value} for x, one in line.points),
        {"color": colour, "strokeWidth": 2.5, "strokeDash": dash, "point": {"color": colour, "size": 24}},
        x=quantity(
            "x",
            title=axes.x_title,
            axis=axis | ({"tickMinStep": 1} if whole else {}),
            scale={"nice": False, "zero": False, "padding": 6},
        ),
        y=quantity(
            "value",
            title=None,
            scale={"domain": list(ends), "nice": False},
            axis={"labelExpr": axes.y_labels, "grid": True, "tickCount": 5},
        ),
    )


def _name(line: PanelLine, place: int, room: int, end: float, words: float) -> list[Spec]:
    """The name, and what leads to it from the end of its line."""
    row = [{"label": line.name}]
    leader = mark(
        "rule",
        row,
        {"color": look(place)[0], "strokeWidth": 1.2},
        x={"value": room},
        x2={"value": room + LEADER - 2},
        y={"value": end},
        y2={"value": words},
    )
    look_of_text = {"color": INK, "align": "left", "baseline": "middle"}
    at: Spec = {"x": {"value": room + LEADER}, "y": {"value": words}}
    return [leader, mark("text", row, look_of_text, text=category("label"), **at)]
