"""When `[schedule]` begins a job."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from offerloop.config import Schedule

LATE = timedelta(hours=1)
"""By how much a job begins late at most, where the service was away at its time."""
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def due_job(schedule: Schedule, zone: str, now: datetime) -> str | None:
    """Return the name of the job whose time has come, which has the day and the time; None where there is none."""
    local = now.astimezone(ZoneInfo(zone))
    for day in (local.date(), local.date() - timedelta(days=1)):
        begins = datetime.combine(day, schedule.clock, ZoneInfo(zone))
        fits = not schedule.weekdays or _DAYS[day.weekday()] in schedule.weekdays
        if fits and timedelta(0) <= now - begins <= LATE:
            return f"{schedule.job} of {day.isoformat()} at {schedule.at}"
    return None
