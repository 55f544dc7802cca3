"""A schedule begins its job once, at its time in the zone of the shop."""

from datetime import UTC, datetime, timedelta

import pytest

from offerloop.background import due_job
from offerloop.config import Schedule

BERLIN = "Europe/Berlin"


def due(written, moment, zone=BERLIN):
    return due_job(Schedule(**written), zone, datetime.fromisoformat(moment))


@pytest.mark.parametrize(
    ("moment", "name"),
    [
        ("2024-07-01T01:59:59Z", None), ("2024-07-01T02:00:00Z", "loop of 2024-07-01 at 04:00"),
        ("2024-07-01T03:00:00Z", "loop of 2024-07-01 at 04:00"), ("2024-07-01T03:00:01Z", None),
        ("2024-01-01T03:00:00Z", "loop of 2024-01-01 at 04:00"), ("2024-01-01T02:30:00Z", None),
    ],
)  # fmt: skip
def test_the_job_begins_at_its_hour_by_the_clock_of_the_shop(moment, name):
    assert due({}, moment) == name


def test_only_on_its_days():
    on_monday = {"job": "run", "weekdays": ["monday"]}
    assert due(on_monday, "2024-07-01T02:10:00Z") == "run of 2024-07-01 at 04:00"
    assert due(on_monday, "2024-07-02T02:10:00Z") is None


def test_an_hour_after_midnight_belongs_to_the_day_before():
    assert due({"at": "23:30"}, "2024-07-01T22:10:00Z") == "loop of 2024-07-01 at 23:30"


def test_a_job_that_is_moved_to_later_on_its_day_begins_then():
    assert due({"at": "04:30"}, "2024-07-01T02:30:00Z") != due({}, "2024-07-01T02:30:00Z")


def test_each_day_of_a_year_has_one_job():
    moment, names = datetime(2024, 1, 1, tzinfo=UTC), []
    for _ in range(366 * 48):
        names.append(due_job(Schedule(at="02:30"), BERLIN, moment))
        moment += timedelta(minutes=30)
    found = dict.fromkeys(filter(None, names))
    assert len(found) == 366


@pytest.mark.parametrize("at", ["4:00", "24:00", "04:60", "noon", ""])
def test_what_is_no_time_of_day_is_refused(at):
    with pytest.raises(ValueError, match="must be a time of day"):
        Schedule(at=at)
