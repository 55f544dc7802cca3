"""A log that is too large to be studied together: a sample of whole customers teaches effects on everybody."""

from dataclasses import replace

import narwhals as nw
import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from offerloop.commands.simulate.shop_files import write_shop
from offerloop.config import load_config
from offerloop.engine import ENGINES, InMemoryEngine, collect
from offerloop.events import prepare
from offerloop.flow import MissingEvidence, offers_to_learn, shown_log
from offerloop.market.policies import offers_at_random
from offerloop.market.preset import load_preset
from offerloop.market.simulation import Market
from offerloop.message import Message
from offerloop.offers import Scope
from offerloop.response import learn_log, learn_shown, shown_effects
from offerloop.response.shown import large_log

CUSTOMERS, WEEKS = 500, 6


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """The configuration of a simulated shop after six weeks of random offers."""
    market = Market(load_preset("grocery"), CUSTOMERS, 60, 3, before=8)
    rng = np.random.default_rng(3)
    for _ in range(WEEKS):
        given = offers_at_random(market, rng)
        market.advance(given.offer, given.propensity)
    return load_config(write_shop(market, tmp_path_factory.mktemp("grocery")))


def log_of(config, engine):
    """The log and the offers to learn: those on everything hold for dear products of most brands only, all others from
    a spend of 8.00 on."""
    events = prepare(config, engine)
    brand = collect(events.products.select("brand"))["brand"].mode().min()
    scope = Scope(least_minor=100, but=Scope(brands=frozenset([brand])))
    offers = offers_to_learn(events, MissingEvidence(Message("prices are not studied")), config)
    return shown_log(events, config), [
        replace(one, scope=scope)
        if one.category is None
        else replace(one, conditions=replace(one.conditions, min_minor=800))
        for one in offers
    ]


def members(log):
    """customer_id and shard of everybody, where there are seven shards."""
    ids = collect(log.order_lines.select("customer_id").unique())
    engine = InMemoryEngine()
    parts = engine.partition(engine.table(ids), engine.new_folder(), 7)
    return pl.concat([pl.read_parquet(one / "rows.parquet").with_columns(shard=n) for n, one in enumerate(parts)])


@pytest.fixture
def small_shards(monkeypatch):
    """Seven shards, of which four teach."""
    monkeypatch.setattr(large_log, "SHARD_EXPOSURES", -(-CUSTOMERS * WEEKS // 7))


def test_a_log_of_few_exposures_is_learned_whole(shop):
    engine = InMemoryEngine()
    log, offers = log_of(shop, engine)
    together, whole = (work(log, offers, 1, engine) for work in (learn_log, learn_shown))
    assert_frame_equal(together.table, whole.table)


@pytest.mark.usefixtures("small_shards")
@pytest.mark.parametrize("name", ["duckdb", pytest.param("spark", marks=pytest.mark.soak)])
def test_a_sample_teaches_effects_on_everybody(shop, name):
    engine = ENGINES.load(name)()
    log, offers = log_of(shop, engine)
    learned, whole = learn_log(log, offers, 1, engine), learn_shown(log, offers, 1, engine)
    assert learned.customers.to_list() == whole.customers.to_list()
    assert learned.customers.is_sorted()
    assert learned.table["n_nothing"][0] == pytest.approx(4 / 7 * whole.table["n_nothing"][0], rel=0.15)
    shards = members(log)
    for offer in learned.made_of:
        effects = learned.effects(offer).join(shards, on="customer_id", how="left", maintain_order="left")
        for one in (2, 5):
            own = nw.col("customer_id").is_in(shards.filter(shard=one)["customer_id"].to_list())
            part = replace(log, exposures=log.exposures.filter(own), order_lines=log.order_lines.filter(own))
            alone = shown_effects(part, learned, engine).effects(offer)
            assert_frame_equal(effects.filter(shard=one).drop("shard"), alone, rel_tol=1e-9)
        assert effects["value_minor"].is_finite().all()
        assert effects.filter(shard=5)["value_minor"].n_unique() > 10
