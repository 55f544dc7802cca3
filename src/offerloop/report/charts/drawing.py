"""Draw charts as SVG that takes its colours from the page, the same bytes for the same input."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from offerloop.report.blocks import Figure, Table
from offerloop.report.charts.vega import (
    ACCENT,
    BAD,
    CONTROL,
    GOOD,
    INK,
    LINE,
    OURS,
    SOFT,
    SURFACE,
    WARNING,
    Chart,
)
from offerloop.report.localizer import Localizer
from offerloop.report.numbers import Money

WIDE, NARROW = 640, 330
WIDE_LETTER = 13
"""Pixels of a Chinese character."""
_WIDE = "\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60"
_PARTS = re.compile(rf"\s+|[{_WIDE}][、。，．：；！？）」』》】]*|[^\s{_WIDE}]+")
"""Parts of a text between which a line may end: words, and characters of wide scripts with what must follow them."""
VARIABLES = {
    OURS: "--ours",
    CONTROL: "--control",
    GOOD: "--good",
    BAD: "--bad",
    WARNING: "--warning",
    ACCENT: "--accent",
    INK: "--ink",
    SOFT: "--soft",
    LINE: "--line",
    SURFACE: "--surface",
}
BAND = 0.18
Build = Callable[[int], Chart]
"""A chart for a width in pixels."""


@dataclass(frozen=True)
class Axes:
    """Vega expressions for the labels of both axes, and the title of the lower one."""

    x_labels: str
    y_labels: str
    x_title: str


def figure(
    name: str,
    title: str,
    measure: str,
    build: Build,
    table: Table,
    *,
    localizer: Localizer,
    says: str = "",
    mark: str = "",
) -> Figure:
    """Draw a chart twice; `says` adds figures to the text alternative, which always states the finding."""
    alternative = localizer.sentences([localizer.stopped(title), localizer.stopped(measure), says])
    drawn = [svg(build(width), f"{name}-{width}", alternative) for width in (WIDE, NARROW)]
    return Figure(name, title, measure, alternative, drawn[0], drawn[1], table, mark)


def svg(chart: Chart, name: str, alternative: str) -> str:
    """Inline SVG with page colours, stable ids and a text alternative."""
    drawn = chart.drawn()
    opening = re.match(r"<svg[^>]*?width=\"([\d.]+)\"[^>]*?viewBox=\"([^\"]+)\"[^>]*>", drawn)
    if opening is None:
        raise ValueError("the drawing library returned something that is not an SVG image")
    label = alternative.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    head = f'<svg role="img" aria-label="{label}" viewBox="{opening.group(2)}" style="max-width:{opening.group(1)}px">'
    inner = re.sub(r' (?:aria-[a-z]+|role)="[^"]*"', "", drawn[opening.end() :])
    return head + _stable_ids(_page_colours(inner), name)


def _page_colours(drawn: str) -> str:
    for colour, variable in VARIABLES.items():
        drawn = drawn.replace(f'"{colour}"', f'"var({variable})"')
    return drawn


def _stable_ids(drawn: str, name: str) -> str:
    """Ids counted from 1 within the chart: the library counts on through a whole process."""
    for position, id_number in enumerate(dict.fromkeys(re.findall(r'\bid="([^"]+)"', drawn)), start=1):
        drawn = drawn.replace(f'"{id_number}"', f'"{name}-{position}"').replace(
            f"#{id_number})", f"#{name}-{position})"
        )
    return drawn


def money_labels(money: Money) -> str:
    """Vega expression for axis labels of amounts in major units."""
    return f"(datum.value < 0 ? '−' : '') + '{money.symbol}' + format(abs(datum.value), ',')"


def percent_labels(_: Localizer) -> str:
    """The same for shares."""
    return f"replace(format(datum.value * 100, ','), '-', '−') + '{_.percent_sign}'"


def day_labels(short: bool) -> str:
    """The same for epoch days."""
    return f"utcFormat(datum.value * 86400000, '{'%m-%d' if short else '%Y-%m'}')"


def width_of(text: str, letter: float) -> int:
    """Pixels of a text, about; Chinese characters are nearly twice as wide as letters."""
    wide = sum(unicodedata.east_asian_width(one) in "WF" for one in text)
    return round(letter * (len(text) - wide) + WIDE_LETTER * wide)


def broken(text: str, room: int, letter: float) -> list[str]:
    """Return the lines of a text, each at most `room` pixels wide; words break only where one is wider than that."""
    lines = [""]
    for part in _PARTS.findall(text):
        if width_of((lines[-1] + part).rstrip(), letter) > room:
            lines.append("")
        for piece in [part] if width_of(part, letter) <= room else part:
            if width_of(lines[-1] + piece, letter) > room:
                lines.append("")
            lines[-1] = (lines[-1] + piece).lstrip()
    return [line.rstrip() for line in lines if line.strip()]


PLAIN_LABELS = "replace(format(datum.value, ','), '-', '−')"


def ticks(width: int) -> int:
    """About how many labels an axis of values has room for."""
    return 5 if width > NARROW else 3
