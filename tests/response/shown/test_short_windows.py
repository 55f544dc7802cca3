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
ORDERS = 0.5
"""Of a customer in a week."""


@pytest.mark.parametrize("column, rel", [("value_minor", 0.1), ("discount_minor", 0.05)])
def test_a_plan_of_two_weeks_brings_twice_as_much_as_one_of_a_week(column, rel):
    """What was shown each week says as much of a period of two weeks, in which the offer holds all the time."""
    one, two = (learned([OFFER], {"all-10": 0.6}, {"all-10": WORTH // 10}, days) for days in (7, 14))
    assert mean_of(two, "all-10", column) == pytest.approx(2 * mean_of(one, "all-10", column), rel=rel)


def mixed_log(engine, offers):
    """Every second customer is shown something every week and use coupons; the others every second week, and never."""
    log, even = log_of(offers, {}, {"all-10": WORTH // 10}, 800, engine), pl.col("customer_id") % 2 == 0
    exposures = collect(log.exposures).filter(even | (pl.col("shown_day") % 14 == 7))
    lines = collect(log.order_lines).with_columns(coupon_minor=pl.when(even).then("coupon_minor").otherwise(0))
    return replace(log, exposures=engine.table(exposures), order_lines=engine.table(lines), window_days=14)


def test_windows_count_by_their_lengths():
    """Half of the customers take 0.50 off in a week; each has two windows where another customer has one."""
    engine, offers = ENGINES.load("duckdb")(), read_offers([OFFER], ["tea"], "USD")
    shown = learn_shown(mixed_log(engine, offers), offers, 1, engine)
    assert mean_of(shown, "all-10", "discount_minor") == pytest.approx(2 * WORTH // 10 * ORDERS / 2, rel=0.1)


def test_who_may_use_an_offer_for_longer_is_likelier_to():
    """Who orders in half of the weeks orders in three of four windows of two weeks."""
    shown = learned([OFFER], {}, {"all-10": WORTH // 10}, 14)
    assert mean_of(shown, "all-10", "p_redeem") == pytest.approx(1 - (1 - ORDERS) ** 2, rel=0.05)


def test_a_log_that_shows_everybody_several_things_a_day_says_why_it_is_not_used():
    engine, offers = ENGINES.load("duckdb")(), read_offers([OFFER], ["tea"], "USD")
    log = log_of(offers, {}, {"all-10": WORTH // 10}, 300, engine)
    twice = engine.table(pl.concat([collect(log.exposures)] * 2))
    with pytest.raises(EvidenceError, match="several things on one day"):
        learn_shown(replace(log, exposures=twice), offers, 1, engine)
