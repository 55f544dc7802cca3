"""What is said to limit the cost of an offer limits it, and where nothing is named, nothing could."""

import pytest

from offerloop.errors import InputError
from offerloop.message import Message
from offerloop.offers import missing_limit, read_offers

TAKEN = {"max_discount": "5", "max_units": 3}
COUPON, SALE = {"kind": "coupon"}, {"kind": "flash_sale", "hours": 4}
SHIPPING = {"kind": "free_shipping"}
LIMITED = [
    (COUPON | {"percent": 20}, "max_discount"),
    (COUPON | {"price": "3"}, "max_discount"),
    (COUPON | {"amount": "3", "each_unit": True}, "max_units"),
    (COUPON | {"amount": "3", "each_unit": True, "units_per_line": 2}, "max_units"),
    (SALE | {"percent": 20}, "max_discount"),
    ({"kind": "spend_and_save", "spend": "30", "save": "5", "each_full": True}, "max_discount"),
    ({"kind": "spend_and_save", "spend": "30", "percent": 5}, "max_discount"),
    (SHIPPING, "max_discount"),
]
NEVER = [
    COUPON | {"price": "3", "on": "tea"},
    COUPON | {"percent": 20, "cheapest": 1},
    COUPON | {"percent": 20, "each_unit": True},
    COUPON | {"steps": [10, 20]},
    COUPON | {"amount": "3", "each_unit": True, "cheapest": 2},
    SALE | {"percent": 20, "stock": 5},
    SALE | {"price": "3"},
    {"kind": "spend_and_save", "spend": "30", "free_shipping": True},
    {"kind": "buy_x_get_y", "buy": 2, "get": 1},
]


def read(written):
    (offer,) = read_offers([written], None, "USD")
    return offer


@pytest.mark.parametrize(("written", "term"), LIMITED)
def test_the_term_that_is_named_limits_the_cost(written, term):
    missing = missing_limit(read(written))
    assert (missing.term, missing.field, missing.parts) == (term, term, ())
    assert str(missing.label).startswith("maximum")
    assert missing_limit(read(written | {term: TAKEN[term]})) is None


@pytest.mark.parametrize("written", NEVER)
def test_where_none_is_named_none_would_limit_it(written):
    missing = missing_limit(read(written))
    assert (missing.term, missing.field) == (None, "")
    for term, value in TAKEN.items():
        try:
            still = missing_limit(read(written | {term: value}))
        except InputError:
            continue
        assert still is not None


def test_of_a_combined_offer_the_part_is_named():
    capped = COUPON | {"percent": 20, "max_discount": "5"}
    missing = missing_limit(read({"kind": "combined", "parts": [capped, SHIPPING]}))
    assert (missing.field, missing.parts) == ("parts.1.max_discount", (2,))
    assert str(missing.of(Message("this offer"))) == "part 2 of this offer"
    assert missing_limit(read({"kind": "combined", "parts": [capped, SHIPPING | {"max_discount": "3"}]})) is None


@pytest.mark.parametrize("part", [NEVER[1], COUPON | {"amount": "3", "each_unit": True}])
def test_what_no_term_can_limit_in_a_combined_offer_comes_first(part):
    missing = missing_limit(read({"kind": "combined", "parts": [SHIPPING, part]}))
    assert (missing.term, missing.parts) == (None, (2,))
