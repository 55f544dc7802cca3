"""Charts in the grammar of Vega-Lite (https://vega.github.io/vega-lite/docs), as plain dictionaries."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

Spec = dict[str, Any]
Rows = Iterable[Mapping[str, Any]]

OURS, CONTROL, GOOD, BAD, WARNING, ACCENT = "#0b7285", "#868e96", "#2b8a3e", "#c92a2a", "#e67700", "#5f3dc4"
INK, SOFT, LINE, SURFACE = "#212529", "#495057", "#dee2e6", "#fffffe"
FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "PingFang SC", "Microsoft YaHei", sans-serif'


class Chart(Spec):
    """A whole chart, which notebooks show as an image."""

    def drawn(self, background: str | None = None) -> str:
        """Draw it as SVG, on a background or on that of the page."""
        return _drawn(json.dumps({**self, "config": {**_config(), "background": background}}))

    def _repr_svg_(self) -> str:
        return self.drawn("white")


@lru_cache(maxsize=128)
def _drawn(spec: str) -> str:
    """Draw a chart, once where a process shows it again."""
    import vl_convert

    return str(vl_convert.vegalite_to_svg(json.loads(spec)))


def quantity(field: str, **options: Any) -> Spec:  # noqa: ANN401 - properties of a channel, which Vega-Lite defines
    """A channel that shows a number."""
    return {"field": field, "type": "quantitative", **options}


def category(field: str, **options: Any) -> Spec:  # noqa: ANN401 - properties of a channel, which Vega-Lite defines
    """A channel that shows names."""
    return {"field": field, "type": "nominal", **options}


def rows_of(rows: Rows) -> Spec:
    """Values for a chart or a mark."""
    return {"values": [dict(row) for row in rows]}


def mark(kind: str, rows: Rows | None, look: Spec, **channels: Spec) -> Spec:
    """One kind of mark; without rows it shows those of the chart that it is part of."""
    data = {} if rows is None else {"data": rows_of(rows)}
    return {**data, "mark": {"type": kind, **look}, "encoding": channels}


def zero_line(rows: Rows | None, axis: str = "y", at: float = 0) -> Spec:
    """The line that all values are compared with."""
    return mark("rule", rows, {"color": INK, "strokeWidth": 1.2}, **{axis: {"datum": at}})


def words_on(rows: Rows, place: Spec, **channels: Spec) -> list[Spec]:
    """The label of each row as text, on a halo that keeps it legible over lines and bands."""
    halo = {"stroke": SURFACE, "strokeWidth": 6, "strokeJoin": "round", "color": SURFACE}
    return [
        mark("text", rows, {**look, "lineBreak": "\n", **place}, text=category("label"), **channels)
        for look in (halo, {"color": INK})
    ]


def layered(layers: Iterable[Spec], **properties: Any) -> Chart:  # noqa: ANN401 - properties of the chart
    """Marks over one another."""
    return Chart(layer=list(layers), **properties)


def _config() -> Spec:
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
        "font": FONT,
        "view": {"stroke": None},
        "axis": axis,
        "axisY": {"grid": False},
        "header": {"labelColor": INK, "labelFontSize": 13, "labelFontWeight": "bold"},
        "text": {"color": INK, "fontSize": 13},
        "legend": {"labelColor": SOFT, "titleColor": SOFT, "labelFontSize": 13, "titleFontSize": 13},
    }
