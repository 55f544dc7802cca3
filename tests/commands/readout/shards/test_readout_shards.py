"""A read-out of customers in several shards says what that of all together says, and none of them reach the program."""

import pytest
from collected import heights
from readout_shop import N
from sharded_readouts import assert_same, read

from offerloop.engine import shards


@pytest.mark.parametrize("number", [4, 13])
def test_customers_in_shards_are_read_as_together(together, monkeypatch, number):
    run, orders, files, expected = together
    monkeypatch.setattr(shards, "SHARD_CUSTOMERS", -(-N // number))
    with heights() as collected:
        found = read(run, orders, files)
    assert_same(found, expected)
    assert max(collected) < N / 20
