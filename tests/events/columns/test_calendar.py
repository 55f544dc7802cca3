from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import narwhals as nw
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from offerloop.engine import collect
from offerloop.engine.duckdb import DuckDBEngine
from offerloop.errors import SourceError
from offerloop.events import epoch_day, to_utc, typed_times, with_day
from offerloop.events.columns.calendar import local_day, monday, week_number

ENGINE = DuckDBEngine(threads=1)
ZONES = ["America/New_York", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia", "UTC"]


def days(instants, zone):
    frame = ENGINE.table(pl.DataFrame({"at": instants}, schema={"at": pl.Int64}).with_row_index("i"))
    return collect(with_day(frame, "at", "day", zone), "i")["day"].to_list()


def seconds(text):
    return int(datetime.fromisoformat(text).timestamp())


@given(
    st.sampled_from(ZONES),
    st.dates(date(1950, 1, 1), date(2034, 1, 1)),
    st.lists(st.tuples(st.integers(0, 3 * 365), st.integers(-7200, 7200)), min_size=20, max_size=40),
)
@settings(max_examples=60, deadline=None)
def test_days_around_midnight_are_those_of_the_time_zone_database(zone, start, moments):
    here = ZoneInfo(zone)
    midnights = [datetime.combine(start + timedelta(days=later), time(), here) for later, _ in moments]
    instants = [int(at.timestamp()) + off for at, (_, off) in zip(midnights, moments, strict=True)]
    expected = [epoch_day(datetime.fromtimestamp(at, UTC).astimezone(here).date()) for at in instants]
    frame = ENGINE.table(pl.DataFrame({"at": instants}).with_row_index("i"))
    found = frame.with_columns(day=local_day(nw.col("at"), zone, min(instants), max(instants)))
    assert collect(found, "i")["day"].to_list() == expected


@pytest.mark.parametrize(
    ("zone", "day", "first", "last"),
    [
        ("America/New_York", date(2024, 3, 10), "2024-03-10T05:00:00Z", "2024-03-11T03:59:59Z"),
        ("America/New_York", date(2024, 11, 3), "2024-11-03T04:00:00Z", "2024-11-04T04:59:59Z"),
        ("Europe/Berlin", date(2024, 3, 31), "2024-03-30T23:00:00Z", "2024-03-31T21:59:59Z"),
        ("Europe/Berlin", date(2024, 10, 27), "2024-10-26T22:00:00Z", "2024-10-27T22:59:59Z"),
    ],
    ids=["New York, 23 hours", "New York, 25 hours", "Berlin, 23 hours", "Berlin, 25 hours"],
)
def test_the_days_on_which_clocks_change(zone, day, first, last):
    begin, end, number = seconds(first), seconds(last), epoch_day(day)
    assert days([begin - 1, begin, end, end + 1], zone) == [number - 1, number, number, number + 1]


def test_a_clock_set_back_at_midnight_repeats_the_last_hour_of_the_day():
    saturday = epoch_day(date(2018, 2, 17))
    again, sunday = seconds("2018-02-18T02:00:00Z"), seconds("2018-02-18T03:00:00Z")
    found = days([again - 100_000, again - 3600, again - 1, again, sunday - 1, sunday], "America/Sao_Paulo")
    assert found == [saturday - 1, saturday, saturday, saturday, saturday, saturday + 1]


@pytest.mark.parametrize("zone", ZONES)
def test_a_column_of_utc_midnights_holds_dates_and_is_not_shifted(zone):
    assert days([86_400 * day for day in (-1, 0, 19_000)], zone) == [-1, 0, 19_000]


def test_one_time_of_day_makes_them_all_instants():
    assert days([86_400 * 19_000, 86_400 * 19_000 + 3600 * 12], "America/New_York") == [18_999, 19_000]


def test_an_empty_time_has_no_day():
    assert days([None, 3600], "Europe/Berlin") == [None, 0]
    assert days([None, None], "Europe/Berlin") == [None, None]
    assert days([], "Europe/Berlin") == []


@pytest.mark.parametrize("at", [1_704_067_200_123, -10_000_000_000])
def test_times_that_are_not_in_seconds_are_refused(at):
    with pytest.raises(SourceError, match=r"'at' has values such as .*; times as numbers are seconds or milliseconds"):
        days([at], "Europe/Berlin")


def test_an_impossible_time_among_others_has_no_day():
    assert days([-10_000_000_000, 3600], "Europe/Berlin") == [None, 0]


@given(
    st.sampled_from(ZONES),
    st.lists(st.datetimes(datetime(1972, 1, 1), datetime(2034, 1, 1)), min_size=1, max_size=30),
)
@settings(max_examples=60, deadline=None)
def test_clock_times_are_the_instants_of_the_time_zone_database(zone, clocks):
    clocks = [clock.replace(microsecond=0) for clock in clocks]
    expected = [int(clock.replace(tzinfo=ZoneInfo(zone)).timestamp()) for clock in clocks]
    local = [int(clock.replace(tzinfo=UTC).timestamp()) for clock in clocks]
    frame = ENGINE.table(pl.DataFrame({"at": local}).with_row_index("i"))
    assert collect(to_utc(frame, "at", zone), "i")["at"].to_list() == expected


@pytest.mark.parametrize("odd", ["0001-01-01T00:00:00Z", "1753-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_an_impossible_clock_time_stays_and_the_others_are_instants_of_the_zone(odd):
    clock = seconds("2024-03-31T22:00:00Z")
    frame = ENGINE.table(pl.DataFrame({"at": [clock, seconds(odd)]}).with_row_index("i"))
    found = collect(to_utc(frame, "at", "Asia/Shanghai"), "i")["at"].to_list()
    assert found == [clock - 8 * 3600, seconds(odd)]


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)))
def test_monday_is_the_monday_on_or_before(day):
    found = date(1970, 1, 1) + timedelta(days=monday(epoch_day(day)))
    assert found.weekday() == 0
    assert found <= day < found + timedelta(days=7)


def test_weeks_start_on_monday_and_the_first_may_be_short():
    wednesday = epoch_day(date(2024, 1, 3))
    frame = ENGINE.table(pl.DataFrame({"day": range(wednesday, wednesday + 14)}))
    weeks = collect(frame.select("day", week=week_number(nw.col("day"), wednesday)), "day")["week"].to_list()
    assert weeks == [1] * 5 + [2] * 7 + [3] * 2


@pytest.mark.sample
def test_our_weeks_are_the_samples_own_on_every_line(sample_events):
    config, engine, events = sample_events
    raw = engine.read(config.sources["order_lines"].path)
    kind = raw.collect_schema()["transaction_timestamp"]
    raw = raw.select("week", at=typed_times(nw.col("transaction_timestamp"), kind).seconds)
    numbered = with_day(raw, "at", "day", config.shop.timezone).with_columns(
        ours=week_number(nw.col("day"), events.first_day)
    )
    counts = collect(numbered.group_by("week", "ours").agg(nw.len().alias("n")), "week")
    assert counts["week"].to_list() == counts["ours"].to_list() == list(range(1, 54))
    assert counts["n"].sum() == 1_469_307


def test_a_midnight_that_the_clock_skips_stays_on_its_day():
    clock = int(datetime(2018, 11, 4, tzinfo=UTC).timestamp())
    frame = ENGINE.table(pl.DataFrame({"at": [clock, clock + 7200]}).with_row_index("i"))
    found = collect(to_utc(frame, "at", "America/Sao_Paulo"), "i")["at"].to_list()
    assert days(found, "America/Sao_Paulo") == [epoch_day(date(2018, 11, 4))] * 2
