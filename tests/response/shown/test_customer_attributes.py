"""Attributes that were fixed before the log tell who responds, where it shows that they do."""

from dataclasses import replace
from datetime import time

import numpy as np
import polars as pl
import pytest
from made_log import log_of
from polars.testing import assert_frame_equal

from offerloop.engine import InMemoryEngine, collect
from offerloop.offers import read_offers
from offerloop.response import learn_log, learn_shown
from offerloop.response.shown import large_log
from offerloop.response.shown.customer_attributes import CustomerAttributes

CUSTOMERS = 600
OFFERS = read_offers([{"kind": "coupon", "id": "TEN", "percent": 10}], ["tea"], "USD")
OFFER = OFFERS[0].offer_id


def log_of_two_regions(north, south, engine, attributes):
    """Customers of the north have the lower ids; purchases grow with the offer by as much as is given for each."""
    halves = [log_of(OFFERS, {OFFER: growth}, {OFFER: 100}, CUSTOMERS, engine) for growth in (north, south)]
    tables = []
    for name in ("exposures", "order_lines"):
        first, second = (collect(getattr(one, name)) for one in halves)
        moved = [pl.col(one) + 10_000_000 for one in ("order_id",) if one in second.columns]
        whole = pl.concat([first, second.with_columns(pl.col("customer_id") + CUSTOMERS, *moved)])
        tables.append(engine.table(whole.with_columns(pl.format("c{}", "customer_id").alias("customer_id"))))
    return replace(halves[0], exposures=tables[0], order_lines=tables[1], attributes=engine.table(attributes))


def regions(**more):
    """Region of all customers but a hundred of the north, who are unknown."""
    ids = np.arange(100, 2 * CUSTOMERS)
    region = np.where(ids < CUSTOMERS, "north", "south")
    return pl.DataFrame({"customer_id": [f"c{i}" for i in ids], "region": region, **more})


def means(shown):
    """Mean value of the offer in the north, in the south, and for those of unknown region."""
    effects = shown.effects(OFFER).with_columns(number=pl.col("customer_id").str.slice(1).cast(pl.Int64))
    where = pl.when(pl.col("number") < 100).then(pl.lit("unknown"))
    where = where.when(pl.col("number") < CUSTOMERS).then(pl.lit("north")).otherwise(pl.lit("south"))
    by = effects.group_by(where.alias("where")).agg(pl.col("value_minor").mean())
    return dict(by.iter_rows())


def test_a_region_in_which_nobody_responds_is_told_from_one_in_which_all_do():
    engine = InMemoryEngine()
    log = log_of_two_regions(0.8, 0.0, engine, regions())
    by_region = means(learn_shown(log, OFFERS, 1, engine))
    assert by_region["north"] > 4 * max(by_region["south"], 1.0)
    assert by_region["unknown"] > 2 * max(by_region["south"], 1.0)
    alike = means(learn_shown(replace(log, attributes=None), OFFERS, 1, engine))
    assert by_region["north"] / max(by_region["south"], 1.0) > 1.5 * alike["north"] / alike["south"]


def test_regions_that_respond_alike_stay_alike():
    engine = InMemoryEngine()
    by_region = means(learn_shown(log_of_two_regions(0.4, 0.4, engine, regions()), OFFERS, 1, engine))
    assert by_region["north"] == pytest.approx(by_region["south"], rel=0.25)


def test_numbers_and_texts_are_read_whatever_is_missing():
    engine = InMemoryEngine()
    numbers = [None if i % 7 == 0 else float(i) for i in range(100, 2 * CUSTOMERS)]
    log = log_of_two_regions(0.8, 0.0, engine, regions(distance=numbers))
    by_region = means(learn_shown(log, OFFERS, 1, engine))
    assert by_region["north"] > 3 * max(by_region["south"], 1.0)


@pytest.mark.parametrize("form", ["%Y-%m-%d", "%Y/%m/%d %H:%M"])
def test_days_that_are_text_tell_who_responds(form):
    """Who came in the first years responds."""
    engine = InMemoryEngine()
    days = pl.Series(np.arange(100, 2 * CUSTOMERS)).cast(pl.Date).cast(pl.Datetime).dt.strftime(form)
    log = log_of_two_regions(0.8, 0.0, engine, regions(since=days).drop("region"))
    by_region = means(learn_shown(log, OFFERS, 1, engine))
    assert by_region["north"] > 3 * max(by_region["south"], 1.0)


def test_attributes_of_which_no_value_is_frequent_tell_nothing():
    engine = InMemoryEngine()
    names = [f"name {i}" for i in range(100, 2 * CUSTOMERS)]
    log = log_of_two_regions(0.8, 0.0, engine, regions(name=names).drop("region"))
    alike = means(learn_shown(replace(log, attributes=None), OFFERS, 1, engine))
    assert means(learn_shown(log, OFFERS, 1, engine)) == alike


def test_customers_beside_the_sample_are_told_apart_as_well(monkeypatch):
    monkeypatch.setattr(large_log, "SHARD_EXPOSURES", 2 * CUSTOMERS * 10 // 7 + 1)
    engine = InMemoryEngine()
    log = log_of_two_regions(0.8, 0.0, engine, regions())
    shown = learn_log(log, OFFERS, 1, engine)
    assert len(shown.customers) == 2 * CUSTOMERS
    by_region = means(shown)
    assert by_region["north"] > 3 * max(by_region["south"], 1.0)


@pytest.mark.parametrize(
    "column",
    [
        pl.Series("country", ["DE"] * (2 * CUSTOMERS)),
        pl.Series("city", [f"city {i}" for i in range(2 * CUSTOMERS)]),
        pl.Series("unknown", [None] * (2 * CUSTOMERS), dtype=pl.String),
        pl.Series("opens", [time(9)] * (2 * CUSTOMERS)),
        pl.Series("spent", [7.0] * (2 * CUSTOMERS)),
    ],
    ids=lambda column: column.name,
)
def test_an_attribute_that_tells_nobody_apart_changes_nothing(column):
    engine = InMemoryEngine()
    ids = pl.Series("customer_id", [f"c{i}" for i in range(2 * CUSTOMERS)])
    log = log_of_two_regions(0.4, 0.4, engine, pl.DataFrame([ids, column]))
    told, plain = (learn_shown(one, OFFERS, 1, engine).effects(OFFER) for one in (log, replace(log, attributes=None)))
    assert_frame_equal(told, plain)


def test_numbers_of_regions_are_names_and_dates_as_text_are_dates():
    ids = pl.Series("customer_id", [f"c{i}" for i in range(60)])
    joined = [f"2020-01-{1 + i % 28:02} 08:00:00" for i in range(60)]
    table = pl.DataFrame([ids, pl.Series("region", [i % 3 for i in range(60)]), pl.Series("joined", joined)])
    engine = InMemoryEngine()
    known = CustomerAttributes.of(engine.table(table), engine.table(table.select("customer_id")))
    assert known.encoding.labels == ["region = 0", "region = 1", "joined"]
    other = CustomerAttributes.of(engine.table(table), engine.table(table.select("customer_id")[:5]), known.encoding)
    assert np.array_equal(other.of_rows(table[:5]), known.of_rows(table[:5]))
