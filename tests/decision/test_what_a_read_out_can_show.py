"""What the coming test of a plan can show is judged by what its customers bought in the quarter before."""

from dataclasses import dataclass

import narwhals as nw
import polars as pl
import pytest

from offerloop.decision import coming_test
from offerloop.evaluation.experiment import LEAST_CUSTOMERS
from offerloop.tables import HOLDOUT, PLAN

HELD = 40
CUSTOMERS = 400
TODAY = 200


@dataclass(frozen=True)
class Assigned:
    table: pl.DataFrame


@dataclass(frozen=True)
class Bought:
    order_lines: nw.LazyFrame
    first_day: int
    as_of_day: int = TODAY


@dataclass(frozen=True)
class Margin:
    margins: pl.DataFrame


def judged(day_of_last_order, first_day=0, period_days=7):
    """The test of a plan for customers who ordered once, all on their own day."""
    ids = range(CUSTOMERS)
    arms = [HOLDOUT if number < HELD else PLAN for number in ids]
    table = pl.DataFrame({"customer_id": ids, "planned_offer_id": "tea-10", "arm": arms})
    lines = pl.LazyFrame({"customer_id": ids, "order_day": map(day_of_last_order, ids), "list_value_minor": 1_000})
    margin = Margin(pl.DataFrame({"category": [None], "margin": [0.5]}, schema_overrides={"category": pl.String}))
    assert HELD >= LEAST_CUSTOMERS
    return coming_test(Assigned(table), Bought(nw.from_native(lines), first_day), margin, period_days)


def test_a_plan_for_who_was_silent_lately_is_judged_by_the_quarter():
    """All ordered two to twelve weeks ago, and so nobody in the week before the plan."""
    test = judged(lambda number: TODAY - 14 - number % 70)
    assert test.buyers == pytest.approx(HELD / 13)
    assert test.periods(5_000.0) is not None


@pytest.mark.parametrize("period_days, n_periods", [(28, 4), (46, 2), (60, 2), (120, 1)])
def test_a_plan_for_weeks_is_judged_by_whole_periods_that_reach_over_the_quarter(period_days, n_periods):
    """All ordered ten to thirteen weeks ago."""
    test = judged(lambda number: TODAY - 70 - number % 20, period_days=period_days)
    assert test.buyers == pytest.approx(HELD / n_periods)
    assert test.periods(5_000.0) is not None


def test_who_bought_nothing_in_the_quarter_says_nothing():
    assert judged(lambda _: TODAY - 92).times_as_many(5_000.0) is None


def test_data_of_less_than_a_quarter_are_judged_by_as_many_periods_as_they_have():
    test = judged(lambda number: TODAY - 1 - number % 14, first_day=TODAY - 17)
    assert test.buyers == pytest.approx(HELD / 2)
