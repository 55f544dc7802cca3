"""When an offer holds: from one instant to another, on some days, between some hours of the campaign's clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class Window:
    """Instants are epoch seconds; days and hours are those of the zone's clock, also when it is put forward or back.

    Hours that end before they begin go on past midnight, and belong to the day on which they began.
    """

    starts_at: int | None = None
    """The first instant."""
    ends_at: int | None = None
    """The first instant after it."""
    days: frozenset[int] = frozenset()
    """0 for Monday; all of them when empty."""
    hours: tuple[time, time] | None = None
    """From the first, up to but without the second."""
    zone: str = "UTC"

    def open_in_the_week(self, now: int) -> bool:
        """Whether the days and hours hold."""
        if not self.days and self.hours is None:
            return True
        local = datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(self.zone))
        day, clock = local.weekday(), local.time()
        if self.hours is not None:
            first, last = self.hours
            if first < last:
                if not first <= clock < last:
                    return False
            elif clock < last:
                day = (day - 1) % 7
            elif clock < first:
                return False
        return not self.days or day in self.days


ALWAYS = Window()
