"""Units that an offer has used are used, and offers that exclude each other compete for units."""

from itertools import permutations

import pytest

from offerloop.offers import Basket, BasketLine, StackingChoice, StackingPolicy, price, read_offers

NOW = 1_768_478_400
AGAIN = StackingPolicy(units_once=False)


def basket(*lines, **facts):
    return Basket("USD", tuple(BasketLine(name, count, unit, (name,)) for name, count, unit in lines), **facts)


def priced(bought, *written, policy=None):
    offers = read_offers([{"id": f"o{place}", **one} for place, one in enumerate(written)], None, "USD")
    return price(bought, offers, NOW, policy or StackingPolicy())


def total(bought, *written, policy=None):
    return priced(bought, *written, policy=policy).total_minor


BOGO = {"kind": "buy_x_get_y", "buy": 1, "get": 1}
STACKS = {**BOGO, "stackable": True}
APPLES = basket(("apple", 5, 400))


def bundle(count, amount, **terms):
    return {"kind": "bundle", "parts": [{"count": count}], "price": amount, **terms}


def test_two_offers_do_not_make_two_units_free():
    assert total(basket(("tea", 2, 1_000)), STACKS, STACKS) == 1_000
    assert total(basket(("tea", 4, 1_000)), STACKS, STACKS) == 2_000


def test_units_may_be_used_again_where_the_policy_says_so():
    assert total(basket(("tea", 2, 1_000)), STACKS, STACKS, policy=AGAIN) == 0
    assert total(APPLES, bundle(3, "10"), bundle(2, "7"), policy=AGAIN) == 1_800


@pytest.mark.parametrize("stackable", [True, False])
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_three_for_ten_and_two_for_seven_share_five_apples(stackable, order):
    offers = [bundle(3, "10", stackable=stackable), bundle(2, "7", stackable=stackable)]
    found = priced(APPLES, *(offers[place] for place in order))
    assert (found.total_minor, found.gap_minor) == (1_700, 0)


def test_what_an_offer_leaves_is_there_for_another():
    """Nine apples: 3 for 10 twice and 2 for 7 once leave one at full price; thrice 3 for 10 is less."""
    assert total(basket(("apple", 9, 400)), bundle(3, "10"), bundle(2, "7")) == 3_000
    assert total(basket(("apple", 7, 400)), bundle(3, "10"), bundle(2, "7")) == 2_400
    assert total(basket(("apple", 8, 400)), bundle(3, "10"), bundle(2, "7")) == 2_700


def test_many_units_are_shared_as_well_as_few():
    """33,333 times 3 for 10.00, and of the 4 that are left over twice 2 for 7.00 instead of one more."""
    found = priced(basket(("apple", 100_000, 400)), bundle(3, "10"), bundle(2, "7"))
    assert (found.total_minor, found.gap_minor) == (33_332 * 1_000 + 2 * 700, 0)


def test_a_price_per_unit_works_on_the_units_that_are_left():
    """Two of three are bought one, get one; 10 % off every unit is left for the third."""
    each = {"kind": "coupon", "percent": 10, "each_unit": True, "lane": "product"}
    assert total(basket(("tea", 3, 1_000)), BOGO, each) == 1_900
    assert total(basket(("tea", 3, 1_000)), BOGO, each, policy=AGAIN) == 2_000
    assert total(basket(("tea", 3, 1_000)), STACKS, {**each, "stackable": True}) == 1_800


def test_a_limited_sale_leaves_the_others_to_another_sale():
    few = {"kind": "flash_sale", "price": "6", "stock": 2}
    found = priced(basket(("tea", 5, 1_000)), few, {"kind": "flash_sale", "price": "8"})
    assert found.lines[0].units == ((2, 600), (3, 800))


def test_offers_on_lines_still_exclude_each_other_by_line():
    bought = basket(("tea", 2, 1_000), ("rice", 1, 1_000))
    assert total(bought, {"kind": "coupon", "percent": 10}, {"kind": "coupon", "percent": 20, "on": "tea"}) == 2_600


def test_a_coupon_on_everything_works_on_used_units_too():
    assert total(basket(("tea", 2, 1_000)), BOGO, {"kind": "coupon", "percent": 10}) == 900


def test_two_coupons_on_the_cheapest_take_two_units():
    half = {"kind": "coupon", "percent": 50, "cheapest": 1, "stackable": True}
    assert total(basket(("tea", 1, 1_000), ("rice", 1, 2_000)), half, half) == 1_500


def test_an_offer_without_units_left_says_so():
    found = priced(basket(("tea", 2, 1_000)), STACKS, STACKS)
    assert [(one.why.value, one.by) for one in found.rejected] == [("units_used_by_another", "o0")]


@pytest.mark.parametrize("names", [("tea", "bread"), ("bread", "tea")])
@pytest.mark.parametrize(("off_tea", "off_bread"), [(80, 50), (50, 80)])
def test_of_equal_units_the_one_is_free_that_no_other_offer_reduces_as_much(names, off_tea, off_bread):
    lines = [BasketLine(names[0], 1, 1_000, ("tea",)), BasketLine(names[1], 1, 1_000, ("bread",))]
    offers = [
        {"kind": "coupon", "percent": off_tea, "on": "tea"},
        {"kind": "coupon", "percent": off_bread, "on": "bread"},
    ]
    totals = {total(Basket("USD", tuple(some)), BOGO, *offers) for some in (lines, lines[::-1])}
    assert totals == {200}


