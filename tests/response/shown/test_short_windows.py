"""Windows that end early, with the customer's next exposure, tell of a whole window in proportion."""

from dataclasses import replace

import polars as pl
import pytest
from made_log import WORTH, learned, log_of, mean_of

from offerloop.engine import ENGINES, collect
from offerloop.errors import EvidenceError
from offerloop.offers import read_offers
from offerloop.response import learn_shown

OFFER = {"kind": "coupon", "percent": 10, "id": "all"}


@pytest.mark.parametrize("column, rel", [("value_minor", 0.1), ("discount_minor", 0.05)])
def test_a_plan_of_two_weeks_brings_twice_as_much_as_one_of_a_week(column, rel):
    """What was shown each week says as much of a period of two weeks, in which the offer holds all the time."""
    one, two = (learned([OFFER], {"all-10": 0.6}, {"all-10": WORTH // 10}, days) for days in (7, 14))
    assert mean_of(two, "all-10", column) == pytest.approx(2 * mean_of(one, "all-10", column), rel=rel)


def test_a_log_that_shows_everybody_several_things_a_day_says_why_it_is_not_used():
    engine, offers = ENGINES.load("duckdb")(), read_offers([OFFER], ["tea"], "USD")
    log = log_of(offers, {}, {"all-10": WORTH // 10}, 300, engine)
    twice = engine.table(pl.concat([collect(log.exposures)] * 2))
    with pytest.raises(EvidenceError, match="several things on one day"):
        learn_shown(replace(log, exposures=twice), offers, 1, engine)
