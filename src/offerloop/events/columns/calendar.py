"""Instants to local calendar days and numbered weeks, by whole-number arithmetic that every engine shares."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import narwhals as nw

from offerloop.engine import Frame, collect
from offerloop.errors import SourceError
from offerloop.message import Message

DAY = 86_400
EPOCH = date(1970, 1, 1)
FIRST, LAST = -2_208_988_800, 32_503_680_000
"""Instants from 1900 to 3000; anything else is not in seconds, or no time."""


def epoch_day(day: date) -> int:
    """Return the number of days since 1970-01-01."""
    return (day - EPOCH).days


def with_day(frame: Frame, at: str, day: str, zone: str) -> Frame:
    """The frame with the local epoch day of the instant `at` in a column `day`.

    A column in which every instant is a UTC midnight holds calendar dates, which are not shifted. An instant before
    1900 or after 3000 has no day. Raises SourceError when all are such: then they are not in seconds.
    """
    instant = nw.col(at)
    within = instant - (instant // DAY) * DAY
    possible = (instant >= FIRST) & (instant <= LAST)
    checked_instant = nw.when(possible).then(instant)
    bounds = collect(
        frame.select(
            checked_instant.min().alias("first"), checked_instant.max().alias("last"), within.max().alias("within"),
            instant.max().alias("latest"),
        )
    )  # fmt: skip
    first, last, midnight, latest = bounds.row(0)
    if first is None and latest is not None:
        raise SourceError(not_seconds(at, str(latest)))
    if first is None or midnight == 0:
        return frame.with_columns((checked_instant // DAY).alias(day))
    return frame.with_columns(local_day(checked_instant, zone, first, last).alias(day))


def not_seconds(column: str, example: str) -> Message:
    """Say that numbers in a column of times are none."""
    return Message(
        "'{column}' has values such as {latest}; times as numbers are seconds or milliseconds since 1970, or days such "
        "as {day}",
        column=column,
        latest=example,
        day="20240131",
    )


def to_utc(frame: Frame, at: str, zone: str) -> Frame:
    """The frame with the clock times of `at`, read in a zone, as instants; a time that the clock shows twice is the
    first one, one that it skips counts from before the change. Those before 1900 or after 3000 stay as they are.
    """
    clock = nw.col(at)
    possible = (clock >= FIRST) & (clock <= LAST)
    checked = nw.when(possible).then(clock)
    first, last = collect(frame.select(checked.min().alias("first"), checked.max().alias("last"))).row(0)
    if first is None:
        return frame
    changes = _offset_changes(ZoneInfo(zone), first - DAY, last + DAY)
    offset: nw.Expr = nw.lit(changes[0][1])
    for (_, before), (instant, seconds) in pairwise(changes):
        offset = nw.when(clock >= instant + max(before, seconds)).then(nw.lit(seconds)).otherwise(offset)
    return frame.with_columns(nw.when(possible).then(clock - offset).otherwise(clock).alias(at))


def local_day(at: nw.Expr, zone: str, first: int, last: int) -> nw.Expr:
    """Epoch day in the zone; `first` and `last` bound the instants whose offsets are looked up."""
    changes = _offset_changes(ZoneInfo(zone), first, last)
    offset: nw.Expr = nw.lit(changes[0][1])
    for instant, seconds in changes[1:]:
        offset = nw.when(at >= instant).then(nw.lit(seconds)).otherwise(offset)
    return ((at + offset) / DAY).floor().cast(nw.Int64)  # `//` would repeat the offsets in the query


def week_number(day: nw.Expr, first_day: int) -> nw.Expr:
    """Weeks from Monday to Sunday, numbered from 1 for the one that holds `first_day`."""
    return (day - monday(first_day)) // 7 + 1


def monday(day: int) -> int:
    """The Monday on or before an epoch day (1970-01-01 was a Thursday)."""
    return day - (day + 3) % 7


def _offset_changes(zone: ZoneInfo, first: int, last: int) -> list[tuple[int, int]]:
    """(instant, offset from UTC in seconds) at `first` and at every later change up to `last`, to the second."""
    changes = [(first, _offset(zone, first))]
    low = first
    while low < last:
        high = min(low + 7 * DAY, last)
        if _offset(zone, high) != changes[-1][1]:
            changes.append(_change_between(zone, low, high))
        low = high
    return changes


def _change_between(zone: ZoneInfo, low: int, high: int) -> tuple[int, int]:
    before = _offset(zone, low)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(zone, middle) == before else (low, middle)
    return high, _offset(zone, high)


def _offset(zone: ZoneInfo, instant: int) -> int:
    offset = datetime.fromtimestamp(instant, UTC).astimezone(zone).utcoffset() or timedelta()
    return int(offset.total_seconds())
