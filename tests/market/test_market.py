"""The simulated shop: the same luck whatever is given, effects that the preset promises, tables that add up."""

from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from offerloop.errors import InputError
from offerloop.market.preset import PRESETS, load_preset
from offerloop.market.simulation import START, Market
from offerloop.market.truth import true_effects


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_makes_a_shop_that_sells(market_of, name):
    market = market_of(name)
    tables = market.observe()
    lines = tables["order_lines"]
    assert lines["customer_id"].n_unique() > 150
    assert lines.filter(pl.col("quantity") > 0)["paid"].min() > 0
    assert tables["products"].height == 300
    assert set(tables["events"]["kind"]) == {"view", "rating"}
    assert tables["events"].filter(kind="rating")["value"].is_between(1, 5).all()


def test_money_of_a_line_adds_up_and_nothing_is_known_before_its_day():
    market = Market(load_preset("fashion"), 300, 200, 1, 3)
    given = pl.DataFrame({"customer_id": range(1, 301), "offer_id": market.terms.ids[0]})
    market.step(given)
    lines = market.observe()["order_lines"]
    cents = {
        name: (100 * lines[name]).round().cast(pl.Int64)
        for name in ("list_value", "discount", "coupon", "paid", "reimbursed")
    }
    assert (cents["list_value"] - cents["discount"] - cents["coupon"] == cents["paid"]).all()
    assert (cents["reimbursed"].abs() <= cents["coupon"].abs()).all()
    assert cents["coupon"].sum() > 0
    assert lines["at"].max() < START + timedelta(weeks=4)
    back = lines.filter(pl.col("quantity") < 0)
    assert back.height > 0
    sold = lines.filter(pl.col("quantity") > 0)
    assert back.join(sold, on=["order_id", "product_id"], how="anti").is_empty()


def test_who_gets_nothing_has_the_same_week_whatever_others_get(market_of):
    market = market_of("grocery")
    given = np.full(market.customers, -1)
    given[::2] = 0
    plain, mixed = (market.play(one, market.noise) for one in (np.full(market.customers, -1), given))
    odd = np.arange(market.customers) % 2 == 1
    assert (plain.value_minor(400)[odd] == mixed.value_minor(400)[odd]).all()
    assert (plain.value_minor(400)[~odd] != mixed.value_minor(400)[~odd]).any()


def test_customers_are_the_same_in_a_larger_shop_and_in_blocks(market_of, monkeypatch):
    whole = market_of("grocery", customers=60, before=2).observe()["order_lines"]
    monkeypatch.setattr("offerloop.market.simulation.BLOCK", 7)
    blocks = Market(load_preset("grocery"), 60, 300, 3, 2).observe()["order_lines"]
    larger = market_of("grocery", customers=90, before=2).observe()["order_lines"].filter(pl.col("customer_id") <= 60)
    keys = ["order_id", "product_id", "quantity"]
    assert whole.sort(keys).equals(blocks.sort(keys))
    assert whole.sort(keys).equals(larger.sort(keys))


def test_where_offers_do_nothing_their_effect_is_exactly_nothing(market_of):
    truth = true_effects(market_of("null"), 3)
    assert np.abs(truth.value_minor).max() < 1e-6
    assert (truth.cost_minor.sum(axis=0) > 0).all()


def test_offers_that_annoy_lose_money_and_others_do_not(market_of):
    market = market_of("harmful")
    value, annoyed = true_effects(market, 40).value_minor, market.people.annoyed > 0
    deep = market.terms.annoys > 0
    assert 0 < deep.sum() < market.terms.size
    assert value[annoyed][:, deep].mean() < -20 < value[~annoyed][:, deep].mean()
    assert value[annoyed][:, ~deep].mean() > 0


def test_a_blanket_coupon_sells_more_and_earns_less(market_of):
    market = market_of("grocery", customers=1500)
    n, sums = market.customers, np.zeros(6)
    for world in range(12):
        noise = market.noise.world(world)
        plain, coupon = (market.play(np.full(n, k), noise) for k in (-1, market.terms.size - 1))
        sums += [plain.lines.shelf_minor.sum(), coupon.lines.shelf_minor.sum(), len(set(plain.lines.customer)),
                 len(set(coupon.lines.customer)), plain.value_minor(n).sum(),
                 (coupon.value_minor(n) - coupon.cost_minor(n, np.ones(n))).sum()]  # fmt: skip
    assert sums[1] > 1.005 * sums[0]
    assert sums[3] > sums[2]
    assert sums[5] < sums[4]


def test_what_comes_back_costs_no_discount(market_of):
    """The tables say so: what is returned is in them a second time, below zero."""
    market = market_of("fashion")
    offers = np.full(market.customers, market.terms.size - 1)
    outcome = market.advance(offers, None)
    written = market.parts[-1]["order_lines"].select((pl.col("coupon") - pl.col("reimbursed")).sum()).item()
    assert outcome.lines.returned[outcome.discount_minor > 0].any()
    assert outcome.cost_minor(market.customers, market.terms.own_share[offers]).sum() == pytest.approx(100 * written)


def test_purchases_are_pulled_forward():
    """After a week of a deep coupon customers buy less than the same customers without it."""
    ours, twin = (Market(load_preset("grocery"), 3000, 300, 2, 2) for _ in range(2))
    deep = next(name for name in ours.terms.ids if name.startswith("coupon-20"))
    category = int(deep.split()[-1])
    ours.step(pl.DataFrame({"customer_id": ours.ids, "offer_id": deep}))
    twin.step(
        pl.DataFrame({"customer_id": [], "offer_id": []}, schema={"customer_id": pl.Int64, "offer_id": pl.String})
    )
    more, less = 0, 0
    for world in range(6):
        noise = ours.noise.world(world)
        nobody = np.full(3000, -1)
        mine, plain = (one.play(nobody, noise).lines for one in (ours, twin))
        less += (mine.category == category).sum()
        more += (plain.category == category).sum()
    assert less < more


def test_bad_offers_and_customers_are_named(market_of):
    market = market_of("grocery")
    with pytest.raises(InputError, match="the market has no offer 'gift'"):
        market.positions(pl.DataFrame({"customer_id": [1], "offer_id": ["gift"]}))
    with pytest.raises(InputError, match="customers 1 to 400"):
        market.positions(pl.DataFrame({"customer_id": [401], "offer_id": ["none"]}))
    with pytest.raises(InputError, match="there is no preset 'grocer', did you mean 'grocery'"):
        load_preset("grocer")


def test_seeds_are_different_shops_and_the_same_seed_is_the_same(market_of):
    first = market_of("grocery").observe()["order_lines"]
    again = Market(load_preset("grocery"), 400, 300, 3, 4).observe()["order_lines"]
    other = market_of("grocery", seed=4).observe()["order_lines"]
    assert first.equals(again)
    assert not first.equals(other)
