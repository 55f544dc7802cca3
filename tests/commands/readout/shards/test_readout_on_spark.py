"""A read-out on Spark says what it says here, and no customers reach the program."""

import pytest
from collected import heights
from readout_shop import N
from sharded_readouts import assert_same, read

from offerloop.engine import shards


@pytest.mark.soak
def test_customers_in_shards_are_read_on_spark_as_here(together, monkeypatch, spark_server):
    run, orders, files, expected = together
    monkeypatch.setattr(shards, "SHARD_CUSTOMERS", -(-N // 4))
    with heights() as collected:
        found = read(run, orders, files, engine=spark_server)
    assert_same(found, expected)
    assert max(collected) < N / 20
