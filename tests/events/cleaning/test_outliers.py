"""Dates that stand apart stop everything with their rows; a gap in trade, or a season, does not."""

from datetime import date, timedelta

import polars as pl
import pytest

from offerloop.engine import collect
from offerloop.errors import SourceError
from offerloop.events import outliers

HEADER = "order,customer,product,units,paid,at\n"
TODAY = 20_000


def days(*parts):
    """A table of days, from (first, last, rows a day)."""
    rows = [(day, n) for first, last, n in parts for day in range(first, last + 1)]
    return pl.DataFrame(rows, schema=["day", "n"], orient="row")


def found(*parts, **sides):
    both = {"early": True, "late": True, **sides}
    return [(one.first_day, one.last_day, one.n_rows, one.bulk_end) for one in outliers(days(*parts), TODAY, **both)]


YEAR = (19_000, 19_364, 5)


@pytest.mark.parametrize(
    ("parts", "apart"),
    [
        ([YEAR, (47_000, 47_001, 2)], [(47_000, 47_001, 4, 19_364)]),
        ([(0, 0, 40), YEAR], [(0, 0, 40, 19_000)]),
        ([(-25_567, -25_567, 1), (0, 0, 1), YEAR], [(-25_567, 0, 2, 19_000)]),
        ([(0, 0, 1), YEAR, (47_000, 47_000, 1)], [(0, 0, 1, 19_000), (47_000, 47_000, 1, 19_364)]),
        ([YEAR, (19_800, 19_800, 1)], [(19_800, 19_800, 1, 19_364)]),  # a gap of more than a year
        ([(19_900, 19_990, 5), (20_100, 20_100, 1)], [(20_100, 20_100, 1, 19_990)]),  # in the future
    ],
)
def test_few_rows_far_away_stand_apart(parts, apart):
    assert found(*parts) == apart


@pytest.mark.parametrize(
    "parts",
    [
        [YEAR],
        [(18_000, 18_364, 5), (18_730, 18_735, 5)],  # reopened six days ago, a year later
        [(17_000, 18_499, 5), (19_400, 19_430, 5)],  # closed for two and a half years after four
        [(18_000, 18_030, 5), (18_365, 18_395, 5), (18_730, 18_760, 5)],  # one month a year
        [
            (18_000, 18_000, 1),
            *((day, day, 1) for day in range(18_100, 18_800, 100)),
            (18_900, 19_264, 20),
        ],  # slow start
        [(19_900, 20_001, 1)],  # tomorrow, in another time zone
        [(19_000, 19_000, 1)],
        [],
    ],
)
def test_shops_that_close_or_start_slowly_do_not(parts):
    assert found(*parts) == []


def test_what_the_configured_window_speaks_for_is_right():
    assert found((0, 0, 1), YEAR, (47_000, 47_000, 1), late=False) == [(0, 0, 1, 19_000)]
    assert found((0, 0, 1), YEAR, (47_000, 47_000, 1), early=False) == [(47_000, 47_000, 1, 19_364)]


def orders(*more):
    first = date(2024, 1, 1)
    usual = [(first + timedelta(days=n % 90)).strftime("%d.%m.%Y") for n in range(200)]
    return HEADER + "".join(f"{n},{n % 20},1,1,1.00,{at}\n" for n, at in enumerate([*usual, *more]))


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("05.03.2099", "1 row has a date far after all others, which end on 2024-03-30, and today is .*: "
         r"'05.03.2099' \(line 202\); correct them, or set clean.last_day = 2024-03-30 to leave them out"),
        ("01.01.1970", r"far before all others, which begin on 2024-01-01: '01.01.1970' \(line 202\); .*"
         r"clean.first_day = 2024-01-01 to leave them out \(1970-01-01 if they are right\)"),
        ("01.01.1900", r"'01.01.1900' \(line 202\)"),
    ],
)  # fmt: skip
def test_a_date_far_from_the_others_stops_and_is_named(clean, at, said):
    with pytest.raises(SourceError, match=rf"\[sources.order_lines\] '.*lines.csv': .*{said}"):
        clean(orders(at))


