"""Caps on units, rewards on the most expensive unit, steps by unit, and a cap on the discount of a product."""

from fractions import Fraction

import pytest

from offerloop.errors import InputError
from offerloop.offers import Basket, BasketLine, StackingPolicy, price, read_offers

NOW = 1_768_478_400


def priced(lines, *written, policy=None):
    offers = read_offers([{"id": f"o{place}", **one} for place, one in enumerate(written)], None, "USD")
    bought = Basket("USD", tuple(BasketLine(name, count, unit, (name,)) for name, count, unit in lines))
    return price(bought, offers, NOW, policy or StackingPolicy())


def units(lines, *written, policy=None):
    return [one.units for one in priced(lines, *written, policy=policy).lines]


TWO = [("tea", 3, 1_000), ("rice", 2, 2_000)]
EACH = {"kind": "coupon", "percent": 10, "each_unit": True}


def test_at_most_so_many_units_first_those_that_get_most_off():
    assert units(TWO, {**EACH, "max_units": 3}) == [((1, 900), (2, 1_000)), ((2, 1_800),)]


def test_at_most_so_many_units_of_each_line():
    assert units(TWO, {**EACH, "units_per_line": 1}) == [((1, 900), (2, 1_000)), ((1, 1_800), (1, 2_000))]
    assert units(TWO, {**EACH, "units_per_line": 1, "max_units": 1}) == [((3, 1_000),), ((1, 1_800), (1, 2_000))]


def test_the_most_expensive_unit():
    half = {"kind": "coupon", "percent": 50, "most_expensive": 1}
    assert units(TWO, half) == [((3, 1_000),), ((1, 1_000), (1, 2_000))]


def test_the_most_expensive_ones_may_be_got():
    terms = {"kind": "buy_x_get_y", "buy": 2, "get": 1}
    assert priced(TWO, terms).total_minor == 6_000
    assert priced(TWO, {**terms, "most_expensive": True}).total_minor == 5_000


def test_only_so_many_units_of_a_line_are_bought_and_got():
    terms = {"kind": "buy_x_get_y", "buy": 1, "get": 1}
    assert priced(TWO, terms).total_minor == 5_000
    assert priced(TWO, {**terms, "units_per_line": 1}).total_minor == 6_000
    assert units([("tea", 4, 1_000)], {**terms, "units_per_line": 3}) == [((1, 0), (3, 1_000))]
    from_rice = {**terms, "on": "tea", "got_from": {"on": "rice"}, "units_per_line": 1}
    assert units(TWO, from_rice) == [((3, 1_000),), ((1, 0), (1, 2_000))]


def test_only_so_many_units_of_a_line_are_in_bundles():
    pair = {"kind": "bundle", "parts": [{"count": 1}, {"count": 1}], "percent": 50}
    assert priced(TWO, pair).total_minor == 4_000
    assert units(TWO, {**pair, "units_per_line": 1}) == [((1, 500), (2, 1_000)), ((1, 1_000), (1, 2_000))]


def test_the_most_expensive_units_of_a_line_count_where_there_is_a_maximum():
    flash = {"kind": "flash_sale", "price": "5", "stock": 1}
    one = {"kind": "bundle", "parts": [{"count": 1}], "percent": 10, "units_per_line": 1}
    assert units([("tea", 2, 1_000)], flash, one) == [((1, 500), (1, 900))]


def test_steps_by_unit():
    """第一件 9 折, 第二件 8 折, 第三件 7 折: the most expensive unit comes first."""
    steps = {"kind": "coupon", "steps": [10, 20, 30]}
    assert units(TWO, steps) == [((1, 700), (2, 1_000)), ((1, 1_800), (1, 1_600))]
    assert priced([("tea", 1, 1_000)], steps).total_minor == 900


def test_steps_by_unit_in_a_campaign():
    (offer,) = read_offers([{"kind": "coupon", "steps": [10, 20], "on": "tea"}], ["tea", "rice"], "USD")
    (as_written,) = read_offers([{"kind": "coupon", "steps": [10, 20], "on": "tea"}], None, "USD")
    assert offer.effects() == as_written.effects()


@pytest.mark.parametrize(
    ("maximum", "total"),
    [
        ({"most_line_share": Fraction(1, 2)}, 3_500),
        ({"most_line_share": Fraction(1, 10)}, 6_300),
        ({"most_unit_minor": 600}, 4_192),
        ({"most_unit_minor": 600, "most_line_share": Fraction(1, 2)}, 4_300),
    ],
)
def test_the_discount_of_a_product_has_a_maximum(maximum, total):
    half = {"kind": "coupon", "percent": 50, "each_unit": True}
    found = priced(TWO, half, {"kind": "spend_and_save", "spend": "10", "save": "5"}, policy=StackingPolicy(**maximum))
    assert found.total_minor == total
    assert all(one.line.floor_minor == 0 for one in found.lines)


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ({"percent": 10, "max_units": 2}, "limits units, which goes with 'each_unit'"),
        ({"price": "5", "on": "tea", "max_discount": "3"}, "has a 'max_discount', which 'each_unit'"),
        ({"percent": 10, "cheapest": 1, "most_expensive": 1}, "in more than one way"),
        ({"percent": 10, "steps": [10]}, "needs one of"),
        ({"steps": [10, 20], "each_unit": True}, "in more than one way"),
        ({"percent": 10, "most_expensive": 1, "max_discount": "5"}, "has a 'max_discount'"),
    ],
)
def test_what_contradicts_itself_is_refused(terms, said):
    with pytest.raises(InputError, match=said):
        read_offers([{"kind": "coupon", **terms}], None, "USD")
