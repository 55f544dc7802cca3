"""The same shop in one shard of customers and in several: the same tables, to the last digit."""

import polars as pl
import pytest

from offerloop import flow, run
from offerloop.commands.init.sample import write_sample
from offerloop.commands.run import task
from offerloop.config import load_config
from offerloop.engine import Shards, collect
from offerloop.engine.duckdb import DuckDBEngine
from offerloop.tables import AFFINITIES
from support.small_shop import write_small_shop

VIEWS = """
[sources.events]
path = "views.csv"
columns = { customer_id = "who", product_id = "what", kind = "kind", value = "stars", at = "when" }

[recommend]
min_buyers = 20
"""


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    """The small shop with ratings, and products that few buy."""
    path = write_small_shop(tmp_path_factory.mktemp("shop"))
    ratings = [(f"c{one:03}", one % 7, "rating", one % 5 + 1, "2024-02-01") for one in range(40)]
    pl.DataFrame(ratings, ["who", "what", "kind", "stars", "when"], orient="row").write_csv(path.parent / "views.csv")
    path.write_text(path.read_text().replace("[recommend]", VIEWS))
    return load_config(path)


def tables(config, shards):
    engine = DuckDBEngine(shards=shards)
    found = flow.plan(config, engine, flow.at_once)
    return {**found.tables, "affinities": collect(found.affinities, *AFFINITIES.key)}


def test_tables_do_not_depend_on_the_number_of_shards(config):
    one, several = tables(config, 1), tables(config, 4)
    assert one["affinities"].height > 0
    assert [name for name, table in one.items() if not table.equals(several[name])] == []


def test_only_ratings_of_those_who_are_learned_from_are_held(config, monkeypatch):
    monkeypatch.setattr("offerloop.engine.shards.FIT_CUSTOMERS", 1)
    engine = DuckDBEngine(shards=4)
    events = flow.clean(config, engine, flow.at_once)
    preferences = Shards.of(flow.preference_events(events, flow.purchases_of(events, engine)), engine)
    few = config.model_copy(update={"recommend": config.recommend.model_copy(update={"min_buyers": 1})})
    interactions = flow.interactions_of(preferences, events, few)
    ratings = interactions.context.ratings
    assert set(ratings.columns) >= {"customer_id", "product_id", "value", "rated_day"}
    assert 0 < ratings.height < 40
    assert set(ratings["customer_id"]) <= set(preferences.some()["customer_id"])
    assert len(interactions.rated[0]) > 0


@pytest.mark.soak
@pytest.mark.sample
def test_the_sample_is_decided_alike_in_any_number_of_shards(tmp_path):
    config = load_config(write_sample("complete-journey", tmp_path))
    one, *others = (tables(config, shards) for shards in (1, 4, 13))
    for several in others:
        assert [name for name, table in one.items() if not table.equals(several[name])] == []
    for campaign in config.campaigns:
        for arm, budget in (("plan", campaign.budget), ("explore", campaign.explore_budget)):
            spent = one["assignments"].filter(campaign_id=campaign.id, arm=arm)["cost_liability_minor"].sum()
            assert spent <= config.minor(budget)


def test_lists_that_are_too_many_to_sort_are_written_all_the_same(tmp_path, monkeypatch):
    whole = run(write_small_shop(tmp_path)).folder
    monkeypatch.setattr(task, "MOST_SORTED", 10)
    unsorted = run(tmp_path).folder
    one, other = (pl.read_parquet(folder / "affinities.parquet") for folder in (whole, unsorted))
    assert one.height > 10
    assert other.sort(AFFINITIES.key).equals(one)
