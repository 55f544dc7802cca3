"""Labels promise what an offer does, and no more."""

import pytest

from offerloop.offers import read_offers


@pytest.mark.parametrize(
    ("terms", "label"),
    [
        ({"amount": "5", "each_unit": True}, "5.00 EUR off each unit"),
        ({"amount": "5", "each_unit": True, "on": "tea"}, "5.00 EUR off each unit of tea"),
        ({"percent": 10, "each_unit": True, "on": "tea"}, "10 % off tea"),
        ({"amount": "2", "cheapest": 2}, "2.00 EUR off each of the 2 cheapest of everything"),
        ({"amount": "2", "cheapest": 1}, "2.00 EUR off the cheapest of everything"),
        ({"amount": "2", "most_expensive": 2, "on": "tea"}, "2.00 EUR off each of the 2 most expensive of tea"),
        ({"price": "2", "cheapest": 2, "on": "tea"}, "the 2 cheapest of tea for 2.00 EUR each"),
        ({"percent": 10, "cheapest": 2, "on": "tea"}, "10 % off the 2 cheapest of tea"),
        ({"percent": 10, "price_from": "10"}, "10 % off everything (from 10.00 EUR each)"),
        ({"percent": 10, "on": "tea", "price_to": "9"}, "10 % off tea (up to 9.00 EUR each)"),
        ({"percent": 10, "only_full_price": True}, "10 % off everything (at full price)"),
        ({"percent": 10, "attributes": {"organic": True}}, "10 % off selected products"),
        ({"percent": 10, "attributes": {"organic": True}, "on": "tea"}, "10 % off tea (selected products)"),
        ({"percent": 10, "on": ["tea", "wine"], "brands": "hills"}, "10 % off tea or wine (hills)"),
        ({"percent": 10, "except": {"only_full_price": True}}, "10 % off everything except selected products"),
    ],
)
def test_what_a_coupon_takes_off(terms, label):
    (offer,) = read_offers([{"kind": "coupon", **terms}], None, "EUR")
    assert str(offer.label()) == label


@pytest.mark.parametrize(
    ("terms", "label"),
    [
        ({"kind": "free_shipping", "methods": "standard"}, "free shipping (standard)"),
        ({"kind": "free_shipping", "percent": 50, "shops": "hills"}, "50 % off shipping (hills)"),
        ({"kind": "flash_sale", "percent": 20, "only_full_price": True}, "20 % off everything (at full price)"),
        (
            {"kind": "buy_x_get_y", "buy": 1, "get": 1, "on": "tea", "most_expensive": True},
            "buy 1 of tea, get 1 of the most expensive of tea free",
        ),
        (
            {"kind": "bundle", "price": "5", "parts": [{"on": "tea", "price_to": "9", "count": 2}]},
            "2 of tea (up to 9.00 EUR each) together for 5.00 EUR",
        ),
    ],
)
def test_what_other_kinds_are_limited_to(terms, label):
    (offer,) = read_offers([terms], None, "EUR")
    assert str(offer.label()) == label
