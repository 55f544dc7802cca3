"""Dates that stand apart from all others, or lie in the future: a few would move the plan by years."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from offerloop.events.columns.calendar import EPOCH

FAR_DAYS = 400
"""Days without a row beyond which a few rows stand apart: more than a year, because shops close for a year, and others
open for one season only."""
FEW = 0.05
"""The largest share of rows that can stand apart; with more, that is when the shop sold."""
_BULK = (0.05, 0.95)
"""Quantiles of the other rows' days: a gap must be longer than they are apart."""


@dataclass(frozen=True)
class Outliers:
    """Rows on one side of the bulk."""

    n_rows: int
    first_day: int
    last_day: int
    """Epoch days of the rows that stand apart."""
    bulk_end: int
    """The nearest day of the other rows."""
    n_others: int
    """The other rows."""

    @property
    def is_late(self) -> bool:
        """Whether they come after the others."""
        return self.first_day > self.bulk_end


def outliers(days: pl.DataFrame, today: int, *, early: bool, late: bool) -> list[Outliers]:
    """Return rows that stand apart, before (`early`) and after (`late`) the bulk.

    `days`: columns day and n, one row for each day with rows. Few rows stand apart where a gap of more than `FAR_DAYS`
    days, longer than most other rows are apart, lies between; and all rows of the day after `today` or later do.
    """
    days = days.sort("day")
    if days.is_empty():
        return []
    groups = [_before(days) if early else None, _after(days, today) if late else None]
    return [one for one in groups if one is not None]


def _before(days: pl.DataFrame) -> Outliers | None:
    """Return what stands before the bulk, by turning time round."""
    turned = _gap(days.with_columns(day=-pl.col("day")).sort("day"))
    return None if turned is None else _cut(days, days["day"] <= -turned)


def _after(days: pl.DataFrame, today: int) -> Outliers | None:
    apart = _gap(days)
    first = today + 2 if apart is None else min(apart, today + 2)  # tomorrow is today in another time zone
    late = days["day"] >= first
    return _cut(days, late) if late.any() and not late.all() else None


def _gap(days: pl.DataFrame) -> int | None:
    """Return the first day of the few rows after the first gap that cuts few rows off, or None."""
    share_after = 1 - (pl.col("n").cum_sum() - pl.col("n")) / pl.col("n").sum()
    gap = pl.col("day") - pl.col("day").shift()
    wide = days.with_columns(share=share_after, gap=gap).filter((pl.col("share") <= FEW) & (pl.col("gap") > FAR_DAYS))
    for day, width in wide.select("day", "gap").iter_rows():
        if width > _width(days.filter(pl.col("day") < day)):
            return int(day)
    return None


def _width(days: pl.DataFrame) -> int:
    """Return the days between two quantiles of the rows."""
    share = days["n"].cum_sum() / days["n"].sum()
    low, high = (days["day"].filter(share >= level)[0] for level in _BULK)
    return int(high - low)


def _cut(days: pl.DataFrame, apart: pl.Series) -> Outliers:
    rows, others, n_others = days.filter(apart), days["day"].filter(~apart), int(days["n"].filter(~apart).sum())
    first, last = int(rows["day"][0]), int(rows["day"][-1])
    return Outliers(int(rows["n"].sum()), first, last, int(others[-1] if first > others[0] else others[0]), n_others)


def today_in(zone: str) -> int:
    """Return the epoch day of this moment in a time zone."""
    return (datetime.now(UTC).astimezone(ZoneInfo(zone)).date() - EPOCH).days


def iso(epoch_day: int) -> str:
    """Return a day as text, such as "2018-01-01"."""
    return (EPOCH + timedelta(days=epoch_day)).isoformat()
