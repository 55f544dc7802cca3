"""Exposures of a log without a propensity: they are counted, teach nothing, and end the windows before them."""

from dataclasses import replace

import narwhals as nw
import polars as pl
import pytest
from made_log import MARGIN, WORTH, log_of, mean_of
from polars.testing import assert_frame_equal

from offerloop.engine import ENGINES, collect
from offerloop.errors import EvidenceError
from offerloop.offers import read_offers
from offerloop.response import learn_log, shown_effects

OFFER = {"kind": "coupon", "percent": 10, "id": "all"}
GROWTH, CUSTOMERS = 0.6, 600
NOTHING = pl.lit(value=False)


def log_without(is_missing, customers=CUSTOMERS, letters=None):
    """A log for a plan of two weeks where some propensities are missing, or are none at all, its offers and engine.

    With `letters`, their propensities, a letter goes to everybody three days after each exposure.
    """
    engine, offers = ENGINES.load("duckdb")(), read_offers([OFFER], ["tea"], "USD")
    log = log_of(offers, {"all-10": GROWTH}, {"all-10": WORTH // 10}, customers, engine)
    none = pl.when(pl.col("customer_id") % 2 == 0).then(0.0)
    propensity = pl.when(is_missing).then(none).otherwise("propensity")
    exposures = collect(log.exposures).with_columns(propensity=propensity)
    if letters is not None:
        day = pl.col("shown_day") + 3
        exposures = pl.concat([exposures, exposures.with_columns(day, offer_id=pl.lit("letter"), propensity=letters)])
    return replace(log, exposures=engine.table(exposures), window_days=14), offers, engine


def learned_without(is_missing, customers=CUSTOMERS, letters=None):
    """What such a log says."""
    log, offers, engine = log_without(is_missing, customers, letters)
    return learn_log(log, offers, 1, engine)


def test_what_is_missing_is_counted_and_ends_windows():
    shown = learned_without(pl.col("shown_day") % 14 == 0)
    (note,) = shown.notes
    assert "3,000 of 6,000 exposures have no propensity" in str(note)
    gained = 2 * GROWTH * MARGIN * WORTH * 0.5
    assert mean_of(shown, "all-10", "value_minor") == pytest.approx(gained, rel=0.25)


def test_letters_of_which_few_have_a_propensity_change_little_and_are_taken_alike_in_parts_of_the_log():
    """Those to the first thirty customers have one."""
    n, id_ = CUSTOMERS // 20, nw.col("customer_id")
    log, offers, engine = log_without(NOTHING, letters=pl.when(pl.col("customer_id") < n).then(1.0))
    with_letters, without = learn_log(log, offers, 1, engine), learned_without(NOTHING)
    gained, usual = (mean_of(one, "all-10", "value_minor") for one in (with_letters, without))
    assert gained == pytest.approx(usual, rel=0.05)
    assert len(with_letters.notes) == 1
    assert not without.notes
    for first, end in ((0, 2 * n), (n, 3 * n)):
        own = (id_ >= first) & (id_ < end)
        part = replace(log, exposures=log.exposures.filter(own), order_lines=log.order_lines.filter(own))
        alone = shown_effects(part, with_letters, engine).effects("all-10")
        whole = with_letters.effects("all-10").filter(pl.col("customer_id").is_between(first, end - 1))
        assert_frame_equal(alone, whole, rel_tol=1e-9)


def test_where_too_little_is_left_the_reason_says_what_is_missing():
    with pytest.raises(EvidenceError, match=r"deliberately nothing.*no propensity") as error:
        learned_without(pl.col("offer_id") == "none", customers=60)
    assert "so effects" not in str(error.value)


def test_offers_that_were_given_for_certain_teach_nothing():
    log, offers, engine = log_without(NOTHING, customers=60)
    certain = pl.when(pl.col("offer_id") == "none").then("propensity").otherwise(1.0)
    exposures = engine.table(collect(log.exposures).with_columns(propensity=certain))
    with pytest.raises(EvidenceError, match="all exposures to offers have the propensity 1"):
        learn_log(replace(log, exposures=exposures), offers, 1, engine)
