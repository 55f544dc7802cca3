"""What is given back when something is returned."""

import pytest

from offerloop.errors import InputError
from offerloop.offers import Basket, BasketLine, price, read_offers, refund_kept, refund_repriced

NOW = 1_768_478_400
BASKET = Basket("USD", (BasketLine("tea", 3, 1_000), BasketLine("rice", 1, 7_000)), 500)
(TIER,) = read_offers([{"kind": "spend_and_save", "spend": "100", "save": "20"}], None, "USD")


def priced(basket):
    return price(basket, [TIER], NOW)


def test_a_unit_is_worth_its_share_of_what_the_line_cost():
    paid = priced(BASKET)
    assert [one.paid_minor for one in paid.lines] == [2_400, 5_600]
    assert refund_kept(paid, {0: 1}).total_minor == 800
    assert refund_kept(paid, {1: 1}).total_minor == 5_600


def test_returns_one_after_another_are_as_all_at_once():
    (offer,) = read_offers([{"kind": "coupon", "amount": "0.01"}], None, "USD")
    paid = price(Basket("USD", (BasketLine("tea", 3, 1_000),)), [offer], NOW)
    steps = [refund_kept(paid, {0: 1}, {0: before} if before else {}).total_minor for before in range(3)]
    assert steps == [999, 1_000, 1_000]
    assert sum(steps) == refund_kept(paid, {0: 3}).total_minor == 2_999


def test_shipping_comes_back_with_the_last_unit():
    paid = priced(BASKET)
    assert refund_kept(paid, {0: 3}).shipping_minor == 0
    assert refund_kept(paid, {1: 1}, {0: 3}).shipping_minor == 500
    assert refund_kept(paid, {0: 3, 1: 1}).total_minor == paid.total_minor == 8_500


def test_a_threshold_that_is_no_longer_reached_is_lost_when_what_stays_is_priced_again():
    paid = priced(BASKET)
    assert refund_repriced(paid, BASKET, {0: 1}, priced) == 0
    assert refund_repriced(paid, BASKET, {0: 3}, priced, given_back_minor=0) == 8_500 - 7_500
    assert refund_repriced(paid, BASKET, {1: 1}, priced, {0: 3}, 1_000) == 7_500


@pytest.mark.parametrize("tax_included", [True, False])
def test_shipping_does_not_come_back_where_what_stays_would_be_sent_free_of_charge(tax_included):
    offers = read_offers([{"kind": "coupon", "percent": 10, "exclusive": True}, {"kind": "free_shipping"}], None, "USD")
    lines = BasketLine("tea", 1, 5_000), BasketLine("rice", 1, 500)
    basket = Basket("USD", lines, 490, tax_included=tax_included)
    paid = price(basket, offers, NOW)
    assert paid.total_minor == 4_500 + 450 + 490
    back = refund_repriced(paid, basket, {0: 1}, lambda kept: price(kept, offers, NOW))
    assert back == paid.total_minor - 500 - 490
    assert refund_repriced(paid, basket, {1: 1}, lambda kept: price(kept, offers, NOW), {0: 1}, back) == 500 + 490


@pytest.mark.parametrize("returned", [{0: 4}, {2: 1}, {-1: 1}, {0: -1}], ids=["more", "unknown", "before", "negative"])
def test_what_was_not_bought_cannot_come_back(returned):
    with pytest.raises(InputError, match=r"cannot come back|has no line"):
        refund_kept(priced(BASKET), returned)
    with pytest.raises(InputError, match=r"cannot come back|has no line"):
        refund_repriced(priced(BASKET), BASKET, returned, priced)