def test_of_mostly_future_dates_the_few_others_are_not_proposed_as_all(clean):
    later = date.today() + timedelta(days=30)
    rows = [f"{n},1,1,1,1.00,{later + timedelta(days=n % 300)}" for n in range(100)]
    rows += [f"{n},1,1,1,1.00,{date.today() - timedelta(days=n % 20)}" for n in range(100, 110)]
    with pytest.raises(SourceError, match="100 of 110 rows have dates in the future") as stopped:
        clean(HEADER + "\n".join(rows))
    last = later + timedelta(days=99)
    assert str(stopped.value).endswith(f"; correct the dates, or set clean.last_day = {last} if they are right")


def test_the_remedy_leaves_it_out(clean):
    events = clean(orders("05.03.2099"), "[clean]\nlast_day = 2024-03-30")
    assert events.as_of_day == (date(2024, 3, 31) - date(1970, 1, 1)).days
    assert ("after the window", 1) in events.quality.select("rule", "rows").rows()


EVENTS = """
[sources.events]
path = "e.csv"
columns = { customer_id = "c", product_id = "p", kind = "k", at = "at" }
"""


def test_so_do_dates_of_what_customers_did_elsewhere(clean):
    rows = "c,p,k,at\n" + "".join(f"{n % 20},1,view,2024-02-{1 + n % 28:02}\n" for n in range(60))
    with pytest.raises(SourceError, match=r"\[sources.events\] '.*e.csv': 1 row has .* '2099-02-01' \(line 62\)"):
        clean(orders(), EVENTS, {"e.csv": rows + "3,1,view,2099-02-01\n"})


def test_what_customers_did_elsewhere_after_the_window_is_left_out_and_counted(clean):
    rows = "c,p,k,at\n" + "".join(f"{n % 20},1,view,2024-02-{1 + n % 28:02}\n" for n in range(60))
    window = "[clean]\nfirst_day = 2024-01-01\nlast_day = 2024-03-30\n"
    events = clean(orders(), window + EVENTS, {"e.csv": rows + "3,1,view,2099-02-01\n4,1,view,2023-12-31\n"})
    assert len(collect(events.browsing)) == 60
    quality = events.quality.filter(table="events").select("rule", "action", "rows").rows()
    assert {("before the window", "left out", 1), ("after the window", "left out", 1)} <= set(quality)
    assert ("all rows", "kept", 60) in quality


def test_what_customers_did_elsewhere_from_the_day_of_the_plan_on_is_not_counted_as_kept(clean):
    rows = "c,p,k,at\n" + "".join(f"{n % 20},1,view,2024-03-{1 + n % 31:02}\n" for n in range(62))
    events = clean(orders(), EVENTS, {"e.csv": rows})
    quality = events.quality.filter(table="events").select("rule", "action", "rows").rows()
    assert {("all rows", "kept", 60), ("after the plan", "left out", 2)} <= set(quality)
    assert len(collect(events.browsing)) == 60


@pytest.mark.parametrize(
    ("as_of", "said"),
    [
        ("2029-01-01", r"profiles.as_of = 2029-01-01 is 1,737 days after the last order line of .*, on 2024-03-30"),
        ("2023-01-01", "profiles.as_of = 2023-01-01 leaves no order line: all are later"),
    ],
)
def test_a_moment_far_from_the_data_stops(clean, as_of, said):
    with pytest.raises(SourceError, match=said):
        clean(orders(), profiles=f"as_of = {as_of}")


@pytest.mark.parametrize(
    ("as_of", "notes"),
    [("2024-05-01", 0), ("2024-08-01", 1), ("2024-01-20", 1)],
)
def test_a_moment_near_the_data_does_not(clean, as_of, notes):
    assert len(clean(orders(), profiles=f"as_of = {as_of}").notes) == notes