@pytest.mark.parametrize(("price_of_rice", "times", "least"), [(400, {"times": 2}, 5_265), (500, {}, 5_300)])
def test_an_offer_leaves_all_units_that_a_later_one_can_use(price_of_rice, times, least):
    """Each bundle takes 5 % off one unit; the offer on rice uses four units or six, two at a time."""
    bundle = {"kind": "bundle", "parts": [{"count": 1}], "percent": 5, "priority": 2}
    bought = basket(("tea", 7, 500), ("rice", 7, price_of_rice))
    assert total(bought, bundle, {**BOGO, "on": "rice", **times}) == least


@pytest.mark.parametrize("names", [("tea", "bread"), ("bread", "tea")])
def test_by_priority_names_decide_nothing_either(names):
    """Nothing is searched for; the line that fewer offers are about comes first."""
    lines = (BasketLine(names[0], 1, 1_000, ("tea",)), BasketLine(names[1], 1, 1_000, ("bread",)))
    half = {"kind": "coupon", "percent": 50, "on": "tea", "priority": -1}
    assert total(Basket("USD", lines), BOGO, half, policy=StackingPolicy(StackingChoice.PRIORITY)) == 500


def test_the_order_of_parts_decides_nothing():
    """Whichever part comes first, tea stands for the tea and juice for the drink."""
    parts = [{"products": "tea", "count": 1}, {"products": ["tea", "juice"], "count": 1}]
    bought = basket(("tea", 1, 1_000), ("juice", 1, 800))
    totals = [total(bought, {"kind": "bundle", "parts": some, "price": "12"}) for some in (parts, parts[::-1])]
    assert totals == [1_200, 1_200]


def test_a_bundle_takes_the_most_expensive_units_that_make_it_whole():
    parts = [{"products": ["a", "b"], "count": 1}, {"products": ["b", "c"], "count": 1}, {"products": "c", "count": 1}]
    bought = basket(("a", 1, 100), ("b", 2, 900), ("c", 1, 500))
    for some in permutations(parts):
        assert total(bought, {"kind": "bundle", "parts": list(some), "price": "10"}) == 1_100


def test_the_order_of_parts_moves_no_minor_unit_between_equal_lines():
    parts = [{"except": {"on": "soap"}, "count": 1}, {"except": {"products": "a"}, "count": 1}]
    bought = basket(("a", 1, 10), ("a", 1, 10), ("c", 1, 10))
    bundle = {"kind": "bundle", "percent": 1}
    found = [
        priced(bought, {"kind": "coupon", "amount": "0.01"}, {**bundle, "parts": some}) for some in (parts, parts[::-1])
    ]
    assert found[0].lines == found[1].lines


def test_the_order_of_parts_moves_no_minor_unit_where_one_of_them_is_not_there():
    parts = [{"products": "a", "count": 1}, {"products": "z", "count": 1}]
    bought = basket(("a", 1, 10), ("b", 1, 10))
    bundle = {"kind": "bundle", "percent": 1}
    found = [
        priced(bought, {"kind": "coupon", "amount": "0.01"}, {**bundle, "parts": some}) for some in (parts, parts[::-1])
    ]
    assert found[0].lines == found[1].lines


@pytest.mark.parametrize(
    ("bought", "why"),
    [
        ("tea", ("product_missing", 1, ("cup",))),
        ("cup", ("product_missing", 1, ("tea",))),
        ("rice", ("not_in_basket", 0, ("cup", "tea"))),
    ],
)
def test_a_bundle_without_one_of_its_parts_names_it_in_any_order_of_them(bought, why):
    parts = [{"products": "tea", "count": 1}, {"products": "cup", "count": 1}]
    for some in (parts, parts[::-1]):
        (found,) = priced(basket((bought, 1, 1_000)), {"kind": "bundle", "parts": some, "price": "1"}).rejected
        assert (found.why.value, found.count, found.names) == why


def test_units_that_fit_two_parts_leave_room_for_those_that_fit_one():
    """Two of b fill both of the first parts, so that a has no place in the bundle."""
    parts = [{"products": ["a", "b"], "count": 1}, {"products": "b", "count": 1}, {"products": "c", "count": 1}]
    bought = basket(("a", 1, 500), ("b", 2, 900), ("c", 1, 100))
    for some in permutations(parts):
        assert total(bought, {"kind": "bundle", "parts": list(some), "price": "10"}) == 1_500


def test_a_bundle_that_cannot_be_made_whole_says_how_many_are_missing():
    parts = [{"products": "tea", "count": 1}, {"products": ["tea", "juice"], "count": 1}]
    found = priced(basket(("tea", 1, 1_000), ("rice", 1, 800)), {"kind": "bundle", "parts": parts, "price": "1"})
    assert [(one.why.value, one.count) for one in found.rejected] == [("add_units", 1)]


def test_what_costs_nothing_does_not_make_a_bundle_whole():
    """With tea free, one unit is left for "3 for 2.00"; at shelf prices the bundle takes 10.00, 4.00 and 4.00."""
    bought = basket(("tea", 3, 400), ("bread", 1, 1_000))
    free = {"kind": "coupon", "on": "tea", "percent": 100, "lane": "flash_sale"}
    assert total(bought, free, bundle(3, "2")) == 600
    assert total(bought, free, bundle(3, "2"), policy=AGAIN) == 200
