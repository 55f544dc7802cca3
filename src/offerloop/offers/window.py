"""When an offer holds: from one instant to another, on some days, between some hours of the campaign's clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class PlanPeriod:
    """The instants of a plan, in epoch seconds."""

    first: int
    """Its first instant."""
    end: int
    """The first instant after it."""

    @classmethod
    def of_days(cls, first_day: int, days: int, zone: str) -> PlanPeriod:
        """Build it from its first epoch day and its days, by the zone's clock."""
        first = datetime.combine(date(1970, 1, 1) + timedelta(first_day), time(), ZoneInfo(zone))
        return cls(int(first.timestamp()), int((first + timedelta(days)).timestamp()))


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

    def is_over_before(self, period: PlanPeriod) -> bool:
        """Whether it ends before a period begins."""
        return self.ends_at is not None and self.ends_at <= period.first

    def begins_after(self, period: PlanPeriod) -> bool:
        """Whether it starts only when a period is over."""
        return self.starts_at is not None and self.starts_at >= period.end

    def is_in(self, period: PlanPeriod) -> bool:
        """Whether some instant of a period lies between its start and its end, whatever days and hours say."""
        return not self.is_over_before(period) and not self.begins_after(period)

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
