"""What a loop gave, beside what the shop itself logged before it began."""

import polars as pl
import pytest

from offerloop.engine import ENGINES, collect
from offerloop.errors import SourceError
from offerloop.events import LoopExposures

COLUMNS = ["customer_id", "offer_id", "shown_day", "propensity"]


@pytest.fixture(scope="module")
def engine():
    return ENGINES.load("duckdb")()


def table(rows):
    types = {"customer_id": pl.String, "offer_id": pl.String, "shown_day": pl.Int64, "propensity": pl.Float64}
    return pl.DataFrame(rows, types, orient="row")


def beside(given, logged, engine):
    return collect(given.beside(engine.table(logged), engine)).select(COLUMNS).sort(COLUMNS).rows()


def test_what_the_loop_gave_is_not_taken_again_from_the_shops_own_log(engine):
    logged = table([("a", "ten", 1, 0.5), ("a", "ten", 10, 1.0)])
    given = LoopExposures(table([("a", "ten", 10, 0.3)]), first_day=10)
    assert beside(given, logged, engine) == [("a", "ten", 1, 0.5), ("a", "ten", 10, 0.3)]


def test_a_log_without_propensities_adds_rows_without_them(engine):
    logged = table([("a", "ten", 1, 0.5)]).drop("propensity")
    given = LoopExposures(table([("b", "none", 10, 0.9)]), first_day=10)
    assert beside(given, logged, engine) == [("a", "ten", 1, None), ("b", "none", 10, 0.9)]


def test_ids_that_are_written_in_another_way_than_before_are_refused(engine):
    given = LoopExposures(table([("a", "none", 10, 0.9), ("b", "none", 10, 0.9)]), first_day=10)
    given.check_ids(engine.table(pl.DataFrame({"customer_id": ["b", "c"]})), engine)
    said = r"none of the 2 customers .* ids are now like '6', '7', '8' and were like 'a', 'b'; let"
    with pytest.raises(SourceError, match=said):
        given.check_ids(engine.table(pl.DataFrame({"customer_id": [9, 8, 7, 6, 6]})), engine)


def test_before_an_alarm_a_quarter_of_the_customers_count_and_after_it_all(engine):
    rows = [(f"c{n}", "ten", day, 0.5) for n in range(400) for day in (1, 20)]
    given = LoopExposures(table(rows[1::2]), first_day=10, alarms=(15,))
    found = beside(given, table(rows[::2]), engine)
    days = [day for _, _, day, _ in found]
    assert days.count(20) == 400
    assert 60 < days.count(1) < 140
