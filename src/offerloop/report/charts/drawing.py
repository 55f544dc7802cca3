"""From an Altair chart to SVG that takes its colours from the page, the same bytes for the same input."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from offerloop.report.blocks import Figure, Table
from offerloop.report.localizer import Localizer
from offerloop.report.numbers import Money

if TYPE_CHECKING:
    import altair as alt

WIDE, NARROW = 640, 330
WIDE_LETTER = 13
"""Pixels of a Chinese character."""
OURS, CONTROL, GOOD, BAD, WARNING, ACCENT = "#0b7285", "#868e96", "#2b8a3e", "#c92a2a", "#e67700", "#5f3dc4"
INK, SOFT, LINE, SURFACE = "#212529", "#495057", "#dee2e6", "#fffffe"
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
FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "PingFang SC", "Microsoft YaHei", sans-serif'
Build = Callable[[int], "alt.TopLevelMixin"]
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


def svg(chart: alt.TopLevelMixin, name: str, alternative: str) -> str:
    """Inline SVG with page colours, stable ids and a text alternative."""
    drawn = _drawn(chart)
    opening = re.match(r"<svg[^>]*?width=\"([\d.]+)\"[^>]*?viewBox=\"([^\"]+)\"[^>]*>", drawn)
    if opening is None:
        raise ValueError("the drawing library returned something that is not an SVG image")
    label = alternative.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    head = f'<svg role="img" aria-label="{label}" viewBox="{opening.group(2)}" style="max-width:{opening.group(1)}px">'
    inner = re.sub(r' (?:aria-[a-z]+|role)="[^"]*"', "", drawn[opening.end() :])
    return head + _stable_ids(_page_colours(inner), name)


def file_svg(chart: alt.TopLevelMixin) -> str:
    """SVG that stands alone, on white."""
    return _drawn(chart, background="white")


def _drawn(chart: alt.TopLevelMixin, **config: str) -> str:
    import vl_convert

    spec = chart.to_dict(validate=False)  # each part of it was valid when it was made
    spec["config"] = {**spec.get("config", {}), **_config(), **config}
    return str(vl_convert.vegalite_to_svg(spec))


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


def _config() -> dict[str, Any]:
    axis = {
        "labelColor": SOFT,
        "titleColor": SOFT,
        "labelFontSize": 13,
        "titleFontSize": 13,
        "titleFontWeight": "normal",
        "gridColor": LINE,
        "domainColor": LINE,
        "tickColor": LINE,
        "domain": False,
        "ticks": False,
        "labelPadding": 6,
        "labelOverlap": "greedy",
        "labelSeparation": 4,
        "labelFlush": False,
    }
    return {
        "aria": False,
        "background": None,
        "font": FONT,
        "view": {"stroke": None},
        "axis": axis,
        "axisY": {"grid": False},
        "header": {"labelColor": INK, "labelFontSize": 13, "labelFontWeight": "bold"},
        "text": {"color": INK, "fontSize": 13},
        "legend": {"labelColor": SOFT, "titleColor": SOFT, "labelFontSize": 13, "titleFontSize": 13},
    }


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


PLAIN_LABELS = "replace(format(datum.value, ','), '-', '−')"


def ticks(width: int) -> int:
    """About how many labels an axis of values has room for."""
    return 5 if width > NARROW else 3


def words_on(row: alt.Data, **place: Any) -> list[alt.Chart]:  # noqa: ANN401 - Altair's own mark properties
    """The label of `row` as text, on a halo that keeps it legible over lines and bands."""
    import altair

    halo = altair.Chart(row).mark_text(
        stroke=SURFACE, strokeWidth=6, strokeJoin="round", color=SURFACE, lineBreak="\n", **place
    )
    text = altair.Chart(row).mark_text(color=INK, lineBreak="\n", **place)
    return [halo.encode(text=altair.Text("label:N")), text.encode(text=altair.Text("label:N"))]


def rows_of(rows: Sequence[dict[str, Any]]) -> alt.Data:
    """Values for a chart."""
    import altair

    return altair.Data(values=list(rows))
