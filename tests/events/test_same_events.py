"""The comparison of two readings, which many tests rest on, sees what differs."""

from dataclasses import replace

import pytest
from same_events import assert_same_events
from small_shop import write_small_shop

from offerloop.config import load_config
from offerloop.engine.duckdb import DuckDBEngine
from offerloop.events import prepare


@pytest.fixture(scope="module")
def events(tmp_path_factory):
    config = write_small_shop(tmp_path_factory.mktemp("shop"), customers=5, weeks=6)
    return prepare(load_config(config), DuckDBEngine())


CHANGES = {
    "line_parts": lambda parts: (parts[0].head(10),),
    "products": lambda frame: frame.head(1),
    "quality": lambda table: table.head(1),
    "first_day": lambda day: day + 1,
    "as_of_day": lambda day: day + 1,
    "splits_discounts": lambda splits: not splits,
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_difference_is_seen(events, name):
    assert_same_events(events, events)
    with pytest.raises(AssertionError):
        assert_same_events(replace(events, **{name: CHANGES[name](getattr(events, name))}), events)
