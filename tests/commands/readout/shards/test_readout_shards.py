"""A read-out of customers in several shards says what that of all together says, and none of them reach the program."""

import polars as pl
import polars.testing
import pytest
from collected import heights
from readout_shop import N, make_orders, make_run
from sharded_readouts import assert_same, read

from offerloop.engine import shards


@pytest.mark.parametrize("number", [4, pytest.param(13, marks=pytest.mark.soak)])
def test_customers_in_shards_are_read_as_together(together, monkeypatch, number):
    run, orders, files, expected = together
    monkeypatch.setattr(shards, "SHARD_CUSTOMERS", -(-N // number))
    with heights() as collected:
        found = read(run, orders, files)
    assert_same(found, expected)
    assert max(collected) < N / 20


@pytest.mark.parametrize("number", [pytest.param(1, marks=pytest.mark.soak), 4])
def test_a_campaign_named_all_is_not_everybody(tmp_path, monkeypatch, number):
    monkeypatch.setattr(shards, "SHARD_CUSTOMERS", -(-N // number))
    run = make_run(tmp_path / "run")
    make_orders(tmp_path / "orders.csv", run, lambda one: 0.6 if one % 5 == 1 else 1.3)
    expected = _plan_effects(read(run, tmp_path / "orders.csv", {})[1])
    for table in ("assignments", "offers", "effects"):
        _name_a_campaign_all(run / f"{table}.parquet")
    effects = read(run, tmp_path / "orders.csv", {})[1].filter(pl.col("comparison") == "plan")
    pl.testing.assert_frame_equal(_plan_effects(effects), expected, rel_tol=1e-9, abs_tol=1e-9)
    treated = dict(effects.select("group", "n_treated").iter_rows())
    assert treated["campaign all"] + treated["spring"] == treated["all"] > treated["campaign all"] > 0


def _plan_effects(effects):
    return effects.filter(pl.col("comparison") == "plan", pl.col("group") == "all")


def _name_a_campaign_all(path):
    """Name the campaign of every fifth customer's offer so, and have its offers in both."""
    rows = pl.read_parquet(path)
    named = [one for one in ("campaign_id", "planned_campaign_id") if one in rows.columns]
    renamed = rows.with_columns(pl.when(pl.col(one) == "spring").then(pl.lit("all")).alias(one) for one in named)
    if "customer_id" not in rows.columns:
        pl.concat([rows, renamed]).write_parquet(path)
        return
    is_fifth = pl.col("customer_id") % 5 == 1
    pl.concat([rows.filter(~is_fifth), renamed.filter(is_fifth)]).write_parquet(path)
