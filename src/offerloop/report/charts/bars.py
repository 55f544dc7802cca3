"""Bars for counts: named rows with direct labels, stacks by step, and a histogram."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from offerloop.report.charts.drawing import Axes, Build, ticks, width_of
from offerloop.report.charts.vega import (
    INK,
    OURS,
    SOFT,
    Chart,
    Spec,
    category,
    layered,
    mark,
    quantity,
    rows_of,
    words_on,
)

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

    def build(width: int) -> Chart:
        label_width = min(max(width_of(bar.row, CAPITAL) for bar in rows) + 16, 250, width // 2)
        y = category("row", sort=None, title=None, axis={"labelLimit": label_width - 10, "labelColor": INK})
        most = 1.25 * max(_totals(rows), default=1)
        bar = mark(
            "bar",
            None,
            {"color": OURS, "height": 16},
            x=quantity("size", aggregate="sum", axis=None, scale={"domainMax": most}),
            y=y,
            opacity=shades(parts),
            order=category("part", sort="descending"),
        )
        words = mark("text", None, {"align": "left", "dx": 6}, x=quantity("total"), y=y, text=category("label"))
        totals = {"joinaggregate": [{"op": "sum", "field": "size", "as": "total"}], "groupby": ["row"]}
        labelled = {**words, "transform": [totals, {"filter": "datum.label != ''"}]}
        data = rows_of({"row": bar.row, "size": bar.size, "label": bar.label, "part": bar.part} for bar in rows)
        return layered([bar, labelled], data=data, width=width - label_width, height={"step": 24})

    return build


def _totals(rows: Sequence[Bar]) -> list[float]:
    names = dict.fromkeys(bar.row for bar in rows)
    return [sum(bar.size for bar in rows if bar.row == name) for name in names]


def shades(parts: Sequence[str]) -> Spec:
    """Parts of a stack from light to dark, with a legend above; a single part is opaque."""
    if len(parts) <= 1:
        return {"value": 1}
    shades = [0.35 + 0.65 * position / (len(parts) - 1) for position in range(len(parts))]
    legend = {
        "title": None, "orient": "top", "symbolFillColor": OURS, "symbolStrokeWidth": 0, "symbolType": "square",
    }  # fmt: skip
    return category("part", scale={"domain": list(parts), "range": shades}, legend=legend)


def histogram(counts: Sequence[tuple[float, float, int]], axes: Axes, level: tuple[float, str]) -> Build:
    """Counts between edges, with one level marked."""

    def build(width: int) -> Chart:
        axis = {"labelExpr": axes.x_labels, "grid": False, "tickCount": ticks(width)}
        bar = mark(
            "bar",
            ({"low": low, "high": high, "count": size} for low, high, size in counts),
            {"color": OURS, "opacity": 0.75},
            x=quantity("low", title=axes.x_title, axis=axis),
            x2={"field": "high"},
            y=quantity("count", title=None, axis={"grid": True, "tickCount": 4}),
            y2={"datum": 0},
        )
        row = [{"x": level[0], "label": level[1]}]
        rule = mark("rule", row, {"color": SOFT, "strokeDash": [5, 4]}, x=quantity("x"))
        words = words_on(row, {"align": "left", "dx": 6, "baseline": "top"}, x=quantity("x"), y={"value": 2})
        return layered([bar, rule, *words], width=width - 60, height=200)

    return build
