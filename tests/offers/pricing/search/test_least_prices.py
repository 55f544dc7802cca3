"""Offers that take off more behind others than alone: what a bound must not miss, whichever way the search goes.

Each total is worked out by hand, and `test_no_set_of_offers_is_better` compares such offers with all sets.
"""

from unittest.mock import patch

import pytest

from offerloop.offers import Basket, BasketLine, Remainder, StackingPolicy, price, read_offers
from offerloop.offers.pricing.effects.base import Arithmetic
from offerloop.offers.pricing.search import branch_and_bound

NOW = 1_768_478_400
ONE_FREE = {"kind": "buy_x_get_y", "buy": 1, "get": 1, "stackable": True}
PAIR = {"kind": "bundle", "parts": [{"on": "tea", "count": 1}, {"count": 1}], "percent": 30}
AGAIN = StackingPolicy(units_once=False)


@pytest.fixture(params=(0, 10), ids=("by scenario", "few offers"), autouse=True)
def _route(request):
    with patch.object(branch_and_bound, "SO_FEW", request.param):
        yield


def total(units, *written, policy=None):
    """The total of lines of tea, by the price of a unit and their number, and whether it is said to be the lowest."""
    lines = [BasketLine(f"p{n}", count, unit, categories=("tea",)) for n, (unit, count) in enumerate(units)]
    offers = read_offers([{"id": f"o{n}", **one} for n, one in enumerate(written)], None, "USD")
    priced = price(Basket("USD", tuple(lines)), offers, NOW, policy or StackingPolicy())
    return priced.total_minor, priced.gap_minor


def test_a_unit_of_which_the_rounded_price_is_the_same_is_passed_over():
    """Half of 1 rounds up to 1, so that the two cheapest that get anything off are 35 and 78: 17 and 39."""
    free = {"kind": "buy_x_get_y", "buy": 3, "get": 1, "stackable": True}
    half = {"kind": "coupon", "percent": 50, "cheapest": 2}
    policy = StackingPolicy(arithmetic=Arithmetic(price_rounds=True))
    assert total([(1, 2), (35, 1), (78, 1)], free, half, policy=policy) == (59, 0)


def test_a_unit_that_a_sale_has_made_free_is_passed_over():
    """The sale leaves 0 and 40, and 70 % off the cheapest unit that costs anything leaves 12; 20 % would leave 32."""
    sale = {"kind": "flash_sale", "percent": 60, "stackable": True}
    fifth = {"kind": "coupon", "percent": 20, "lane": "product"}
    cheapest = {"kind": "coupon", "percent": 70, "cheapest": 1, "lane": "product", "priority": -1, "stackable": True}
    assert total([(1, 1), (100, 1)], sale, fifth, cheapest) == (12, 0)


def test_where_units_are_used_again_what_is_free_counts_as_bought():
    """The first offer gives the unit of 1, and the second one that of 50; 40 % off would leave 31."""
    rival = {"kind": "coupon", "percent": 40, "lane": "product", "priority": 2}
    later = {**ONE_FREE, "priority": -1}
    assert total([(1, 1), (50, 1)], rival, ONE_FREE, later, policy=AGAIN) == (0, 0)


def test_a_percentage_of_each_unit_may_take_off_more_than_a_larger_group_says_without_its_maximum():
    """Two bundles leave ten units of 7 and two of 10; a tenth of each, rounded, is 1, and a tenth of all 9."""
    fives = {"kind": "bundle", "parts": [{"on": "tea", "count": 5}], "price": "0.35", "stackable": True}
    capped = {"kind": "coupon", "on": "tea", "percent": 10, "max_discount": "0.20"}
    each = {"kind": "coupon", "on": "tea", "percent": 10, "each_unit": True}
    assert total([(10, 5), (10, 7)], fives, capped, each) == (78, 0)


def test_other_prices_may_make_more_bundles():
    """At 10 both teas make one pair, as the most expensive units; at 5 each makes one with a cup of 9, and saves 4."""
    lines = [BasketLine("tea", 2, 10, categories=("tea",)), BasketLine("cup", 2, 9)]
    sale = {"kind": "flash_sale", "on": "tea", "percent": 50, "stackable": True}
    rival = {"kind": "coupon", "percent": 25, "lane": "product", "priority": 1}
    offers = read_offers([{"id": f"o{n}", **one} for n, one in enumerate((sale, rival, PAIR))], None, "USD")
    priced = price(Basket("USD", tuple(lines)), offers, NOW)
    assert (priced.total_minor, priced.gap_minor) == (20, 0)


def test_of_equal_offers_one_may_use_units_that_are_closed_to_the_other():
    """The coupon leaves 80 and 80, of which the bundle that stacks takes 48; the other one may not take them."""
    each = {"kind": "coupon", "percent": 60, "each_unit": True, "max_units": 2, "stackable": True, "lane": "product"}
    assert total([(200, 2)], each, {**PAIR, "priority": 1}, {**PAIR, "stackable": True}) == (112, 0)


def test_equal_offers_of_units_per_line_find_others_in_the_same_lines():
    """Each takes a unit of both lines and gives that of 41; the bundle on its own would leave 117."""
    free = {**ONE_FREE, "units_per_line": 1}
    first, second = {**free, "priority": 1}, {**free, "stackable": False}
    assert total([(41, 2), (43, 2)], first, {**PAIR, "priority": 1}, second) == (86, 0)


def test_only_units_at_full_price_are_worth_something_to_an_offer_of_those():
    """One of the units of 3 is given for another one, which leaves 8 as the cheapest at full price, to be had for 1."""
    full = {"kind": "coupon", "price": "0.01", "cheapest": 1, "only_full_price": True, "stackable": True}
    assert total([(3, 3), (8, 1)], {**ONE_FREE, "stackable": False}, full) == (7, 0)


def test_parts_of_an_offer_take_off_more_where_what_cannot_be_divided_falls_elsewhere():
    """The first part takes 2 off: off units that the second part would take, or off two others, which leaves 1.

    Which of them come first depends on the offers that they belong to, and so on a bundle that takes nothing off.
    """
    lines = tuple(BasketLine(name, 3, 1, categories=(name,)) for name in ("tea", "rice"))
    policy = StackingPolicy(arithmetic=Arithmetic(remainder=Remainder.PER_UNIT))
    for one, other in (("tea", "rice"), ("rice", "tea")):
        parts = [{"kind": "coupon", "percent": 30}, {"kind": "coupon", "on": one, "amount": "0.05"}]
        dear = {"kind": "bundle", "parts": [{"on": other, "count": 2}], "price": "0.06", "id": "dear"}
        offers = read_offers([{"kind": "combined", "parts": parts, "id": "both"}, dear], None, "USD")
        assert price(Basket("USD", lines), offers, NOW, policy).total_minor == 1
