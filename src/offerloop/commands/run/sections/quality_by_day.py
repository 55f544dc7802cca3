"""When the order lines came that the cleaning rules touched: a few days, or all along."""

from __future__ import annotations

from typing import TypeVar

import polars as pl

from offerloop.commands.run.findings import Findings
from offerloop.events import ACTION_NAMES, RULE_NAMES
from offerloop.message import Message, Share
from offerloop.report import (
    MONDAY,
    MOST_DAYS,
    WEEK,
    Axes,
    Build,
    ColumnPart,
    Figure,
    Localizer,
    Table,
    columns,
    day_labels,
    figure,
    iso_day,
)

Days = TypeVar("Days", int, pl.Expr)
SHOWN = ("rejected", "repaired", "merged")
"""Actions that change what later stages see, worst first."""
PERIODS = {
    "day": Message("day", context="axis title"),
    "week": Message("week from", context="axis title"),
}
"""What the days or weeks of the chart are called."""
UNITS = {
    "day": Message("day", context="length of time"),
    "week": Message("week", context="length of time"),
}
"""The same in a sentence."""
FEW = 20
"""Fewer cases than this make no pattern."""
CLUSTERED = 0.1
"""Cases cluster when half of them lie in at most this share of the periods."""
TITLES = {
    ("few", "day"): Message("The rules touched {n} order lines, on {k} of {all} days: too few for a pattern"),
    ("few", "week"): Message("The rules touched {n} order lines, in {k} of {all} weeks: too few for a pattern"),
    ("clustered", "day"): Message(
        "Corrections are concentrated: half of the {n} order lines concerned lie in {k} of {all} days"
    ),
    ("clustered", "week"): Message(
        "Corrections are concentrated: half of the {n} order lines concerned lie in {k} of {all} weeks"
    ),
    ("spread", "day"): Message(
        "Corrections are spread over the whole period: no day has more than {share} of the {n} order lines concerned"
    ),
    ("spread", "week"): Message(
        "Corrections are spread over the whole period: no week has more than {share} of the {n} order lines concerned"
    ),
}
"""What the figure shows, by how cases lie and by the unit of its periods."""


def daily_figure(findings: Findings, _: Localizer) -> Figure | None:
    """None when the rules touched no order line between the first order and the day of the plan."""
    table = findings.table("quality_by_day")
    first, last = findings.first_day, findings.as_of_day - 1
    is_shown = pl.col("action").is_in(SHOWN) & (pl.col("rows") > 0) & pl.col("order_day").is_between(first, last)
    repairs = None if table is None else table.filter(is_shown)
    if repairs is None or repairs.is_empty():
        return None
    unit = "day" if last - first < MOST_DAYS else "week"
    counted = _by_period(repairs, unit, "action")
    n_periods = (_start(last, unit) - _start(first, unit)) // (1 if unit == "day" else WEEK) + 1
    by_rule = repairs.group_by("rule").agg(pl.col("rows").sum()).sort(["rows", "rule"], descending=[True, False]).row(0)
    return figure(
        "quality-by-day",
        _title(counted, n_periods, unit, _),
        _("Order lines rejected, repaired or merged per day, by rules that look at single lines")
        if unit == "day"
        else _("Order lines rejected, repaired or merged per week, by rules that look at single lines"),
        _bars(counted, unit, (first, last), _),
        _table(repairs, unit, _),
        says=_(
            "Most of them: {rule} ({n}).",
            context="data quality",
            rule=_.named(RULE_NAMES, by_rule[0]),
            n=round(by_rule[1]),
        ),
        localizer=_,
    )


def _bars(counted: pl.DataFrame, unit: str, days: tuple[int, int], _: Localizer) -> Build:
    """A bar for each period from the first to the last of the days, with a part for each action."""
    actions = [_.named(ACTION_NAMES, name) for name in SHOWN if name in counted["action"]]
    ordered = counted.sort("period", "action").iter_rows(named=True)
    parts = [ColumnPart(row["period"], row["rows"], _.named(ACTION_NAMES, row["action"])) for row in ordered]
    axes = Axes(day_labels(unit == "day"), "", _(PERIODS[unit]))
    return columns(parts, axes, actions, (_start(days[0], unit), days[1] + 1), 1 if unit == "day" else WEEK)


def _by_period(repairs: pl.DataFrame, unit: str, *keys: str) -> pl.DataFrame:
    return repairs.group_by(_start(pl.col("order_day"), unit).alias("period"), *keys).agg(pl.col("rows").sum())


def _start(day: Days, unit: str) -> Days:
    return day if unit == "day" else day - (day - MONDAY) % WEEK


def _title(counted: pl.DataFrame, n_periods: int, unit: str, _: Localizer) -> str:
    sizes = counted.group_by("period").agg(pl.col("rows").sum())["rows"].sort(descending=True)
    total = int(sizes.sum())
    if total < FEW:
        return _(TITLES["few", unit], n=total, k=len(sizes), all=n_periods)
    half = int((sizes.cum_sum() < total / 2).sum()) + 1
    if half <= CLUSTERED * n_periods:
        return _(TITLES["clustered", unit], n=total, k=half, all=n_periods)
    return _(TITLES["spread", unit], n=total, share=Share(sizes[0] / total))


def _table(repairs: pl.DataFrame, unit: str, _: Localizer) -> Table:
    """One row for each day or week with a case, one column for each rule."""
    summed = _by_period(repairs, unit, "rule", "action")
    rules = list(summed.select("rule", "action").unique().sort("rule", "action").iter_rows())
    sizes = {row[:3]: row[3] for row in summed.select("period", "rule", "action", "rows").iter_rows()}
    rows = tuple(
        (iso_day(period), *(_.count(sizes.get((period, *rule), 0)) for rule in rules))
        for period in summed["period"].unique().sort()
    )
    names = (
        _("{rule} ({done})", context="pattern", rule=_.named(RULE_NAMES, rule), done=_.named(ACTION_NAMES, action))
        for rule, action in rules
    )
    columns = (_(PERIODS[unit]), *names)
    return Table(_("Order lines that the rules touched, by rule and {unit}", unit=UNITS[unit]), columns, rows)
