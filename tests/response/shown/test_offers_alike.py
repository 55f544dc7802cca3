"""Offers that the model of growth could take for each other, and costs that no order line shows."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from made_log import MARGIN, WORTH, learned, log_of, mean_of

from offerloop.engine import InMemoryEngine
from offerloop.errors import EvidenceError
from offerloop.offers import read_offers
from offerloop.response import learn_shown, shown_enough

TEN = {"kind": "coupon", "percent": 10}
OFF = WORTH // 10
ORDERS = 0.5
"""Of a customer in a week."""
FIVE = {"kind": "spend_and_save", "id": "five", "spend": "5.00", "save": "5.00"}


def test_the_same_discount_by_two_channels_has_two_effects():
    offers = [TEN | {"id": name, "channel": name} for name in ("letter", "sms")]
    shown = learned(offers, {"letter-10": 0.8}, {"letter-10": OFF, "sms-10": OFF})
    letter, sms = (mean_of(shown, name, "value_minor") for name in ("letter-10", "sms-10"))
    assert letter > 0.6 * 0.8 * MARGIN * WORTH * ORDERS
    assert sms < 0.3 * letter


def test_an_offer_on_one_product_says_nothing_of_one_on_everything():
    """A deeper discount on little brings less than a shallow one on everything, which is no contradiction."""
    offers = [TEN | {"id": "all"}, {"kind": "coupon", "percent": 50, "products": ["p"], "id": "product"}]
    shown = learned(offers, {"all-10": 0.8}, {"all-10": OFF, "product-50": OFF})
    assert mean_of(shown, "all-10", "value_minor") > 0.6 * 0.8 * MARGIN * WORTH * ORDERS
    assert mean_of(shown, "product-50", "value_minor") < 0.3 * mean_of(shown, "all-10", "value_minor")


def test_a_gift_costs_its_worth_with_each_order_that_gets_it():
    gift = {"kind": "gift", "id": "mug", "product": "mug", "worth": "3.00"}
    shown = learned([gift], {"mug": 0.4}, {})
    assert mean_of(shown, "mug", "discount_minor") == pytest.approx(300 * ORDERS * 1.4, rel=0.15)
    assert mean_of(shown, "mug", "p_redeem") == pytest.approx(ORDERS * 1.4, rel=0.15)


def test_coupons_of_others_do_not_hide_what_a_gift_costs():
    gift = {"kind": "gift", "id": "mug", "product": "mug", "worth": "3.00"}
    shown = learned([gift], {"mug": 0.4}, {"mug": 5})
    assert mean_of(shown, "mug", "discount_minor") == pytest.approx(300 * ORDERS * 1.4, rel=0.15)
    assert not shown.notes


@pytest.mark.parametrize(
    ("offer", "own", "p_redeem"),
    [(TEN | {"id": "of"}, OFF, 0.2), ({"kind": "gift", "id": "of", "product": "mug", "worth": "3.00"}, 300, 0.7)],
    ids=["coupon", "gift"],
)
def test_coupons_of_members_are_a_cost_of_an_offer_on_what_it_adds_alone(offer, own, p_redeem):
    """Each order has one of 1.00, whatever was shown."""
    name = "of" if offer["kind"] == "gift" else "of-10"
    shown = learned([offer], {name: 0.4}, {"none": 100, name: 100 + (OFF if own == OFF else 0)})
    cost = own * ORDERS * 1.4 + 100 * ORDERS * 0.4
    assert mean_of(shown, name, "discount_minor") == pytest.approx(cost, rel=0.1)
    assert mean_of(shown, name, "p_redeem") == pytest.approx(p_redeem, rel=0.15)
    assert shown.table["discount_minor"].to_list() == pytest.approx([cost], rel=0.1)
    assert not shown.notes


def test_free_shipping_costs_its_most_with_each_order():
    shipping = {"kind": "free_shipping", "id": "ship", "max_discount": "4.00"}
    shown = learned([shipping], {"ship": 0.4}, {})
    assert mean_of(shown, "ship", "discount_minor") == pytest.approx(400 * ORDERS * 1.4, rel=0.15)


def test_bundles_of_other_products_have_effects_of_their_own():
    bundles = [
        {"kind": "bundle", "id": name, "percent": 10, "parts": [{"products": [one], "count": 1} for one in (name, "p")]}
        for name in ("q", "r")
    ]
    shown = learned(bundles, {"q": 0.8}, {"q": OFF, "r": OFF})
    assert mean_of(shown, "r", "value_minor") < 0.3 * mean_of(shown, "q", "value_minor")


@pytest.mark.parametrize("of_members", [0, 20])
def test_an_offer_whose_discount_no_order_shows_is_not_taken_to_be_free(of_members):
    sale = {"kind": "flash_sale", "id": "sale", "percent": 20, "hours": 24}
    coupons = {"all-10": OFF + of_members, "sale": of_members, "none": of_members}
    shown = learned([TEN | {"id": "all"}, sale], {"all-10": 0.2, "sale": 0.8}, coupons)
    assert shown.has("all-10")
    assert not shown.has("sale")
    (reason,) = shown.notes
    assert "sale" in str(reason)
    assert "coupon" in str(reason)


@pytest.mark.parametrize("share_of_members", [0.002, 0.3])
def test_an_amount_that_few_use_costs_what_they_took_off_whatever_coupons_others_have(share_of_members):
    """One customer in 200 uses it; coupons of members, a fifth as large, come with orders of all arms."""
    engine, (five,) = InMemoryEngine(), read_offers([FIVE], ["tea"], "USD")
    log = log_of([five], {"five": 0.2}, {"five": 500}, 800, engine)
    lines = log.order_lines.collect().to_polars()
    used = pl.when(pl.col("customer_id") % 200 == 0).then("coupon_minor").otherwise(0)
    member = np.random.default_rng(3).random(lines.height) < share_of_members
    coupon = used + 100 * pl.Series(member).cast(pl.Int64)
    log = replace(log, order_lines=engine.table(lines.with_columns(coupon_minor=coupon)))
    shown = learn_shown(log, [five], 1, engine)
    assert mean_of(shown, "five", "discount_minor") < 60
    assert not shown.notes


def test_a_coupon_that_was_never_shown_does_not_hide_what_a_log_of_gifts_says():
    gift, engine = {"kind": "gift", "id": "mug", "product": "mug", "worth": "3.00"}, InMemoryEngine()
    mug, new = read_offers([gift, TEN | {"id": "new"}], ["tea"], "USD")
    shown = learn_shown(log_of([mug], {"mug": 0.4}, {}, 300, engine), [mug, new], 1, engine)
    assert list(shown.made_of) == ["mug"]
    assert shown_enough(log_of([mug], {}, {}, 300, engine), [mug, new]) == {"mug"}


def test_nothing_is_learned_of_an_id_that_stands_for_several_offers():
    engine = InMemoryEngine()
    five, ten = read_offers([FIVE, TEN | {"id": "all"}], ["tea"], "USD")
    log = log_of([five, ten], {}, {"five": 500, "all-10": OFF}, 300, engine)
    shown = learn_shown(log, [five, ten, *read_offers([FIVE | {"spend": "90.00"}], [], "USD")], 1, engine)
    assert list(shown.made_of) == ["all-10"]
    assert "ids 'five'" in str(shown.notes[0])


def test_a_log_of_such_offers_alone_is_not_used():
    sales = [{"kind": "flash_sale", "id": name, "percent": 20, "hours": 24} for name in ("sale", "other")]
    with pytest.raises(EvidenceError, match="nothing is learned"):
        learned([TEN | {"id": "all", "channel": "app"}, *sales], {}, {"none": OFF})


@pytest.mark.parametrize("most, beyond", [("1.00", False), ("0.60", True)])
def test_an_offer_that_was_used_for_several_orders_may_cost_more_than_its_liability(most, beyond):
    """Orders show 1.00 off in a window, which is more than one order can have where that is limited to 0.60."""
    shown = learned([TEN | {"id": "all", "max_discount": most}], {"all-10": 0.2}, {"all-10": OFF})
    assert bool(shown.notes) == beyond == bool(shown.used_again)
    assert all("with 'all-10', customers took more off" in str(note) for note in shown.notes)
    assert "budget" not in "".join(map(str, shown.notes))
