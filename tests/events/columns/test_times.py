from datetime import datetime, timedelta

import narwhals as nw
import polars as pl
import pytest

from offerloop.engine import collect
from offerloop.engine.duckdb import DuckDBEngine
from offerloop.events import EPOCH, ISO, MILLISECONDS, SECONDS, likely_formats, of_like_shape, written_as
from offerloop.events.columns.times import FORMATS

MOMENTS = [datetime(2024, 1, 15, 13, 5, 59) + timedelta(days=17 * day, seconds=3_601 * day) for day in range(40)]


def guessed(cells):
    return likely_formats(nw.from_native(pl.DataFrame({"at": cells}).lazy()), nw.col("at"))


@pytest.mark.parametrize("form", FORMATS)
def test_cells_of_each_format_are_guessed_to_be_of_it(form):
    cells = [one.strftime(form) for one in MOMENTS]
    assert form in guessed(cells)
    assert form in of_like_shape(pl.Series(cells), FORMATS)


@pytest.mark.parametrize(
    ("cells", "forms"),
    [
        (["2024-03-01T10:00:00Z", "2024-03-01 11:00:00.123 +02:00"], (ISO,)),
        (["1709287200", "1709290800.5"], (SECONDS,)),
        (["1709287200000", "1709290800123"], (MILLISECONDS,)),
        (["2024-03-01T10:00:00", "2024-03-01 10:00:00.123"], ("%Y-%m-%d %H:%M:%S",)),
        (["2024-03-01 10:00:00.0", "2024-03-01 10:00:00.5", "2024-03-01 10:00:00.12"], ("%Y-%m-%d %H:%M:%S",)),
        ([" 1/2/2024", "3/4/2024", None], ("%d/%m/%Y", "%m/%d/%Y")),
        (["1/2/2024", "13/4/2024"], ("%d/%m/%Y",)),
        (["1.2.2024", "2024-02-03", "2024-02-04"], ("%Y-%m-%d",)),
        (["11-Feb-17", "3-MAR-18", "31-Dec-18"], ("%d-%b-%y",)),
        (["3. März 2024", "14. Okt. 2024", "1. Mai 2024"], ("%d. %b %Y",)),
        (["4 févr. 2024", "1 août 2024", "24 diciembre 2024"], ("%d %b %Y",)),
        (["September 30, 2024 3:04 PM", "Feb 3, 2024 11:00 AM"], ("%b %d, %Y %I:%M %p",)),
        (["4 mrt 2024", "1 mei 2024", "31 out. 2024", "2 março 2024"], ("%d %b %Y",)),
        (["4 maart 2024", "1 april 2024", "31 mei 2024"], ("%d %b %Y",)),
        (["2024년 3월 5일", "2024년 12월 31일"], ("%Y년 %m월 %d일",)),
        (["2024. 3. 5.", "2024. 12. 31."], ("%Y. %m. %d.",)),
        (["114/03/03", "114/03/04"], ()),
        (["margin", "12 monkeys", "4 decks"], ()),
        (["north", "12", "2024-13-45", None], ()),
        ([None, None], ()),
    ],
)
def test_the_format_of_most_cells_counts(cells, forms):
    assert guessed(pl.Series("at", cells, dtype=pl.String)) == forms


def test_every_engine_guesses_alike(tmp_path):
    file = tmp_path / "orders.csv"
    pl.DataFrame({"at": [one.strftime("%d.%m.%Y %H:%M") for one in MOMENTS]}).write_csv(file)
    assert likely_formats(DuckDBEngine().read(file, ","), nw.col("at")) == ("%d.%m.%Y %H:%M",)


@pytest.mark.parametrize(
    "read", [lambda frame: DuckDBEngine().table(frame), lambda frame: nw.from_native(frame.lazy())]
)
def test_months_that_are_words_are_read_by_every_engine_and_days_that_no_calendar_has_are_not(read):
    frame = read(pl.DataFrame({"at": ["29-Feb-16", "29-FEB-17", "31. Apr 2017", "1-mai-17", "01-02-17", None]}))
    read_as = written_as(nw.col("at"), "%d-%b-%y")
    rows = collect(frame.select(seconds=read_as.seconds, wrong=read_as.unreadable))
    days = [datetime(2016, 2, 29), None, None, datetime(2017, 5, 1), None, None]
    assert rows["seconds"].to_list() == [one and int((one - datetime(1970, 1, 1)).total_seconds()) for one in days]
    assert rows["wrong"].to_list() == [False, True, True, False, True, False]


@pytest.mark.parametrize(
    "read", [lambda frame: DuckDBEngine().table(frame), lambda frame: nw.from_native(frame.lazy())]
)
def test_years_of_the_republic_of_china_are_read_by_every_engine_where_the_format_says_so(read):
    cells = [
        "114年3月3日",
        "民國113年2月29日",
        "民國114年2月29日",
        "民國 99年12月1日",
        "99年12月1日",
        "2025年3月3日",
        None,
    ]
    read_as = written_as(nw.col("at"), "%R年%m月%d日")
    found = collect(read(pl.DataFrame({"at": cells})).select(day=read_as.seconds // 86_400, wrong=read_as.unreadable))
    days = [None if day is None else f"{EPOCH + timedelta(days=day)}" for day in found["day"].to_list()]
    assert days == ["2025-03-03", "2024-02-29", None, "2010-12-01", None, None, None]
    assert found["wrong"].to_list() == [False, False, True, False, True, True, False]
