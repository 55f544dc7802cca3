"""Exposures of a log without a propensity: they are counted, teach nothing, and end the windows before them."""

from dataclasses import replace

import polars as pl
import pytest
from made_log import MARGIN, WORTH, log_of, mean_of

from offerloop.engine import ENGINES, collect
from offerloop.errors import EvidenceError
from offerloop.offers import read_offers
from offerloop.response import learn_log

OFFER = {"kind": "coupon", "percent": 10, "id": "all"}
GROWTH, CUSTOMERS = 0.6, 600


def learned_without(is_missing, customers=CUSTOMERS, more=()):
    """What a log and `more` say in a plan of two weeks where some propensities are missing, or are none at all."""
    engine, offers = ENGINES.load("duckdb")(), read_offers([OFFER], ["tea"], "USD")
    log = log_of(offers, {"all-10": GROWTH}, {"all-10": WORTH // 10}, customers, engine)
    none = pl.when(pl.col("customer_id") % 2 == 0).then(0.0)
    propensity = pl.when(is_missing).then(none).otherwise("propensity")
    exposures = collect(log.exposures).with_columns(propensity=propensity)
    letters = [exposures.with_columns(offer_id=pl.lit(one), propensity=pl.lit(None, pl.Float64)) for one in more]
    shown = engine.table(pl.concat([exposures, *letters]))
    return learn_log(replace(log, exposures=shown, window_days=14), offers, 1, engine)


def test_what_is_missing_is_counted_and_ends_windows():
    shown = learned_without(pl.col("shown_day") % 14 == 0)
    (note,) = shown.notes
    assert "3,000 of 6,000 exposures have no propensity" in str(note)
    gained = 2 * GROWTH * MARGIN * WORTH * 0.5
    assert mean_of(shown, "all-10", "value_minor") == pytest.approx(gained, rel=0.25)


def test_letters_to_everybody_without_a_propensity_change_nothing():
    nothing = pl.lit(value=False)
    with_letters, without = learned_without(nothing, more=["letter"]), learned_without(nothing)
    assert with_letters.table.equals(without.table)
    assert len(with_letters.notes) == 1
    assert not without.notes


def test_where_too_little_is_left_the_reason_says_what_is_missing():
    with pytest.raises(EvidenceError, match=r"deliberately nothing.*no propensity") as error:
        learned_without(pl.col("offer_id") == "none", customers=60)
    assert "so effects" not in str(error.value)
