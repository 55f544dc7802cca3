"""Moments on the clock of a shop: as pages and forms show them, and as forms take them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from offerloop.errors import InputError
from offerloop.message import Message


def shown_time(second: int, zone: ZoneInfo) -> str:
    """Return an epoch second as "2026-12-01 09:30".

    Where clocks are put back and show a time twice, the abbreviation of the time in use says which one it is.
    """
    at = datetime.fromtimestamp(second, zone)
    is_shown_twice = at.replace(fold=1 - at.fold).utcoffset() != at.utcoffset()
    return f"{at:%Y-%m-%d %H:%M %Z}" if is_shown_twice else f"{at:%Y-%m-%d %H:%M}"


def time_in_form(second: int, zone: ZoneInfo) -> str:
    """Return an epoch second as a field of a form holds it, such as "2026-12-01T09:30"; seconds only where it has
    some."""
    at = _local(second, zone)
    return at.isoformat(timespec="seconds" if at.second else "minutes")


def read_time(text: str, zone: ZoneInfo, before: int | None) -> int:
    """Return a time of a form as epoch second.

    An offset that it names counts. Of a time that clocks show twice it is the first, unless the field held the other
    one: `before` is the epoch second that it held, None for none. Raises InputError for a text that is no time, and
    for a time that clocks leave out.
    """
    try:
        local = datetime.fromisoformat(text).replace(microsecond=0)
        if before is not None and local == _local(before, zone):
            return before
        second = int(local.replace(tzinfo=local.tzinfo or zone).timestamp())
        is_on_clock = local.tzinfo is not None or _local(second, zone) == local
    except (ValueError, OverflowError):
        raise InputError(Message("“{text}” is no time; write it like 2026-12-01 09:30.", text=text)) from None
    if not is_on_clock:
        raise InputError(_LEFT_OUT.with_values(zone=zone.key))
    return second


_LEFT_OUT = Message("Clocks are put forward then, so {zone} has no such time. Choose another one.")


def _local(second: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(second, zone).replace(tzinfo=None)
